#pragma once
#include "server/realtime/broadcast.hpp"
#include "server/realtime/client_frames.hpp"

namespace waqtor::realtime {

/// What one client wants to hear, and may. Holds no memory until something is subscribed to.
class Subscriptions {
public:
    explicit Subscriptions(Caller const& caller) { authorise(caller); }

    /// Takes what the caller may see now. Returns the topics that were subscribed to and no longer may be; they are ended.
    TopicSet authorise(Caller const& caller);
    /// Code::invalid or Code::forbidden with the field; nothing changes then.
    Result<void> add(Subscribe const& wish, std::size_t most);
    /// Without topics and events: everything.
    Result<void> remove(Subscribe const& wish);

    bool wants(Broadcast const& broadcast) const;
    bool empty() const { return open_.empty() && rules_.empty(); }
    TopicSet allowed() const { return allowed_; }
    Subscribed shown() const;

private:
    /// A topic for some sessions only, or a pattern of event types.
    struct Rule {
        std::optional<Topic> topic;
        std::string pattern;   // "message.sent", "message.*", "*"
        std::vector<SessionId> sessions;
        bool operator==(Rule const&) const = default;
    };
    Result<std::vector<Rule>> rules_of(Subscribe const& wish) const;
    bool may_see(Broadcast const& broadcast) const;

    TopicSet allowed_;
    TopicSet open_;   // topics without a session filter: the common case
    std::vector<Rule> rules_;
    std::vector<SessionId> only_sessions_;   // of a key that is limited to some
    UserId user_;
};

}   // namespace waqtor::realtime
