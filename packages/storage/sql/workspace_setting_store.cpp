#include "storage/sql/workspace_setting_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {

Result<std::vector<WorkspaceSettingRow>> SqlWorkspaceSettingStore::list(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).all<WorkspaceSettingRow>(
        "SELECT workspace, name, value, updated_at, updated_by FROM setting WHERE workspace = $1 ORDER BY name", workspace);
}

Result<void> SqlWorkspaceSettingStore::put(waqtor::Transaction& tx, WorkspaceSettingRow const& setting) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO setting (workspace, name, value, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace, name) DO UPDATE
               SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by)sql",
                       setting.workspace, setting.name, setting.value, setting.updated_at, setting.updated_by));
    return {};
}

Result<void> SqlWorkspaceSettingStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view name) {
    TRY_OK(of(tx).exec("DELETE FROM setting WHERE workspace = $1 AND name = $2", workspace, name));
    return {};
}

}   // namespace waqtor::sql
