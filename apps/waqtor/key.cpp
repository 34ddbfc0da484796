#include "command.hpp"
#include "local_caller.hpp"

namespace waqtor {
namespace {
struct Wish {
    std::string workspace, name, id, expires;
    std::vector<std::string> scopes, addresses, sessions;
};

void print(Key const& key) {
    std::cout << "Key " << key.id.text() << " (" << key.name << ")\n\n    " << key.key.value_or(key.prefix + "…") << "\n\n"
              << "It is shown only now. Send it as X-API-Key.\n";
}

void print(std::vector<Key> const& keys) {
    Table table{{"id", "name", "key", "scopes", "last used", "state"}};
    for (auto const& key : keys) {
        std::string scopes;
        for (auto scope : key.scopes) scopes += (scopes.empty() ? "" : ",") + std::string{enum_name(scope)};
        table.add({key.id.text(), key.name, key.prefix + "…", scopes, key.last_used_at ? to_iso(*key.last_used_at) : "never",
                   key.revoked_at ? "revoked" : "works"});
    }
    table.print();
}

Result<Key> create(House& house, Wish const& wish) {
    TRY(auto who, local_caller(house, wish.workspace));
    boost::json::array scopes(wish.scopes.begin(), wish.scopes.end());
    boost::json::object body{{"name", wish.name}, {"scopes", std::move(scopes)}};
    if (!wish.addresses.empty()) body["addresses"] = boost::json::array(wish.addresses.begin(), wish.addresses.end());
    if (!wish.sessions.empty()) body["sessions"] = boost::json::array(wish.sessions.begin(), wish.sessions.end());
    if (!wish.expires.empty()) body["expiresAt"] = wish.expires;
    TRY(auto checked, read_json<CreateKey>(body));
    return run_here(house.features.keys.create(std::move(who), std::move(checked)));
}

Result<std::vector<Key>> list(House& house, Wish const& wish) {
    TRY(auto const who, local_caller(house, wish.workspace));
    TRY(auto page, run_here(house.features.keys.list(who.workspace, {.limit = 1000})));
    return std::move(page.items);
}

Result<Key> revoke(House& house, Wish const& wish) {
    TRY(auto const who, local_caller(house, wish.workspace));
    auto const id = KeyId::parse(wish.id);
    if (!id) return invalid("id", "must be an id (UUID); `waqtor key list` shows them");
    return run_here(house.features.keys.revoke(who.workspace, *id));
}
}   // namespace

void add_key(Program& program) {
    auto* key = program.app.add_subcommand("key", "API keys")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto const show_one = [](Key const& made) { print(made); };
    auto const show_all = [](std::vector<Key> const& keys) { print(keys); };
    auto const said = [](Key const& gone) { std::cout << "Revoked " << gone.id.text() << '\n'; };

    auto* make = program.add(*key, "create", "Make an API key and show it once", with_house(program, wish, create, show_one));
    make->add_option("--name", wish->name, "What the key is for")->required();
    make->add_option("--scope", wish->scopes, "What it may do: " + enum_names<Scope>())->required()->delimiter(',');
    make->add_option("--address", wish->addresses, "Only from these addresses or ranges")->delimiter(',');
    make->add_option("--session", wish->sessions, "Only these sessions, by id")->delimiter(',');
    make->add_option("--expires-at", wish->expires, "When it stops working, like 2030-01-31T00:00:00Z");
    auto* show = program.add(*key, "list", "List API keys", with_house(program, wish, list, show_all));
    auto* end = program.add(*key, "revoke", "Revoke an API key", with_house(program, wish, revoke, said));
    end->add_option("id", wish->id, "The key's id")->required();
    for (auto* command : {make, show, end})
        command->add_option("--workspace", wish->workspace, "Id or name, when there are several");
}

}   // namespace waqtor
