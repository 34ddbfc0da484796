#pragma once
#include "features.hpp"
#include "server/realtime/hub.hpp"

namespace waqtor {

/// Notifications over the WebSocket: `notification:new` and `notification:count`, each to its person only.
class HubPush final : public NotificationPush {
public:
    explicit HubPush(realtime::Hub& hub) : hub_{hub} {}
    void told(WorkspaceId workspace, UserId user, Notification const& notification) override;
    void counted(WorkspaceId workspace, UserId user, NotificationCounts counts) override;

private:
    realtime::Hub& hub_;
};

/// Tells people of every workspace, as a notification, when a figure of the hub is over its limit.
class AlertTeller {
public:
    AlertTeller(realtime::Hub& hub, NotificationService& notifications) : hub_{hub}, notifications_{notifications} {}
    /// Works until `stop` fires (from any thread).
    asio::awaitable<void> run(std::stop_token stop);

private:
    realtime::Hub& hub_;
    NotificationService& notifications_;
};

/// What `get_state` answers: sessions, campaigns that go on, and how many notifications are unread.
void add_states(realtime::Hub& hub, Features& features);

}   // namespace waqtor
