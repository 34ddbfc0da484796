#include "whatsapp/client/directory.hpp"

#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/proto/adv.pb.h"
#include "whatsapp/proto/client_state.pb.h"

#include <algorithm>

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kMostChecked = 500;
constexpr std::size_t kMostAsked = 64;   // people whose devices are asked for together

/// Which devices are still part of the account, if its list is signed as it should be.
std::optional<pairing::KeyIndexList> valid_indexes(Node const& devices, crypto::Signatures& signatures) {
    auto const* list = devices.child("key-index-list");
    if (!list || list->bytes().empty()) return std::nullopt;
    proto::ADVSignedKeyIndexList parsed;
    if (!parsed.ParseFromArray(list->bytes().data(), static_cast<int>(list->bytes().size()))) return std::nullopt;
    auto const key = crypto::PublicKey::parse(bytes_of(parsed.account_signature_key()));
    if (!key) return std::nullopt;
    auto verified = pairing::verify_key_index_list(list->bytes(), *key, &signatures);
    return verified ? std::optional{*std::move(verified)} : std::nullopt;
}

std::vector<std::uint16_t> read_devices(Node const& devices, crypto::Signatures& signatures) {
    std::vector<std::uint16_t> out;
    auto const* list = devices.child("device-list");
    if (!list) return out;
    auto const valid = valid_indexes(devices, signatures);
    for (auto const& device : list->children()) {
        auto const id = device.number("id");
        auto const index = device.number("key-index");
        if (!device.is("device") || !id || *id > 0xFFFF || (*id != 0 && !index)) continue;
        if (valid && !valid->allows(static_cast<std::uint32_t>(index.value_or(0)))) continue;
        out.push_back(static_cast<std::uint16_t>(*id));
    }
    return out;
}

Node usync(std::string const& sid, Value mode, Value context, Node query, Node list) {
    return Node{"iq",
                {{"type", "get"}, {"xmlns", "usync"}},
                Node{"usync",
                     {{"sid", sid}, {"mode", std::move(mode)}, {"last", "true"}, {"index", "0"}, {"context", std::move(context)}},
                     std::move(query),
                     std::move(list)}};
}

std::vector<Node> const& answered_users(Node const& answer) {
    static std::vector<Node> const none;
    auto const* sync = answer.child("usync");
    auto const* list = sync ? sync->child("list") : nullptr;
    return list ? list->children() : none;
}

std::optional<Jid> read_lid(Node const& user) {
    auto const* lid = user.child("lid");
    auto const jid = lid ? lid->jid("val") : std::nullopt;
    return jid && jid->server == Server::lid ? jid : std::nullopt;
}

Bytes serialized(proto::DeviceListState const& state) { return to_bytes(bytes_of(state.SerializeAsString())); }

}   // namespace

Jid bare(Jid const& jid) {
    auto server = jid.server;
    if (server == Server::legacy || server == Server::hosted) server = Server::user;
    if (server == Server::hosted_lid) server = Server::lid;
    return {.user = jid.user, .server = server};
}

Directory::Directory(Context& context)
    : context_{context},
      lists_{context.executor, kMostAsked, [this](std::vector<Jid> people) { return learn_devices(std::move(people)); }} {}

Task<Jid> Directory::canonical(Jid jid) {
    if (jid.server != Server::user) co_return jid;
    if (context_.account.is_me(jid) && !context_.account.lid.user.empty()) co_return context_.account.lid.with_device(jid.device);
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::lid, bare(jid).to_string()));
    auto const lid = Jid::parse(text_of(stored));
    co_return lid ? lid->with_device(jid.device) : jid;
}

Task<std::optional<Jid>> Directory::phone_of(Jid lid) {
    if (lid.server == Server::user) co_return bare(lid);
    if (context_.account.is_me(lid)) co_return bare(context_.account.phone);
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::phone, bare(lid).to_string()));
    co_return Jid::parse(text_of(stored));
}

Task<Person> Directory::person(Jid jid, std::string name) {
    Person out;
    CO_TRY(auto const main, co_await canonical(bare(jid)));
    if (main.server == Server::lid) out.lid = main.user.str();
    CO_TRY(auto const phone, co_await phone_of(main));
    if (phone && phone->server == Server::user) out.phone = "+" + phone->user.str();
    if (!name.empty()) out.name = std::move(name);
    co_return out;
}

Task<void> Directory::learn(Draft& draft, std::optional<Jid> phone, std::optional<Jid> lid) {
    if (!phone || !lid || phone->server != Server::user || lid->server != Server::lid) co_return Result<void>{};
    if (context_.account.is_me(*phone)) co_return Result<void>{};
    auto const number = bare(*phone).to_string();
    auto const hidden = bare(*lid).to_string();
    CO_TRY(auto const known, co_await context_.vault.get(ClientValueKind::lid, number));
    if (text_of(known) == hidden) co_return Result<void>{};
    draft.put(ClientValueKind::lid, number, to_bytes(bytes_of(hidden)));
    draft.put(ClientValueKind::phone, hidden, to_bytes(bytes_of(number)));
    co_return Result<void>{};
}

Task<std::optional<std::vector<std::uint16_t>>> Directory::stored_devices(Jid person) {
    using Found = std::optional<std::vector<std::uint16_t>>;
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::devices, person.to_string()));
    proto::DeviceListState state;
    if (stored.empty() || !state.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) co_return Found{};
    if (context_.clock.now() - Timestamp{Milliseconds{state.fetched()}} > context_.pace.device_list_age) co_return Found{};
    std::vector<std::uint16_t> out;
    for (auto const id : state.devices()) out.push_back(static_cast<std::uint16_t>(id));
    co_return Found{std::move(out)};
}

