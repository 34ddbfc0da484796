#include "core/accounts/account_events.hpp"
#include "core/accounts/account_service.hpp"
#include "core/base/json.hpp"

namespace waqtor {
namespace {

/// The settings as JSON: the defaults, with what the workspace has changed laid over them.
Result<WorkspaceSettings> effective(AccountParts const& parts, Transaction& tx, WorkspaceId workspace) {
    TRY(auto const row, parts.users.find_workspace(tx, workspace));
    TRY(auto const changed, parts.settings.list(tx, workspace));
    auto value = write_json(WorkspaceSettings{.name = row.name});
    for (auto const& setting : changed) {
        TRY(auto const parsed, parse_json(setting.value));
        if (value.as_object().contains(setting.name)) value.as_object()[setting.name] = parsed;
    }
    return read_json<WorkspaceSettings>(value);
}
}   // namespace

Task<WorkspaceSettings> AccountService::settings(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) { return effective(parts_, tx, workspace); });
}

Task<WorkspaceSettings> AccountService::update_settings(Caller who, UpdateWorkspaceSettings wish) {
    return parts_.db.write([this, who = std::move(who), wish = std::move(wish)](Transaction& tx) -> Result<WorkspaceSettings> {
        SettingsUpdated event;
        auto const now = parts_.clock.now();
        auto const wishes = write_json(wish);
        for (auto const& [name, value] : wishes.as_object()) {
            TRY_OK(parts_.settings.put(tx, {who.workspace, name, json::serialize(value), now, who.user}));
            event.changed.emplace_back(name);
        }
        if (!event.changed.empty()) TRY_OK(parts_.events.append(tx, who.workspace, event));
        return effective(parts_, tx, who.workspace);
    });
}

}   // namespace waqtor
