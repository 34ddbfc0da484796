#include "sandbox/sandbox.hpp"
#include "sandbox/service/stanzas.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/proto/sync_action.pb.h"

namespace waqtor::sandbox {

namespace {

Result<Jid> address(std::string_view text) {
    auto const jid = address_of(text);
    if (jid.user.empty()) return fail(Code::invalid, "no address: " + std::string{text});
    return jid;
}

Result<Account*> account(Service& service, std::string_view number) {
    TRY(auto const jid, address(number));
    auto* const found = service.world.account(jid);
    if (!found) return fail(Code::not_found, "no phone has the number " + std::string{number});
    return found;
}

Result<Device*> linked(Service& service, std::string_view device) {
    TRY(auto const jid, address(device));
    auto* const found = service.world.device(jid);
    if (!found || found->number == 0) return fail(Code::not_found, "no linked device " + std::string{device});
    return found;
}

Result<void> check(std::vector<PhoneSpec> const& phones) {
    for (auto const& phone : phones) {
        TRY_OK(digits_of(phone.number));
        if (!phone.lid.empty()) TRY_OK(digits_of(phone.lid));
    }
    return {};
}

/// As the phone of that number would ask.
Result<void> ask_of_group(Service& service, std::string_view number, std::string_view group, Node wish) {
    TRY(auto* const found, account(service, number));
    TRY(auto const jid, address(group));
    auto const done = answer_group_set(service, *found->device(0), Node{"iq", {{"type", "set"}, {"to", jid}}, std::move(wish)});
    if (!done) return fail(done.error().code == 404 ? Code::not_found : Code::forbidden, done.error().text);
    return {};
}

}   // namespace

Result<std::string> digits_of(std::string_view number) {
    auto const digits = number.starts_with('+') ? number.substr(1) : number;
    auto const is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    if (digits.size() < 5 || digits.size() > 15 || digits.front() == '0' || !std::ranges::all_of(digits, is_digit))
        return fail(Code::invalid, "no number: " + std::string{number});
    return std::string{digits};
}

/// Runs `work` on the service's thread and gives its result.
template <class F> auto Sandbox::ask(F work) {
    auto out = std::optional<std::invoke_result_t<F&, Service&>>{};
    on_service([&](Service& service) { out.emplace(work(service)); });
    return *std::move(out);
}

void Sandbox::add_phone(std::string number, std::string push_name) {
    on_service([&](Service& service) { service.add_account(number, push_name); });
}

Result<void> Sandbox::add_phones(std::vector<PhoneSpec> phones) {
    TRY_OK(check(phones));
    on_service([&](Service& service) {
        auto last = std::shared_ptr<Behaviour const>{};   // most lists have one behaviour for all
        for (auto& phone : phones) {
            if (!last || *last != phone.behaviour) last = std::make_shared<Behaviour const>(phone.behaviour);
            service.world.add_sleeping(*digits_of(phone.number), std::move(phone.name), phone.lid, last);
        }
    });
    return {};
}

Result<void> Sandbox::set_behaviour(std::string number, Behaviour behaviour) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        found->behaviour = std::make_shared<Behaviour const>(std::move(behaviour));
        return {};
    });
}

Result<std::string> Sandbox::add_group(std::string subject, std::string creator, std::vector<std::string> members) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto* const maker, account(service, creator));
        auto wish = Node{"create", {{"subject", subject}}};
        for (auto const& member : members) {
            TRY(auto* const found, account(service, member));
            wish.add(Node{"participant", {{"jid", found->pn()}}});
        }
        auto const made = answer_group_set(service, *maker->device(0), Node{"iq", {{"type", "set"}}, std::move(wish)});
        if (!made) return fail(Code::invalid, made.error().text);
        return made->children.front().string("id") + "@g.us";
    });
}

Result<void> Sandbox::scan(std::string number, std::string qr) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return service.scan(*found, qr);
    });
}

Result<void> Sandbox::enter_code(std::string number, std::string code) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return service.enter_code(*found, code);
    });
}

Result<void> Sandbox::remove_device(std::string device) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, linked(service, device));
        service.unlink(*found);
        return {};
    });
}

Result<std::vector<std::string>> Sandbox::linked_devices(std::string number) {
    return ask([&](Service& service) -> Result<std::vector<std::string>> {
        TRY(auto* const found, account(service, number));
        auto out = std::vector<std::string>{};
        for (auto const& [which, device] : found->devices)
            if (which != 0) out.push_back(device->name());
        return out;
    });
}

Result<void> Sandbox::set_history(std::string number, std::vector<HistoryChat> chats, std::uint32_t parts) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        found->history = std::move(chats);
        found->history_parts = parts;
        return {};
    });
}

Result<void> Sandbox::change_app_state(std::string number, std::string collection, whatsapp::appstate::Wish wish) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return sandbox::change_app_state(service, *found, collection, wish);
    });
}

