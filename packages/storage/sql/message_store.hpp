#pragma once
#include "core/messages/message_store.hpp"

namespace waqtor::sql {

/// Chats, messages, their timeline and idempotency keys in SQLite or PostgreSQL.
class SqlMessageStore final : public MessageStore {
public:
    Result<ChatRow> open_chat(waqtor::Transaction& tx, ChatRow const& wish) override;
    Result<ChatRow> find_chat(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) override;
    Result<Page<ChatRow>> chats(waqtor::Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among,
                                PageRequest page) override;
    Result<void> count_sent(waqtor::Transaction& tx, ChatId chat, std::int64_t day, Timestamp at) override;
    Result<void> mark_checked(waqtor::Transaction& tx, ChatId chat, Timestamp at) override;
    Result<void> mark_chat_read(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) override;
    Result<void> merge_contacts(waqtor::Transaction& tx, WorkspaceId workspace, ContactId from, ContactId into) override;

    Result<void> add(waqtor::Transaction& tx, MessageRow const& message) override;
    Result<bool> add_received(waqtor::Transaction& tx, MessageRow const& message) override;
    Result<std::optional<MessageId>> fill_placeholder(waqtor::Transaction& tx, MessageRow const& message) override;
    Result<MessageRow> find(waqtor::Transaction& tx, WorkspaceId workspace, MessageId message) override;
    Result<std::optional<MessageRow>> find_in_chat(waqtor::Transaction& tx, ChatId chat, std::string_view whatsapp_id) override;
    Result<Page<MessageRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, MessageQuery const& query,
                                  PageRequest page) override;
    Result<std::vector<MessageRow>> reactions(waqtor::Transaction& tx, WorkspaceId workspace, MessageRow const& message) override;
    Result<std::vector<MessageRow>> votes(waqtor::Transaction& tx, WorkspaceId workspace, MessageRow const& poll) override;
    Result<std::vector<WorkspaceId>> behind(waqtor::Transaction& tx, std::string_view cursor) override;
    Result<std::vector<MessageRow>> unread(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) override;

    Result<std::optional<MessageStanding>> standing(waqtor::Transaction& tx, SessionRef session, MessageId message) override;
    Result<std::optional<MessageStanding>> standing(waqtor::Transaction& tx, SessionRef session,
                                                    std::string_view whatsapp_id) override;
    Result<void> set_state(waqtor::Transaction& tx, MessageId message, MessageState state, std::string_view reason,
                           StateTimes const& times) override;
    Result<void> set_content(waqtor::Transaction& tx, MessageId message, std::string_view content, std::string_view folded,
                             std::optional<Timestamp> edited_at, std::optional<Timestamp> revoked_at) override;

    Result<std::vector<DueMessage>> due(waqtor::Transaction& tx, SessionRef session, Timestamp now, std::int64_t limit) override;
    Result<std::optional<Timestamp>> next_due(waqtor::Transaction& tx, SessionRef session) override;
    Result<void> postpone(waqtor::Transaction& tx, MessageId message, Timestamp until, std::string_view why,
                          std::int64_t tries) override;
    Result<std::int64_t> ahead(waqtor::Transaction& tx, MessageRow const& message) override;
    Result<std::vector<MessageStanding>> waiting(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                 std::int64_t limit) override;
    Result<std::vector<MessageStanding>> waiting(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                 std::int64_t limit) override;

    Result<void> add(waqtor::Transaction& tx, MessageNote const& note) override;
    Result<std::vector<MessageNote>> notes(waqtor::Transaction& tx, MessageId message) override;

    Result<std::optional<IdempotencyRow>> recall(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view name,
                                                 Timestamp expired) override;
    Result<void> remember(waqtor::Transaction& tx, IdempotencyRow const& row, Timestamp expired) override;
    Result<std::int64_t> purge_idempotency(waqtor::Transaction& tx, Timestamp before) override;
};

}   // namespace waqtor::sql