Task<std::vector<Directory::Entry>> Directory::ask_devices(std::vector<Jid> people) {
    auto list = Node{"list"};
    for (auto const& person : people) list.add(Node{"user", {{"jid", person}}});
    CO_TRY(auto const line, context_.online());
    CO_TRY(auto const answer,
           co_await line->ask(usync(line->next_id(), "query", "message",
                                    Node{"query", {}, Node{"devices", {{"version", "2"}}}, Node{"lid"}}, std::move(list))));
    crypto::Signatures signatures;
    for (auto const& user : answered_users(answer))
        if (auto const* devices = user.child("devices")) (void)valid_indexes(*devices, signatures);
    signatures.run();
    std::vector<Entry> out;
    for (auto const& user : answered_users(answer)) {
        auto const jid = user.jid("jid");
        if (!jid) continue;
        Entry entry{bare(*jid), read_lid(user), std::nullopt};
        if (auto const* devices = user.child("devices")) entry.devices = read_devices(*devices, signatures);
        out.push_back(std::move(entry));
    }
    co_return out;
}

/// Asks the service, and keeps what it says.
Task<Directory::Entries> Directory::learn_devices(std::vector<Jid> people) {
    CO_TRY(auto entries, co_await ask_devices(std::move(people)));
    Draft draft;
    Entries out;
    for (auto& entry : entries) {
        if (!entry.devices) continue;
        CO_TRY_OK(co_await learn(draft, entry.jid, entry.lid));
        proto::DeviceListState state;
        for (auto const id : *entry.devices) state.add_devices(id);
        state.set_fetched(context_.clock.now().time_since_epoch().count());
        draft.put(ClientValueKind::devices, entry.main().to_string(), serialized(state));
        auto const jid = entry.jid;
        out.insert_or_assign(jid, std::move(entry));
    }
    if (!draft.values.empty()) CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    co_return out;
}

Task<std::vector<Jid>> Directory::devices(std::vector<Jid> people) {
    std::map<Jid, std::vector<std::uint16_t>> known;   // by canonical address
    std::vector<Jid> unknown;
    for (auto& person : people) {
        CO_TRY(person, co_await canonical(bare(person)));
        CO_TRY(auto stored, co_await stored_devices(person));
        if (stored)
            known[person] = *std::move(stored);
        else
            unknown.push_back(person);
    }
    if (!unknown.empty()) {
        CO_TRY(auto const share, co_await lists_.ask(unknown));
        for (auto const& person : unknown) {
            auto const found = share.answer->find(person);
            if (found == share.answer->end()) continue;
            std::ranges::replace(people, person, found->second.main());
            known[found->second.main()] = *found->second.devices;
        }
    }
    std::vector<Jid> out;
    std::set<Jid> seen;
    for (auto const& person : people) {
        if (!seen.insert(person).second) continue;
        for (auto const device : known[person]) out.push_back(person.with_device(device));
    }
    co_return out;
}

Task<void> Directory::devices_changed(Jid person, std::optional<Jid> lid) {
    Draft draft;
    CO_TRY_OK(co_await learn(draft, person, lid));
    CO_TRY(auto const main, co_await canonical(bare(person)));
    for (auto const& one : {bare(person), main, lid.value_or(main)}) draft.remove(ClientValueKind::devices, bare(one).to_string());
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

Task<void> Directory::identity_changed(Jid person, std::optional<Jid> lid) {
    Draft draft;
    CO_TRY_OK(co_await learn(draft, person, lid));
    CO_TRY(auto const main, co_await canonical(bare(person)));
    for (auto const& one : std::set{bare(person), main, bare(lid.value_or(main))})
        for (auto const kind : {ClientValueKind::devices, ClientValueKind::session, ClientValueKind::identity})
            draft.remove(kind, one.to_string());
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

Task<std::vector<NumberCheck>> Directory::check(std::vector<std::string> phones) {
    if (phones.size() > kMostChecked) co_return invalid("phones", "at most 500 numbers at once");
    CO_TRY(auto const line, context_.online());
    auto list = Node{"list"};
    for (auto const& phone : phones) list.add(Node{"user", {}, Node{"contact", {}, to_bytes(bytes_of(phone))}});
    CO_TRY(auto const answer, co_await line->ask(usync(line->next_id(), "query", "interactive",
                                                       Node{"query", {}, Node{"contact"}, Node{"lid"}}, std::move(list))));
    std::map<std::string, NumberCheck, std::less<>> found;
    Draft draft;
    for (auto const& user : answered_users(answer)) {
        auto const* contact = user.child("contact");
        auto const jid = user.jid("jid");
        if (!contact || contact->attr("type") != "in" || !jid) continue;
        auto const lid = read_lid(user);
        CO_TRY_OK(co_await learn(draft, bare(*jid), lid));
        auto asked = std::string{contact->text()};
        if (asked.empty()) asked = "+" + jid->user.str();
        NumberCheck one{.phone = asked, .exists = true, .address = lid.value_or(bare(*jid)).to_string()};
        if (lid) one.lid = lid->user.str();
        found.emplace(std::move(asked), std::move(one));
    }
    if (!draft.values.empty()) CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    std::vector<NumberCheck> out;
    for (auto& phone : phones) {
        auto const one = found.find(phone);
        out.push_back(one == found.end() ? NumberCheck{.phone = std::move(phone)} : one->second);
    }
    co_return out;
}

}   // namespace waqtor::whatsapp
