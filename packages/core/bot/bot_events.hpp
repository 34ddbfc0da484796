#pragma once
#include "core/bot/bot.hpp"

// What the bot does, and what happens to its rules. Ids only.

namespace waqtor {

struct BotReplied {
    static constexpr std::string_view kName = "bot.replied";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "The bot answered a message; the reply is in the outbox";
    SessionId session;
    ContactId contact;
    MessageId inbound;
    MessageId message;
    std::optional<BotRuleId> rule{};
};
BOOST_DESCRIBE_STRUCT(BotReplied, (), (session, contact, inbound, message, rule))
template <>
inline constexpr std::array kFields<BotReplied>{
    Field{"session", "The number"},
    Field{"contact", "Who wrote"},
    Field{"inbound", "Their message"},
    Field{"message", "The reply"},
    Field{"rule", "The rule; absent for the away and handover messages"},
};

struct BotPaused {
    static constexpr std::string_view kName = "bot.paused";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp =
        "The bot is quiet in a chat for a while: a person wrote there, was asked for, or the other side looks like a bot";
    SessionId session;
    ContactId contact;
    std::string reason;
    Timestamp until{};
};
BOOST_DESCRIBE_STRUCT(BotPaused, (), (session, contact, reason, until))
template <>
inline constexpr std::array kFields<BotPaused>{
    Field{"session", "The number"},
    Field{"contact", "The person"},
    Field{"reason", "person_wrote, asked_for_person or suspected_bot"},
    Field{"until", "Until then"},
};

struct BotRuleCreated {
    static constexpr std::string_view kName = "bot.rule_created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A rule was made";
    BotRuleId rule;
};
BOOST_DESCRIBE_STRUCT(BotRuleCreated, (), (rule))
template <> inline constexpr std::array kFields<BotRuleCreated>{Field{"rule", "The rule"}};

struct BotRuleUpdated {
    static constexpr std::string_view kName = "bot.rule_updated";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A rule was changed, or switched off or on";
    BotRuleId rule;
};
BOOST_DESCRIBE_STRUCT(BotRuleUpdated, (), (rule))
template <> inline constexpr std::array kFields<BotRuleUpdated>{Field{"rule", "The rule"}};

struct BotRuleRemoved {
    static constexpr std::string_view kName = "bot.rule_removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A rule was deleted";
    BotRuleId rule;
};
BOOST_DESCRIBE_STRUCT(BotRuleRemoved, (), (rule))
template <> inline constexpr std::array kFields<BotRuleRemoved>{Field{"rule", "The rule"}};

using BotEvents = boost::mp11::mp_list<BotReplied, BotPaused, BotRuleCreated, BotRuleUpdated, BotRuleRemoved>;

}   // namespace waqtor
