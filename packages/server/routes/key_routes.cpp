#include "server/routes/key_routes.hpp"

namespace waqtor {

struct WhichKey {
    KeyId id;
};
BOOST_DESCRIBE_STRUCT(WhichKey, (), (id))
template <> inline constexpr std::array kFields<WhichKey>{Field{"id", "The key"}};

void declare_key_routes(Router& api, KeyService& keys) {
    api.post<CreateKey, Key>("/api/keys",
                             {.id = "keys.create",
                              .summary = "Make an API key; it is shown once",
                              .tag = "Keys",
                              .scope = Scope::keys_write,
                              .success = 201},
                             [&](Caller who, CreateKey wish) { return keys.create(std::move(who), std::move(wish)); });
    api.get<ListRequest, Page<Key>>(
        "/api/keys", {.id = "keys.list", .summary = "List API keys, newest first", .tag = "Keys", .scope = Scope::keys_read},
        [&](Caller who, ListRequest wish) { return keys.list(who.workspace, page_of(wish)); });
    api.get<WhichKey, Key>(
        "/api/keys/{id}",
        {.id = "keys.get", .summary = "Read one API key", .tag = "Keys", .scope = Scope::keys_read, .errors = {Code::not_found}},
        [&](Caller who, WhichKey which) { return keys.get(who.workspace, which.id); });
    api.del<WhichKey, Key>("/api/keys/{id}",
                           {.id = "keys.revoke",
                            .summary = "Revoke an API key at once",
                            .tag = "Keys",
                            .scope = Scope::keys_write,
                            .errors = {Code::not_found}},
                           [&](Caller who, WhichKey which) { return keys.revoke(who.workspace, which.id); });
}

}   // namespace waqtor
