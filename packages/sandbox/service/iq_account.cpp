#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {
auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }
constexpr unsigned kMediaSeconds = 3600;
}   // namespace

IqAnswer set_passive(Service& service, Device& from, Node const& iq) {
    if (!iq.child("active")) {
        if (!iq.child("passive")) return refuse(400, "bad-request");
        from.active = false;
        return std::vector<Node>{};
    }
    return IqResult{{}, [&] { service.activate(from); }};
}

IqAnswer answer_empty(Service&, Device&, Node const&) { return std::vector<Node>{}; }

IqAnswer answer_props(Service&, Device&, Node const& iq) {
    auto const* asked = iq.child("props");
    return std::vector{Node{"props",
                            {{"protocol", asked->has("protocol") ? asked->string("protocol") : "1"},
                             {"hash", "0"},
                             {"refresh", "86400"},
                             {"refresh_id", "0"},
                             {"ab_key", "0"}}}};
}

IqAnswer answer_blocklist(Service&, Device& from, Node const&) {
    auto list = Node{"list", {{"dhash", std::to_string(from.account->blocked.size())}}};
    for (auto const& jid : from.account->blocked) list.add(Node{"item", {{"jid", jid}}});
    return std::vector{std::move(list)};
}

IqAnswer change_blocklist(Service& service, Device& from, Node const& iq) {
    auto const& item = *iq.child("item");
    auto const jid = item.jid("jid");
    auto const* account = jid ? service.world.account(*jid) : nullptr;
    if (!account) return refuse(404, "item-not-found");
    if (item.attr("action") == "block")
        from.account->blocked.insert(account->lid_jid());
    else if (item.attr("action") == "unblock")
        from.account->blocked.erase(account->lid_jid());
    else
        return refuse(400, "bad-request");
    return answer_blocklist(service, from, iq);
}

IqAnswer answer_privacy(Service&, Device& from, Node const&) {
    auto settings = Node{"privacy"};
    for (auto const& [name, usual] : kPrivacy) {
        auto const own = from.account->privacy.find(std::string{name});
        settings.add(Node{"category", {{"name", name}, {"value", own == from.account->privacy.end() ? usual : own->second}}});
    }
    return std::vector{std::move(settings)};
}

IqAnswer change_privacy(Service& service, Device& from, Node const& iq) {
    for (auto const& category : iq.child("privacy")->children()) {
        auto const name = category.string("name");
        if (std::ranges::find(kPrivacy, name, &PrivacyRow::name) == kPrivacy.end()) return refuse(400, "bad-request");
        from.account->privacy[name] = category.string("value");
    }
    return answer_privacy(service, from, iq);
}

void give_token(Service& service, Account& by, Account& to) {
    auto& token = by.tokens[&to] = crypto::random_bytes(16);
    for (auto const& [number, device] : to.devices)
        if (number != 0)
            service.deliver(
                *device, Node{"notification",
                              {{"from", by.lid_jid()}, {"type", "privacy_token"}, {"id", service.new_id()}, {"t", service.now()}},
                              Node{"tokens", {}, Node{"token", {{"type", "trusted_contact"}, {"t", service.now()}}, token}}});
}

IqAnswer give_tokens(Service& service, Device& from, Node const& iq) {
    for (auto const& token : iq.child("tokens")->children()) {
        auto const jid = token.jid("jid");
        if (!token.is("token") || !jid || token.attr("type") != "trusted_contact" || !token.number("t"))
            return refuse(400, "bad-request");
        if (auto* const account = service.world.account(*jid)) give_token(service, *from.account, *account);
    }
    return std::vector<Node>{};
}

IqAnswer answer_media_conn(Service& service, Device&, Node const&) {
    auto const host = Node{"host", {{"hostname", service.media_host}, {"class", "primary"}, {"type", "primary"}}};
    return std::vector{Node{"media_conn",
                            {{"auth", "sandbox"},
                             {"ttl", kMediaSeconds},
                             {"auth_ttl", kMediaSeconds},
                             {"max_buckets", "12"},
                             {"max_manual_retry", "3"},
                             {"max_auto_download_retry", "3"}},
                            host}};
}

IqAnswer remove_companion(Service& service, Device& from, Node const& iq) {
    auto const jid = iq.child("remove-companion-device")->jid("jid");
    auto* const device = jid ? service.world.device(*jid) : nullptr;
    if (!device || device->account != from.account || device->number == 0) return refuse(404, "item-not-found");
    return IqResult{{}, [&service, device] { service.unlink(*device); }};
}

}   // namespace waqtor::sandbox
