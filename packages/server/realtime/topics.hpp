#pragma once
#include "core/accounts/caller.hpp"
#include "core/base/described.hpp"

#include <optional>
#include <string_view>

namespace waqtor::realtime {

/// What a client may subscribe to: the events of one kind.
enum class Topic : std::uint8_t { session, messages, campaigns, notifications, bot, queue, webhooks, audit, system };
BOOST_DESCRIBE_ENUM(Topic, session, messages, campaigns, notifications, bot, queue, webhooks, audit, system)

/// The topic of an event type or of a pattern like "message.*": by what stands before the first dot.
Topic topic_of(std::string_view type);

class TopicSet {
public:
    constexpr void add(Topic topic) { bits_ |= bit(topic); }
    constexpr void remove(Topic topic) { bits_ &= static_cast<std::uint16_t>(~bit(topic)); }
    constexpr bool has(Topic topic) const { return (bits_ & bit(topic)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(TopicSet const&) const = default;
    std::vector<Topic> list() const;

private:
    static constexpr std::uint16_t bit(Topic topic) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(topic)); }
    std::uint16_t bits_ = 0;
};

/// The topics this caller may see.
TopicSet topics_for(Caller const& caller);

}   // namespace waqtor::realtime
