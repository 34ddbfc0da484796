#pragma once
#include "core/sessions/whatsapp_client.hpp"

#include <stop_token>

namespace waqtor {

/// What flows through the sessions goes here, inside the client's transactions as SessionListener says; core/messages implements
/// it.
class SessionTraffic {
public:
    virtual ~SessionTraffic() = default;
    virtual Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) = 0;
    virtual Result<void> receipt(Transaction& tx, SessionRef session, Receipt const& receipt) = 0;
    virtual Result<void> committed(Transaction& tx, SessionRef session, MessageId message) = 0;
    virtual Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) = 0;
    virtual Result<void> refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) = 0;
    virtual Result<void> phone_changed(Transaction&, SessionRef, PhoneChange const&) { return {}; }

    /// Called on the session's executor each time the session begins to work: sends what is due until `stop` fires. The session's
    /// client is not stopped before it has returned.
    virtual asio::awaitable<void> dispatch(SessionRef session, std::stop_token stop) = 0;
    /// WhatsApp has locked the number until then: nothing may leave before.
    virtual Task<void> hold(SessionRef session, std::string reason, Timestamp until) = 0;
};

}   // namespace waqtor
