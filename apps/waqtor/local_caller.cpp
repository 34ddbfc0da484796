#include "local_caller.hpp"

namespace waqtor {
namespace {
Result<Workspace> choose(std::vector<Workspace> const& all, std::string const& wanted) {
    if (all.empty()) return fail(Code::not_found, "There is no workspace yet; `waqtor user create` makes one");
    if (wanted.empty() && all.size() == 1) return all.front();
    std::string names;
    for (auto const& workspace : all) {
        if (workspace.name == wanted || workspace.id.text() == wanted) return workspace;
        names += "\n  " + workspace.id.text() + "  " + workspace.name;
    }
    return invalid("--workspace", (wanted.empty() ? "is needed, there are several:" : "names none of these:") + names);
}
}   // namespace

Result<Caller> local_caller(House& house, std::string const& workspace) {
    return run_here(house.db->read([&](Transaction& tx) -> Result<Caller> {
        TRY(auto const all, house.features.users.workspaces(tx));
        TRY(auto const chosen, choose(all, workspace));
        TRY(auto const people, house.features.users.list(tx, chosen.id, {.limit = 1000}));
        for (auto const& user : people.items)
            if (user.role == Role::owner && user.is_active)
                return Caller{.workspace = chosen.id, .user = user.id, .role = Role::owner, .scopes = scopes_of(Role::owner)};
        return fail(Code::not_found, "The workspace has no active owner");
    }));
}

}   // namespace waqtor
