#pragma once
#include "core/base/json.hpp"
#include "core/messages/governor.hpp"
#include "core/sessions/whatsapp_client.hpp"

namespace waqtor {

/// What the governor keeps: the limits people chose and what each session has used up.
class GovernorStore {
public:
    virtual ~GovernorStore() = default;

    virtual Result<std::optional<SessionPace>> pace(Transaction& tx, SessionRef session) = 0;
    virtual Result<void> save(Transaction& tx, SessionPace const& pace) = 0;
    /// What the workspace (no session) or a session of it has chosen besides the defaults; empty when nothing.
    virtual Result<json::object> chosen(Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session) = 0;
    virtual Result<void> choose(Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session, json::object const& value,
                                Timestamp at) = 0;
};

}   // namespace waqtor
