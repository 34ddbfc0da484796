#pragma once
#include "core/base/database.hpp"
#include "core/base/page.hpp"
#include "core/messages/message.hpp"
#include "core/sessions/whatsapp_client.hpp"

// The seam of messages to storage. Every method works inside the caller's transaction. "find" answers Code::not_found when there is
// none in that workspace.

namespace waqtor {

/// The times a change of state sets; those that stand already are kept.
struct StateTimes {
    std::optional<Timestamp> queued_at{};
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> delivered_at{};
    std::optional<Timestamp> read_at{};
    std::optional<Timestamp> played_at{};
    std::optional<Timestamp> ended_at{};
};

struct MessageQuery {
    std::optional<SessionId> session{};
    std::vector<SessionId> among{};   // only these, when not empty
    std::optional<ChatId> chat{};
    std::optional<ContactId> contact{};
    std::optional<CampaignId> campaign{};
    std::optional<MessageState> state{};
    std::optional<bool> outgoing{};
    std::vector<std::string> words{};   // folded; all of them
    bool auxiliary = false;             // also reactions, edits, revocations and votes
};

class MessageStore {
public:
    virtual ~MessageStore() = default;

    /// The chat of (session, peer), made when there is none. When there is one, `wish` moves last_at and last_received_at on, adds
    /// its unread, and gives a new address when it comes with last_received_at.
    virtual Result<ChatRow> open_chat(Transaction& tx, ChatRow const& wish) = 0;
    virtual Result<ChatRow> find_chat(Transaction& tx, WorkspaceId workspace, ChatId chat) = 0;
    /// Newest first.
    virtual Result<Page<ChatRow>> chats(Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among,
                                        PageRequest page) = 0;
    /// Counts a sent message.
    virtual Result<void> count_sent(Transaction& tx, ChatId chat, std::int64_t day, Timestamp at) = 0;
    virtual Result<void> mark_checked(Transaction& tx, ChatId chat, Timestamp at) = 0;
    virtual Result<void> mark_chat_read(Transaction& tx, WorkspaceId workspace, ChatId chat) = 0;
    /// Two contacts turned out to be one: chats and messages of `from` become those of `into`.
    virtual Result<void> merge_contacts(Transaction& tx, WorkspaceId workspace, ContactId from, ContactId into) = 0;

    virtual Result<void> add(Transaction& tx, MessageRow const& message) = 0;
    /// False, and nothing written, when (session, whatsapp_id, chat) is there already.
    virtual Result<bool> add_received(Transaction& tx, MessageRow const& message) = 0;
    /// A placeholder became readable. False when it is none (any more). Gives the id it has.
    virtual Result<std::optional<MessageId>> fill_placeholder(Transaction& tx, MessageRow const& message) = 0;
    virtual Result<MessageRow> find(Transaction& tx, WorkspaceId workspace, MessageId message) = 0;
    virtual Result<std::optional<MessageRow>> find_in_chat(Transaction& tx, ChatId chat, std::string_view whatsapp_id) = 0;
    /// Newest first. The total is counted up to 10,000.
    virtual Result<Page<MessageRow>> list(Transaction& tx, WorkspaceId workspace, MessageQuery const& query, PageRequest page) = 0;
    /// Reactions to a message, oldest first.
    virtual Result<std::vector<MessageRow>> reactions(Transaction& tx, WorkspaceId workspace, MessageRow const& message) = 0;
    /// Votes in a poll, oldest first.
    virtual Result<std::vector<MessageRow>> votes(Transaction& tx, WorkspaceId workspace, MessageRow const& poll) = 0;
    /// Workspaces with events that the reader called `cursor` has not read.
    virtual Result<std::vector<WorkspaceId>> behind(Transaction& tx, std::string_view cursor) = 0;
    /// Incoming messages of a chat that are not read, newest first, at most 100.
    virtual Result<std::vector<MessageRow>> unread(Transaction& tx, WorkspaceId workspace, ChatId chat) = 0;

    virtual Result<std::optional<MessageStanding>> standing(Transaction& tx, SessionRef session, MessageId message) = 0;
    /// Of an outgoing message by WhatsApp's id.
    virtual Result<std::optional<MessageStanding>> standing(Transaction& tx, SessionRef session, std::string_view whatsapp_id) = 0;
    virtual Result<void> set_state(Transaction& tx, MessageId message, MessageState state, std::string_view reason,
                                   StateTimes const& times) = 0;
    /// New text, or its removal when `content` is that of a revoked message.
    virtual Result<void> set_content(Transaction& tx, MessageId message, std::string_view content, std::string_view folded,
                                     std::optional<Timestamp> edited_at, std::optional<Timestamp> revoked_at) = 0;

    /// Accepted messages of the session whose time has come, in the order they leave.
    virtual Result<std::vector<DueMessage>> due(Transaction& tx, SessionRef session, Timestamp now, std::int64_t limit) = 0;
    /// When the next accepted message is due.
    virtual Result<std::optional<Timestamp>> next_due(Transaction& tx, SessionRef session) = 0;
    /// Moves an accepted message on, with the reason. Nothing happens when it is not accepted any more.
    virtual Result<void> postpone(Transaction& tx, MessageId message, Timestamp until, std::string_view why,
                                  std::int64_t tries) = 0;
    /// How many accepted messages of the session leave before this one.
    virtual Result<std::int64_t> ahead(Transaction& tx, MessageRow const& message) = 0;
    /// Of accepted messages of a contact or a campaign, at most `limit`.
    virtual Result<std::vector<MessageStanding>> waiting(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                         std::int64_t limit) = 0;
    virtual Result<std::vector<MessageStanding>> waiting(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                         std::int64_t limit) = 0;

    virtual Result<void> add(Transaction& tx, MessageNote const& note) = 0;
    virtual Result<std::vector<MessageNote>> notes(Transaction& tx, MessageId message) = 0;

    /// What was answered under this name after `expired`.
    virtual Result<std::optional<IdempotencyRow>> recall(Transaction& tx, WorkspaceId workspace, std::string_view name,
                                                         Timestamp expired) = 0;
    /// Replaces what expired. Code::conflict, here or later in the operation, when the name stands already.
    virtual Result<void> remember(Transaction& tx, IdempotencyRow const& row, Timestamp expired) = 0;
    virtual Result<std::int64_t> purge_idempotency(Transaction& tx, Timestamp before) = 0;
};

}   // namespace waqtor
