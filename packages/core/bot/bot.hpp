#pragma once
#include "core/base/json.hpp"
#include "core/messages/outbox.hpp"

// The bot's parts: a rule says when to answer and with what; a reply is what it answered; a chat's state says when it must be
// quiet.

namespace waqtor {

using BotRuleId = Id<struct BotRuleTag>;
using BotReplyId = Id<struct BotReplyTag>;

// Names as in WaQtor 2.3's API.
enum class BotMatch : std::uint8_t { exact, contains, startsWith, endsWith, regex };
BOOST_DESCRIBE_ENUM(BotMatch, exact, contains, startsWith, endsWith, regex)

enum class BotHours : std::uint8_t { always, open, closed };
BOOST_DESCRIBE_ENUM(BotHours, always, open, closed)

struct BotRuleRow {
    BotRuleId id;
    WorkspaceId workspace;
    std::string name;
    std::vector<std::string> keywords;
    BotMatch match_type = BotMatch::contains;
    bool case_sensitive = false;
    std::string language{};   // "ar", "en"; empty means any
    std::int64_t priority = 0;
    bool enabled = true;
    bool in_groups = false;
    BotHours hours = BotHours::always;
    std::int64_t cooldown_seconds = 30;
    std::int64_t typing_delay = 0;       // milliseconds before the reply leaves
    std::vector<SessionId> sessions{};   // only these; empty means all
    json::object reply;                  // a Content
    Timestamp created_at{};
    Timestamp updated_at{};
    std::int64_t trigger_count = 0;
    std::optional<Timestamp> last_triggered_at{};
};
BOOST_DESCRIBE_STRUCT(BotRuleRow, (),
                      (id, workspace, name, keywords, match_type, case_sensitive, language, priority, enabled, in_groups, hours,
                       cooldown_seconds, typing_delay, sessions, reply, created_at, updated_at, trigger_count, last_triggered_at))

/// What the bot remembers of one person on one number.
struct BotChatRow {
    WorkspaceId workspace;
    SessionId session;
    ContactId contact;
    std::optional<Timestamp> paused_until{};
    std::string paused_why{};
    std::string last_text{};       // hash of what they wrote last
    std::int64_t same_texts = 0;   // how often in a row
    std::optional<Timestamp> last_text_at{};
    std::optional<Timestamp> away_at{};   // when they were told that nobody is there
};
BOOST_DESCRIBE_STRUCT(BotChatRow, (),
                      (workspace, session, contact, paused_until, paused_why, last_text, same_texts, last_text_at, away_at))

struct BotReplyRow {
    BotReplyId id;
    WorkspaceId workspace;
    SessionId session;
    ContactId contact;
    std::optional<BotRuleId> rule{};   // none: the away message or the handover
    std::string keyword{};
    MessageId inbound;
    MessageId message;
    std::string text_hash{};
    Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(BotReplyRow, (), (id, workspace, session, contact, rule, keyword, inbound, message, text_hash, at))

struct OpeningHours {
    std::vector<std::int64_t> days;
    std::string from;
    std::string to;
};
BOOST_DESCRIBE_STRUCT(OpeningHours, (), (days, from, to))
template <>
inline constexpr std::array kFields<OpeningHours>{
    Field{"days", "Days of the week, 1 is Monday, 7 is Sunday", 1, 7},
    Field{"from", "Opens: 09:00", 5, 5},
    Field{"to", "Closes: 17:30; before `from` means after midnight", 5, 5},
};

struct BotSettings {
    std::optional<bool> enabled{};
    std::optional<std::string> time_zone{};
    std::optional<std::vector<OpeningHours>> opening_hours{};
    std::optional<std::string> away_message{};
    std::optional<std::vector<std::string>> human_words{};
    std::optional<std::string> handover_message{};
    std::optional<std::int64_t> human_pause_hours{};
    std::optional<std::int64_t> most_in_ten_minutes{};
    std::optional<std::int64_t> most_in_a_day{};
};
BOOST_DESCRIBE_STRUCT(BotSettings, (),
                      (enabled, time_zone, opening_hours, away_message, human_words, handover_message, human_pause_hours,
                       most_in_ten_minutes, most_in_a_day))
template <>
inline constexpr std::array kFields<BotSettings>{
    Field{"enabled", "False: it answers nobody; true by default"},
    Field{"time_zone", "Zone of the opening hours, IANA name; UTC by default", 1, 64},
    Field{"opening_hours", "When the shop is open; always by default", 0, 50},
    Field{"away_message", "Said at most every six hours to whom no rule answers while the shop is closed", 1, 4096},
    Field{"human_words", "Words that ask for a person, besides موظف, human and their like", 0, 50},
    Field{"handover_message", "Said to whom asks for a person", 1, 4096},
    Field{"human_pause_hours", "How long it is quiet in a chat after a person wrote there or was asked for; 12 by default", 1, 168},
    Field{"most_in_ten_minutes", "Replies to one person in ten minutes; 8 by default", 1, 100},
    Field{"most_in_a_day", "Replies to one person in a day; 30 by default", 1, 1000},
};

struct CreateBotRule {
    std::string name;
    std::vector<std::string> keywords;
    std::optional<std::string> reply_message{};
    std::optional<Content> reply{};
    std::optional<BotMatch> match_type{};
    std::optional<bool> case_sensitive{};
    std::optional<std::string> language{};
    std::optional<std::int64_t> priority{};
    std::optional<bool> enabled{};
    std::optional<bool> in_groups{};
    std::optional<BotHours> hours{};
    std::optional<std::int64_t> cooldown_seconds{};
    std::optional<std::int64_t> typing_delay{};
    std::optional<std::vector<SessionId>> sessions{};
    std::optional<std::int64_t> fuzzy_threshold{};
};
BOOST_DESCRIBE_STRUCT(CreateBotRule, (),
                      (name, keywords, reply_message, reply, match_type, case_sensitive, language, priority, enabled, in_groups,
                       hours, cooldown_seconds, typing_delay, sessions, fuzzy_threshold))
template <>
inline constexpr std::array kFields<CreateBotRule>{
    Field{"name", "Shown in the dashboard", 1, 120, Format::single_line},
    Field{"keywords", "Words or phrases; any of them is enough. Regular expressions (RE2) when matchType is regex", 1, 50},
    Field{"reply_message", "The reply: text with {{name|default}} variables; or give reply", 1, 4096},
    Field{"reply", "The reply with all that a message can have"},
    Field{"match_type", "exact, contains (whole words), startsWith, endsWith or regex; contains by default"},
    Field{"case_sensitive", "False by default"},
    Field{"language", "Only messages in this language: ar or en", 2, 2},
    Field{"priority", "A higher one wins, however well the others match; 0 by default", -1000, 1000},
    Field{"enabled", "True by default"},
    Field{"in_groups", "Answers in groups too; false by default"},
    Field{"hours", "Only while the shop is open, or closed; always by default"},
    Field{"cooldown_seconds", "Not twice to one person within this time; 30 by default", 0, 604'800},
    Field{"typing_delay", "Milliseconds before the reply may leave; 0 by default", 0, 60'000},
    Field{"sessions", "Only messages to these numbers; all by default", 0, 100},
    Field{"fuzzy_threshold", "Of WaQtor 2.3; not used", 0, 100},
};

struct UpdateBotRule {
    BotRuleId id;
    std::optional<std::string> name{};
    std::optional<std::vector<std::string>> keywords{};
    std::optional<std::string> reply_message{};
    std::optional<Content> reply{};
    std::optional<BotMatch> match_type{};
    std::optional<bool> case_sensitive{};
    std::optional<std::string> language{};
    std::optional<std::int64_t> priority{};
    std::optional<bool> enabled{};
    std::optional<bool> in_groups{};
    std::optional<BotHours> hours{};
    std::optional<std::int64_t> cooldown_seconds{};
    std::optional<std::int64_t> typing_delay{};
    std::optional<std::vector<SessionId>> sessions{};
};
BOOST_DESCRIBE_STRUCT(UpdateBotRule, (),
                      (id, name, keywords, reply_message, reply, match_type, case_sensitive, language, priority, enabled, in_groups,
                       hours, cooldown_seconds, typing_delay, sessions))
template <>
inline constexpr std::array kFields<UpdateBotRule>{
    Field{"id", "The rule"},
    Field{"name", "Shown in the dashboard", 1, 120, Format::single_line},
    Field{"keywords", "Words, phrases or regular expressions", 1, 50},
    Field{"reply_message", "The reply as text", 1, 4096},
    Field{"reply", "The reply with all that a message can have"},
    Field{"match_type", "How the keywords are compared"},
    Field{"case_sensitive", "Capital letters matter"},
    Field{"language", "Only messages in this language; empty means any", 0, 2},
    Field{"priority", "A higher one wins", -1000, 1000},
    Field{"enabled", "False: it answers nobody"},
    Field{"in_groups", "Answers in groups too"},
    Field{"hours", "Only while the shop is open, or closed"},
    Field{"cooldown_seconds", "Not twice to one person within this time", 0, 604'800},
    Field{"typing_delay", "Milliseconds before the reply may leave", 0, 60'000},
    Field{"sessions", "Only messages to these numbers", 0, 100},
};

struct BotRule {
    BotRuleId id;
    std::string name;
    std::vector<std::string> keywords;
    std::string reply_message;
    Content reply;
    BotMatch match_type{};
    bool case_sensitive = false;
    std::string language;
    std::int64_t priority = 0;
    bool enabled = true;
    bool in_groups = false;
    BotHours hours{};
    std::int64_t cooldown_seconds = 0;
    std::int64_t typing_delay = 0;
    std::vector<SessionId> sessions;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::int64_t trigger_count = 0;
    std::optional<Timestamp> last_triggered{};
};
BOOST_DESCRIBE_STRUCT(BotRule, (),
                      (id, name, keywords, reply_message, reply, match_type, case_sensitive, language, priority, enabled, in_groups,
                       hours, cooldown_seconds, typing_delay, sessions, created_at, updated_at, trigger_count, last_triggered))
template <>
inline constexpr std::array kFields<BotRule>{
    Field{"id", "The rule"},
    Field{"name", "Its name"},
    Field{"keywords", "Words, phrases or regular expressions"},
    Field{"reply_message", "The text of the reply"},
    Field{"reply", "The reply"},
    Field{"match_type", "How the keywords are compared"},
    Field{"case_sensitive", "Capital letters matter"},
    Field{"language", "Only messages in this language; empty means any"},
    Field{"priority", "A higher one wins"},
    Field{"enabled", "False: it answers nobody"},
    Field{"in_groups", "Answers in groups too"},
    Field{"hours", "Only while the shop is open, or closed"},
    Field{"cooldown_seconds", "Not twice to one person within this time"},
    Field{"typing_delay", "Milliseconds before the reply may leave"},
    Field{"sessions", "Only messages to these numbers; empty means all"},
    Field{"created_at", "When it was made"},
    Field{"updated_at", "When it was changed"},
    Field{"trigger_count", "How often it has answered"},
    Field{"last_triggered", "When it answered last"},
};

struct TopRule {
    BotRuleId id;
    std::string name;
    std::int64_t trigger_count = 0;
};
BOOST_DESCRIBE_STRUCT(TopRule, (), (id, name, trigger_count))
template <>
inline constexpr std::array kFields<TopRule>{Field{"id", "The rule"}, Field{"name", "Its name"},
                                             Field{"trigger_count", "How often it has answered"}};

struct BotStats {
    std::int64_t total_rules = 0;
    std::int64_t enabled_rules = 0;
    std::int64_t disabled_rules = 0;
    std::int64_t total_triggers = 0;
    std::vector<TopRule> top_rules;
};
BOOST_DESCRIBE_STRUCT(BotStats, (), (total_rules, enabled_rules, disabled_rules, total_triggers, top_rules))
template <>
inline constexpr std::array kFields<BotStats>{
    Field{"total_rules", "Rules"},
    Field{"enabled_rules", "Those that are on"},
    Field{"disabled_rules", "Those that are off"},
    Field{"total_triggers", "Replies of all rules"},
    Field{"top_rules", "The five that answered most"},
};

struct BotReply {
    BotReplyId id;
    std::optional<BotRuleId> rule_id{};
    std::optional<std::string> rule_name{};
    std::string keyword;
    std::string recipient;
    SessionId session;
    ContactId contact;
    MessageId message_id;
    std::string message;
    std::string original_message;
    Timestamp timestamp{};
};
BOOST_DESCRIBE_STRUCT(BotReply, (),
                      (id, rule_id, rule_name, keyword, recipient, session, contact, message_id, message, original_message,
                       timestamp))
template <>
inline constexpr std::array kFields<BotReply>{
    Field{"id", "The reply"},
    Field{"rule_id", "The rule that answered; absent for the away and handover messages"},
    Field{"rule_name", "Its name, when it is still there"},
    Field{"keyword", "What it found"},
    Field{"recipient", "The person's number"},
    Field{"session", "The number that answered"},
    Field{"contact", "The person"},
    Field{"message_id", "The message that was sent"},
    Field{"message", "What it says"},
    Field{"original_message", "What the person wrote"},
    Field{"timestamp", "When"},
};

struct TestBot {
    std::string text;
    std::optional<SessionId> session{};
    std::optional<ContactId> contact{};
    std::optional<bool> group{};
    std::optional<Timestamp> at{};
};
BOOST_DESCRIBE_STRUCT(TestBot, (), (text, session, contact, group, at))
template <>
inline constexpr std::array kFields<TestBot>{
    Field{"text", "What a person would write", 1, 4096},
    Field{"session", "To which number; rules for some numbers only are left out when absent"},
    Field{"contact", "Which person: cooldowns, pauses and variables are theirs"},
    Field{"group", "As if in a group"},
    Field{"at", "As if at this time; now by default"},
};

/// One rule that matched, for the explanation.
struct BotCandidate {
    BotRuleId rule;
    std::string name;
    std::string keyword;
    double score = 0;
    std::int64_t priority = 0;
    std::optional<std::string> refused{};
};
BOOST_DESCRIBE_STRUCT(BotCandidate, (), (rule, name, keyword, score, priority, refused))
template <>
inline constexpr std::array kFields<BotCandidate>{
    Field{"rule", "The rule"},         Field{"name", "Its name"},
    Field{"keyword", "What it found"}, Field{"score", "How well it fits: 1 is the whole message, word for word"},
    Field{"priority", "Its priority"}, Field{"refused", "Why it does not count: language, group, hours, session"},
};

struct BotExplanation {
    bool answers = false;
    std::string reason;
    std::string normalised;
    std::string language;
    std::optional<BotRuleId> rule{};
    std::optional<std::string> reply{};
    std::vector<BotCandidate> candidates;
};
BOOST_DESCRIBE_STRUCT(BotExplanation, (), (answers, reason, normalised, language, rule, reply, candidates))
template <>
inline constexpr std::array kFields<BotExplanation>{
    Field{"answers", "True when it would answer"},
    Field{"reason",
          "Why: rule, away or handover; or why not: disabled, no_text, too_old, blocked, opted_out, paused, suspected_bot, "
          "too_many_replies, cooldown, same_text, missing_variable, no_rule"},
    Field{"normalised", "The text as it is compared"},
    Field{"language", "ar, en, or empty"},
    Field{"rule", "The rule that wins"},
    Field{"reply", "What it would say"},
    Field{"candidates", "Every rule that matched, best first"},
};

}   // namespace waqtor
