#pragma once
#include "core/base/bytes.hpp"
#include "core/messages/outbox.hpp"

// The rows of the messages feature, as stored: member order is column order. What the API shows of them is in message_api.hpp.

namespace waqtor {

using ChatId = Id<struct ChatTag>;

/// A conversation of a session with one person or group.
struct ChatRow {
    ChatId id;
    WorkspaceId workspace;
    SessionId session;
    std::string peer;      // the contact's id, or the group's address
    std::string address;   // where messages go now
    std::optional<ContactId> contact{};
    bool is_group = false;
    Timestamp last_at{};
    std::int64_t unread = 0;
    std::optional<Timestamp> last_received_at{};
    std::optional<Timestamp> last_sent_at{};
    std::int64_t sent_day = 0;   // days since 1970 that sent_today counts
    std::int64_t sent_today = 0;
    std::optional<Timestamp> checked_at{};   // when WhatsApp said that this number exists
};
BOOST_DESCRIBE_STRUCT(ChatRow, (),
                      (id, workspace, session, peer, address, contact, is_group, last_at, unread, last_received_at, last_sent_at,
                       sent_day, sent_today, checked_at))

struct MessageRow {
    MessageId id;
    WorkspaceId workspace;
    SessionId session;
    ChatId chat;
    std::optional<ContactId> contact{};   // whom it is for, or who wrote it
    bool outgoing = false;
    std::string whatsapp_id;
    MessageType type{};
    std::string content;   // JSON of Content
    std::string folded;    // what is searched
    std::optional<std::string> target{};
    Origin origin = Origin::api;
    std::optional<CampaignId> campaign{};
    std::int64_t lane = 0;   // 0 leaves before 1
    MessageState state{};
    std::string reason;
    Timestamp created_at{};
    Timestamp due_at{};
    std::optional<std::string> wait{};
    std::int64_t tries = 0;
    std::optional<Timestamp> queued_at{};
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> delivered_at{};
    std::optional<Timestamp> read_at{};
    std::optional<Timestamp> played_at{};
    std::optional<Timestamp> ended_at{};
    std::optional<Timestamp> edited_at{};
    std::optional<Timestamp> revoked_at{};
};
BOOST_DESCRIBE_STRUCT(MessageRow, (),
                      (id, workspace, session, chat, contact, outgoing, whatsapp_id, type, content, folded, target, origin,
                       campaign, lane, state, reason, created_at, due_at, wait, tries, queued_at, sent_at, delivered_at, read_at,
                       played_at, ended_at, edited_at, revoked_at))

/// What a change of state needs to know of a message.
struct MessageStanding {
    MessageId id;
    SessionId session;
    ChatId chat;
    std::optional<ContactId> contact{};
    std::optional<CampaignId> campaign{};
    MessageType type{};
    Origin origin{};
    MessageState state{};
    std::optional<std::string> target{};
};
BOOST_DESCRIBE_STRUCT(MessageStanding, (), (id, session, chat, contact, campaign, type, origin, state, target))

/// An accepted message whose time has come, with what the governor wants to know of its chat.
struct DueMessage {
    MessageId id;
    ChatId chat;
    std::optional<ContactId> contact{};
    std::string whatsapp_id;
    std::string content;
    Origin origin{};
    std::int64_t tries = 0;
    std::string address;
    bool is_group = false;
    std::optional<Timestamp> last_received_at{};
    std::optional<Timestamp> last_sent_at{};
    std::int64_t sent_day = 0;
    std::int64_t sent_today = 0;
    std::optional<Timestamp> checked_at{};
};
BOOST_DESCRIBE_STRUCT(DueMessage, (),
                      (id, chat, contact, whatsapp_id, content, origin, tries, address, is_group, last_received_at, last_sent_at,
                       sent_day, sent_today, checked_at))

/// A line of a message's timeline besides its states.
struct MessageNote {
    MessageId message;
    Timestamp at{};
    std::string kind;   // waiting, rescheduled, retried
    std::string reason;
    std::optional<Timestamp> until{};
};
BOOST_DESCRIBE_STRUCT(MessageNote, (), (message, at, kind, reason, until))

struct IdempotencyRow {
    WorkspaceId workspace;
    std::string name;
    Bytes fingerprint;
    std::string answer;
    Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(IdempotencyRow, (), (workspace, name, fingerprint, answer, created_at))

}   // namespace waqtor