Result<void> Sandbox::save_contact(std::string number, std::string contact, std::string full_name) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        TRY(auto* const who, account(service, contact));
        e2e::SyncActionValue value;
        value.set_timestamp(service.now() * 1000);
        value.mutable_contact()->set_full_name(full_name);
        value.mutable_contact()->set_first_name(full_name.substr(0, full_name.find(' ')));
        value.mutable_contact()->set_lid_jid(who->lid_jid().to_string());
        return sandbox::change_app_state(service, *found, "critical_unblock_low",
                                         {.index = R"(["contact",")" + who->pn().to_string() + R"("])",
                                          .value = to_bytes(bytes_of(value.SerializeAsString())),
                                          .version = 2});
    });
}

Result<std::string> Sandbox::send_text(std::string number, std::string to, std::string text) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        return found->phone->send_text(jid, text);
    });
}

Result<std::string> Sandbox::send_file(std::string number, std::string to, OutgoingFile file) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        return found->phone->send_file(jid, file);
    });
}

Result<void> Sandbox::read(std::string number, std::string message) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return found->phone->read(message);
    });
}

Result<std::string> Sandbox::react(std::string number, std::string message, std::string emoji) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto* const found, account(service, number));
        return found->phone->react(message, emoji);
    });
}

Result<std::string> Sandbox::vote(std::string number, std::string poll, std::vector<std::string> choices) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto* const found, account(service, number));
        return found->phone->vote(poll, choices);
    });
}

Result<std::string> Sandbox::call(std::string number, std::string to) {
    return ask([&](Service& service) -> Result<std::string> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        return found->phone->call(jid);
    });
}

Result<void> Sandbox::change_members(std::string number, std::string group, std::string change, std::vector<std::string> members) {
    return ask([&](Service& service) -> Result<void> {
        if (change != "add" && change != "remove" && change != "promote" && change != "demote")
            return fail(Code::invalid, "no such change of members: " + change);
        auto wish = Node{Text{std::string_view{change}}};
        for (auto const& member : members) {
            TRY(auto* const found, account(service, member));
            wish.add(Node{"participant", {{"jid", found->lid_jid()}}});
        }
        return ask_of_group(service, number, group, std::move(wish));
    });
}

Result<void> Sandbox::set_subject(std::string number, std::string group, std::string subject) {
    return ask(
        [&](Service& service) { return ask_of_group(service, number, group, Node{"subject", {}, to_bytes(bytes_of(subject))}); });
}

Result<void> Sandbox::leave_group(std::string number, std::string group) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto const jid, address(group));
        return ask_of_group(service, number, group, Node{"leave", {}, Node{"group", {{"id", jid}}}});
    });
}

Result<void> Sandbox::typing(std::string number, std::string to, bool on) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        found->phone->typing(jid, on);
        return {};
    });
}

Result<void> Sandbox::go_online(std::string number, bool on) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        found->phone->go_online(on);
        return {};
    });
}

Result<void> Sandbox::disconnect(std::string device) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, linked(service, device));
        if (!found->connection) return fail(Code::not_found, "not connected: " + device);
        found->connection->close();
        return {};
    });
}

Result<void> Sandbox::stream_error(std::string device, unsigned code) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, linked(service, device));
        return service.stream_error(*found, code);
    });
}

std::uint64_t Sandbox::add_fault(FaultRule rule) {
    return ask([&](Service& service) { return service.faults.add(std::move(rule)); });
}

void Sandbox::remove_faults(std::optional<std::uint64_t> number) {
    on_service([&](Service& service) { service.faults.remove(number); });
}

Result<void> Sandbox::ban(std::string number, unsigned reason) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        service.refuse_logins(*found, reason);
        return {};
    });
}

Result<void> Sandbox::lock_reach_out(std::string number, bool on) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        found->reach_out_locked = on;
        return {};
    });
}

Result<void> Sandbox::change_identity(std::string number) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        service.change_identity(*found);
        return {};
    });
}

Result<void> Sandbox::hide_lid(std::string number, bool hidden) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        found->lid_hidden = hidden;
        return {};
    });
}

Result<void> Sandbox::exhaust_prekeys(std::string device) {
    return ask([&](Service& service) -> Result<void> {
        TRY(auto* const found, linked(service, device));
        service.exhaust_prekeys(*found);
        return {};
    });
}

void Sandbox::slow_media(Milliseconds wait) {
    on_service([&](Service& service) { service.media.wait = wait; });
}

std::vector<Delivery> Sandbox::deliveries() {
    return ask([](Service& service) { return service.deliveries.all(); });
}

Tally Sandbox::tally(std::vector<Expected> expected) { return sandbox::tally(deliveries(), expected); }

std::vector<Visit> Sandbox::connections() {
    return ask([](Service& service) { return std::vector<Visit>{service.visits().begin(), service.visits().end()}; });
}

}   // namespace waqtor::sandbox
