#pragma once
#include "core/base/page.hpp"
#include "core/messages/message.hpp"
#include "core/messages/template.hpp"

// What the messages feature reads and shows over HTTP, the CLI and the SDKs.

namespace waqtor {

/// A file to send: one that is stored already, or one to fetch.
struct MediaWish {
    std::optional<std::string> file{};
    std::optional<std::string> url{};
    std::optional<std::string> name{};
};
BOOST_DESCRIBE_STRUCT(MediaWish, (), (file, url, name))
template <>
inline constexpr std::array kFields<MediaWish>{
    Field{"file", "Id of a stored file, from POST /api/messages/upload", 64, 64, Format::token},
    Field{"url", "Where to fetch it: http or https, no private address", 8, 2048, Format::single_line},
    Field{"name", "Name shown to the recipient", 1, 255, Format::single_line},
};

struct SendMessage {
    std::optional<SessionId> session{};
    std::optional<std::string> to{};
    std::optional<ContactId> contact{};
    std::optional<MessageType> type{};
    std::optional<std::string> text{};
    std::optional<MediaWish> media{};
    std::optional<Location> location{};
    std::optional<std::vector<ContactCard>> contacts{};
    std::optional<Poll> poll{};
    std::optional<MessageId> reply_to{};
    std::optional<std::vector<std::string>> mentions{};
    std::optional<bool> view_once{};
    std::optional<std::int64_t> expires_after{};
    std::optional<TemplateId> template_id{};
    std::optional<std::string> language{};
    std::optional<std::map<std::string, std::string>> variables{};
    std::optional<Timestamp> not_before{};
    std::optional<bool> fail_if_not_working{};
};
BOOST_DESCRIBE_STRUCT(SendMessage, (),
                      (session, to, contact, type, text, media, location, contacts, poll, reply_to, mentions, view_once,
                       expires_after, template_id, language, variables, not_before, fail_if_not_working))
template <>
inline constexpr std::array kFields<SendMessage>{
    Field{"session", "The number to send from; by default the first that works"},
    Field{"to", "Phone number (+15550100, 15550100@c.us) or group (…@g.us); or give `contact`", 1, 128, Format::single_line},
    Field{"contact", "Contact to send to"},
    Field{"type", "Kind of message; by default what the other fields make it"},
    Field{"text", "Text or caption; {{name}} and {{name|default}} are replaced when `variables` is given", 1, 65536},
    Field{"media", "File to send"},
    Field{"location", "Place to send"},
    Field{"contacts", "Contact cards to send", 1, 50},
    Field{"poll", "Poll to send"},
    Field{"reply_to", "A message of the same chat that this one answers"},
    Field{"mentions", "Addresses of people mentioned", 0, 1024},
    Field{"view_once", "Can be opened once"},
    Field{"expires_after", "Disappears after so many seconds", 0, 7776000},
    Field{"template_id", "Template that gives the text (and media)"},
    Field{"language", "Which of the template's languages; by default the contact's", 1, 16, Format::token},
    Field{"variables", "Values of the text's or template's variables"},
    Field{"not_before", "Send later: not before this time, at most a year ahead"},
    Field{"fail_if_not_working", "True: 409 when the session is not working now, instead of waiting"},
};

enum class Direction : std::uint8_t { incoming, outgoing };
BOOST_DESCRIBE_ENUM(Direction, incoming, outgoing)

struct Reaction {
    std::string emoji;
    std::optional<ContactId> contact{};
    Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(Reaction, (), (emoji, contact, at))
template <>
inline constexpr std::array kFields<Reaction>{
    Field{"emoji", "The reaction"},
    Field{"contact", "Whose; absent for this number's own"},
    Field{"at", "When"},
};

struct Vote {
    std::vector<std::string> choices;
    std::optional<ContactId> contact{};
    Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(Vote, (), (choices, contact, at))
template <>
inline constexpr std::array kFields<Vote>{
    Field{"choices", "What was chosen; empty when the vote was taken back"},
    Field{"contact", "Whose; absent for this number's own"},
    Field{"at", "When"},
};

struct Message {
    MessageId id;
    SessionId session;
    ChatId chat;
    std::optional<ContactId> contact{};
    Direction direction{};
    MessageType type{};
    Content content;
    MessageState state{};
    std::optional<std::string> reason{};
    Origin origin{};
    std::optional<CampaignId> campaign{};
    std::string whatsapp_id;
    Timestamp created_at{};
    std::optional<Timestamp> not_before{};
    std::optional<Timestamp> queued_at{};
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> delivered_at{};
    std::optional<Timestamp> read_at{};
    std::optional<Timestamp> played_at{};
    std::optional<Timestamp> ended_at{};
    std::optional<Timestamp> edited_at{};
    std::optional<Timestamp> revoked_at{};
    std::optional<std::vector<Reaction>> reactions{};
    std::optional<std::vector<Vote>> votes{};
};
BOOST_DESCRIBE_STRUCT(Message, (),
                      (id, session, chat, contact, direction, type, content, state, reason, origin, campaign, whatsapp_id,
                       created_at, not_before, queued_at, sent_at, delivered_at, read_at, played_at, ended_at, edited_at,
                       revoked_at, reactions, votes))
template <>
inline constexpr std::array kFields<Message>{
    Field{"id", "The message"},
    Field{"session", "The number"},
    Field{"chat", "The chat"},
    Field{"contact", "Whom it is for, or who wrote it; absent for messages to groups"},
    Field{"direction", "From us or to us"},
    Field{"type", "Kind of message"},
    Field{"content", "What it says"},
    Field{"state", "How far it is; incoming ones are delivered or read"},
    Field{"reason", "Why it failed or was cancelled"},
    Field{"origin", "Who asked for it"},
    Field{"campaign", "The campaign it belongs to"},
    Field{"whatsapp_id", "WhatsApp's id"},
    Field{"created_at", "When it was accepted, or written"},
    Field{"not_before", "While it waits: it does not leave before; the timeline says why"},
    Field{"queued_at", "When it was encrypted and on its way"},
    Field{"sent_at", "When WhatsApp took it"},
    Field{"delivered_at", "When it reached a device"},
    Field{"read_at", "When it was read"},
    Field{"played_at", "When it was played"},
    Field{"ended_at", "When it failed or was cancelled"},
    Field{"edited_at", "When its text was last changed"},
    Field{"revoked_at", "When it was deleted for all"},
    Field{"reactions", "Reactions to it; only where one message is shown"},
    Field{"votes", "Each person's latest vote in a poll; only where one message is shown"},
};

struct WhichMessage {
    MessageId id;
};
BOOST_DESCRIBE_STRUCT(WhichMessage, (), (id))
template <> inline constexpr std::array kFields<WhichMessage>{Field{"id", "The message"}};

struct ListMessages {
    std::optional<SessionId> session{};
    std::optional<ChatId> chat{};
    std::optional<ContactId> contact{};
    std::optional<CampaignId> campaign{};
    std::optional<MessageState> state{};
    std::optional<Direction> direction{};
    std::optional<std::string> search{};
    std::optional<bool> all{};
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
};
BOOST_DESCRIBE_STRUCT(ListMessages, (), (session, chat, contact, campaign, state, direction, search, all, limit, offset))
template <>
inline constexpr std::array kFields<ListMessages>{
    Field{"session", "Only of this number"},
    Field{"chat", "Only of this chat"},
    Field{"contact", "Only with this contact"},
    Field{"campaign", "Only of this campaign"},
    Field{"state", "Only in this state"},
    Field{"direction", "Only these"},
    Field{"search", "Words that must all stand in it; Arabic however it is written", 1, 200},
    Field{"all", "Also reactions, edits, revocations and votes"},
    Field{"limit", "At most this many; 50 by default", 1, 200},
    Field{"offset", "Leave out so many", 0, 1000000},
};

struct TimelineStep {
    Timestamp at{};
    std::string what;
    std::optional<std::string> why{};
    std::optional<Timestamp> until{};
};
BOOST_DESCRIBE_STRUCT(TimelineStep, (), (at, what, why, until))
template <>
inline constexpr std::array kFields<TimelineStep>{
    Field{"at", "When"},
    Field{"what", "A state it reached, or: waiting, rescheduled, retried, refused, edited, revoked"},
    Field{"why", "Reason of a wait, a failure or a cancellation"},
    Field{"until", "When the wait ends, if that is known"},
};

/// Why a message has not left yet.
struct Waiting {
    std::string why;
    std::optional<Timestamp> until{};
    std::int64_t ahead = 0;
};
BOOST_DESCRIBE_STRUCT(Waiting, (), (why, until, ahead))
template <>
inline constexpr std::array kFields<Waiting>{
    Field{"why", "scheduled, session_not_working, turn (its turn comes at once), or the governor's reason"},
    Field{"until", "When that ends, if it is known"},
    Field{"ahead", "Messages that leave before it"},
};

struct Timeline {
    MessageId message;
    MessageState state{};
    std::vector<TimelineStep> steps;
    std::optional<Waiting> waiting{};
};
BOOST_DESCRIBE_STRUCT(Timeline, (), (message, state, steps, waiting))
template <>
inline constexpr std::array kFields<Timeline>{
    Field{"message", "The message"},
    Field{"state", "Its state"},
    Field{"steps", "What happened, oldest first"},
    Field{"waiting", "Why it has not left yet"},
};

struct RescheduleMessage {
    MessageId id;
    Timestamp not_before{};
};
BOOST_DESCRIBE_STRUCT(RescheduleMessage, (), (id, not_before))
template <>
inline constexpr std::array kFields<RescheduleMessage>{
    Field{"id", "The message"},
    Field{"not_before", "When it may leave; in the past: now"},
};

struct EditMessage {
    MessageId id;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(EditMessage, (), (id, text))
template <> inline constexpr std::array kFields<EditMessage>{Field{"id", "The message"}, Field{"text", "Its new text", 1, 65536}};

struct ReactToMessage {
    MessageId id;
    std::string emoji;
};
BOOST_DESCRIBE_STRUCT(ReactToMessage, (), (id, emoji))
template <>
inline constexpr std::array kFields<ReactToMessage>{
    Field{"id", "The message"},
    Field{"emoji", "The reaction; empty takes it back", 0, 16},
};

struct VoteInPoll {
    MessageId id;
    std::vector<std::string> choices;
};
BOOST_DESCRIBE_STRUCT(VoteInPoll, (), (id, choices))
template <>
inline constexpr std::array kFields<VoteInPoll>{
    Field{"id", "The poll"},
    Field{"choices", "What is chosen, as the poll says it; none takes the vote back", 0, 12},
};

struct Chat {
    ChatId id;
    SessionId session;
    std::optional<ContactId> contact{};
    std::string address;
    bool group = false;
    std::int64_t unread = 0;
    Timestamp last_at{};
};
BOOST_DESCRIBE_STRUCT(Chat, (), (id, session, contact, address, group, unread, last_at))
template <>
inline constexpr std::array kFields<Chat>{
    Field{"id", "The chat"},
    Field{"session", "The number"},
    Field{"contact", "The person; absent for groups"},
    Field{"address", "WhatsApp's address of it"},
    Field{"group", "True for groups"},
    Field{"unread", "Incoming messages not read here"},
    Field{"last_at", "When something was last written"},
};

struct WhichChat {
    ChatId id;
};
BOOST_DESCRIBE_STRUCT(WhichChat, (), (id))
template <> inline constexpr std::array kFields<WhichChat>{Field{"id", "The chat"}};

struct TypingWish {
    ChatId id;
    bool on = true;
};
BOOST_DESCRIBE_STRUCT(TypingWish, (), (id, on))
template <> inline constexpr std::array kFields<TypingWish>{Field{"id", "The chat"}, Field{"on", "True: typing; false: stopped"}};

// ---- the shapes of 2.3

struct SentText {
    MessageId id;
    Timestamp timestamp{};
    std::string to;
};
BOOST_DESCRIBE_STRUCT(SentText, (), (id, timestamp, to))
template <>
inline constexpr std::array kFields<SentText>{
    Field{"id", "The message"},
    Field{"timestamp", "When it was accepted"},
    Field{"to", "The number as understood, or the group"},
};

struct BulkResult {
    std::string phone;
    bool success = false;
    std::optional<MessageId> message_id{};
    std::optional<std::string> error{};
};
BOOST_DESCRIBE_STRUCT(BulkResult, (), (phone, success, message_id, error))
template <>
inline constexpr std::array kFields<BulkResult>{
    Field{"phone", "As given"},
    Field{"success", "Accepted"},
    Field{"message_id", "The message"},
    Field{"error", "Why not"},
};

struct BulkAnswer {
    std::int64_t total = 0;
    std::int64_t successful = 0;
    std::int64_t failed = 0;
    std::vector<BulkResult> results;
};
BOOST_DESCRIBE_STRUCT(BulkAnswer, (), (total, successful, failed, results))
template <>
inline constexpr std::array kFields<BulkAnswer>{
    Field{"total", "Recipients"},
    Field{"successful", "Accepted"},
    Field{"failed", "Not accepted"},
    Field{"results", "Of each recipient, in order"},
};

}   // namespace waqtor
