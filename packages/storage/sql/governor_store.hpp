#pragma once
#include "core/messages/governor_store.hpp"

namespace waqtor::sql {

/// The governor's state and limits in SQLite or PostgreSQL.
class SqlGovernorStore final : public GovernorStore {
public:
    Result<std::optional<SessionPace>> pace(waqtor::Transaction& tx, SessionRef session) override;
    Result<void> save(waqtor::Transaction& tx, SessionPace const& pace) override;
    Result<json::object> chosen(waqtor::Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session) override;
    Result<void> choose(waqtor::Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session, json::object const& value,
                        Timestamp at) override;
};

}   // namespace waqtor::sql
