#pragma once
#include "core/accounts/account_store.hpp"

namespace waqtor::sql {

/// What workspaces changed from the defaults, in SQLite or PostgreSQL.
class SqlWorkspaceSettingStore final : public WorkspaceSettingStore {
public:
    /// By name.
    Result<std::vector<WorkspaceSettingRow>> list(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<void> put(waqtor::Transaction& tx, WorkspaceSettingRow const& setting) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view name) override;
};

}   // namespace waqtor::sql
