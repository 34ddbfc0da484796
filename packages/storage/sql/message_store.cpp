#include "storage/sql/message_store.hpp"

#include "storage/sql/transaction.hpp"

// What stands in here is writing: accepting, sending, receiving. Lists and searches are in message_lists.cpp.

namespace waqtor::sql {
namespace {
auto const kChat = columns<ChatRow>();
auto const kMessage = "SELECT " + columns<MessageRow>() + " FROM message";
auto const kStanding = "SELECT " + columns<MessageStanding>() + " FROM message";
auto const kOpenChat = "INSERT INTO chat (" + kChat + ") VALUES (" + placeholders<ChatRow>() + R"sql()
    ON CONFLICT (session, peer) DO UPDATE
       SET last_at = CASE WHEN excluded.last_at > chat.last_at THEN excluded.last_at ELSE chat.last_at END,
           unread = chat.unread + excluded.unread,
           address = CASE WHEN excluded.last_received_at IS NULL THEN chat.address ELSE excluded.address END,
           last_received_at = CASE WHEN chat.last_received_at IS NULL OR excluded.last_received_at > chat.last_received_at
                                   THEN excluded.last_received_at ELSE chat.last_received_at END
    RETURNING )sql" + kChat;
auto const kDue = R"sql(
    SELECT message.id, chat, message.contact, whatsapp_id, content, origin, tries, address, is_group, last_received_at,
           last_sent_at, sent_day, sent_today, checked_at
      FROM message JOIN chat ON chat.id = message.chat
     WHERE message.session = $1 AND lane = $2 AND state = 'accepted' AND due_at <= $3
     ORDER BY due_at, message.id LIMIT $4)sql";
}   // namespace

Result<ChatRow> SqlMessageStore::open_chat(waqtor::Transaction& tx, ChatRow const& wish) {
    return of(tx).one<ChatRow>(kOpenChat, wish.id, wish.workspace, wish.session, wish.peer, wish.address, wish.contact,
                               wish.is_group, wish.last_at, wish.unread, wish.last_received_at, wish.last_sent_at, wish.sent_day,
                               wish.sent_today, wish.checked_at);
}

Result<void> SqlMessageStore::count_sent(waqtor::Transaction& tx, ChatId chat, std::int64_t day, Timestamp at) {
    return of(tx).post(R"sql(
        UPDATE chat SET last_sent_at = $3, sent_today = CASE WHEN sent_day = $2 THEN sent_today + 1 ELSE 1 END, sent_day = $2
         WHERE id = $1)sql",
                       chat, day, at);
}

Result<void> SqlMessageStore::mark_checked(waqtor::Transaction& tx, ChatId chat, Timestamp at) {
    return of(tx).post("UPDATE chat SET checked_at = $2 WHERE id = $1", chat, at);
}

Result<void> SqlMessageStore::mark_chat_read(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) {
    TRY_OK(of(tx).exec("UPDATE chat SET unread = 0 WHERE workspace = $1 AND id = $2", workspace, chat));
    return {};
}

Result<void> SqlMessageStore::merge_contacts(waqtor::Transaction& tx, WorkspaceId workspace, ContactId from, ContactId into) {
    auto& sql = of(tx);
    // A session that has a chat with both keeps that of `into`; its messages come together there.
    TRY_OK(sql.exec(R"sql(
        UPDATE message SET chat = (SELECT kept.id FROM chat AS gone JOIN chat AS kept ON kept.session = gone.session AND kept.peer = $3
                                    WHERE gone.id = message.chat)
         WHERE chat IN (SELECT gone.id FROM chat AS gone JOIN chat AS kept ON kept.session = gone.session AND kept.peer = $3
                         WHERE gone.workspace = $1 AND gone.contact = $2))sql",
                    workspace, from, into));
    TRY_OK(sql.exec(R"sql(
        UPDATE chat SET unread = chat.unread + (SELECT sum(gone.unread) FROM chat AS gone
                                                 WHERE gone.session = chat.session AND gone.contact = $2),
               last_received_at = coalesce(chat.last_received_at, (SELECT max(gone.last_received_at) FROM chat AS gone
                                                 WHERE gone.session = chat.session AND gone.contact = $2)),
               last_sent_at = coalesce(chat.last_sent_at, (SELECT max(gone.last_sent_at) FROM chat AS gone
                                                 WHERE gone.session = chat.session AND gone.contact = $2))
         WHERE workspace = $1 AND contact = $3
           AND EXISTS (SELECT 1 FROM chat AS gone WHERE gone.session = chat.session AND gone.contact = $2))sql",
                    workspace, from, into));
    TRY_OK(sql.exec(R"sql(
        DELETE FROM chat WHERE workspace = $1 AND contact = $2
           AND EXISTS (SELECT 1 FROM chat AS kept WHERE kept.session = chat.session AND kept.peer = $3))sql",
                    workspace, from, into));
    TRY_OK(sql.exec("UPDATE chat SET contact = $3, peer = $3 WHERE workspace = $1 AND contact = $2", workspace, from, into));
    TRY_OK(sql.exec("UPDATE message SET contact = $3 WHERE workspace = $1 AND contact = $2", workspace, from, into));
    return {};
}

Result<void> SqlMessageStore::add(waqtor::Transaction& tx, MessageRow const& message) {
    return of(tx).post_row("message", message);
}

Result<bool> SqlMessageStore::add_received(waqtor::Transaction& tx, MessageRow const& message) {
    auto& sql = of(tx);
    TRY(auto const there, find_in_chat(tx, message.chat, message.whatsapp_id));
    if (there) return false;
    TRY_OK(sql.post_row("message", message));
    return true;
}

Result<std::optional<MessageId>> SqlMessageStore::fill_placeholder(waqtor::Transaction& tx, MessageRow const& message) {
    return of(tx).maybe<MessageId>(R"sql(
        UPDATE message SET type = $3, content = $4, folded = $5, target = $6
         WHERE chat = $1 AND whatsapp_id = $2 AND type = 'placeholder' AND session = $7 RETURNING id)sql",
                                   message.chat, message.whatsapp_id, message.type, message.content, message.folded, message.target,
                                   message.session);
}

Result<MessageRow> SqlMessageStore::find(waqtor::Transaction& tx, WorkspaceId workspace, MessageId message) {
    return of(tx).one<MessageRow>(kMessage + " WHERE workspace = $1 AND id = $2", workspace, message);
}

Result<std::optional<MessageRow>> SqlMessageStore::find_in_chat(waqtor::Transaction& tx, ChatId chat,
                                                                std::string_view whatsapp_id) {
    return of(tx).maybe<MessageRow>(
        kMessage + " WHERE session = (SELECT session FROM chat WHERE id = $1) AND chat = $1 AND whatsapp_id = $2", chat,
        whatsapp_id);
}

Result<std::optional<MessageStanding>> SqlMessageStore::standing(waqtor::Transaction& tx, SessionRef session, MessageId message) {
    return of(tx).maybe<MessageStanding>(kStanding + " WHERE id = $1 AND workspace = $2 AND session = $3 AND outgoing = 1", message,
                                         session.workspace, session.session);
}

Result<std::optional<MessageStanding>> SqlMessageStore::standing(waqtor::Transaction& tx, SessionRef session,
                                                                 std::string_view whatsapp_id) {
    // An expression, or SQLite takes the index that begins with the workspace and reads all of its messages.
    static auto const kByWhatsAppId =
        kStanding + " WHERE session = $1 AND whatsapp_id = $2 AND workspace || '' = $3 AND outgoing = 1";
    return of(tx).maybe<MessageStanding>(kByWhatsAppId, session.session, whatsapp_id, session.workspace);
}

Result<void> SqlMessageStore::set_state(waqtor::Transaction& tx, MessageId message, MessageState state, std::string_view reason,
                                        StateTimes const& times) {
    return of(tx).post(R"sql(
        UPDATE message
           SET state = $2, reason = $3, queued_at = coalesce(queued_at, $4), sent_at = coalesce(sent_at, $5),
               delivered_at = coalesce(delivered_at, $6), read_at = coalesce(read_at, $7), played_at = coalesce(played_at, $8),
               ended_at = coalesce(ended_at, $9)
         WHERE id = $1)sql",
                       message, state, reason, times.queued_at, times.sent_at, times.delivered_at, times.read_at, times.played_at,
                       times.ended_at);
}

Result<void> SqlMessageStore::set_content(waqtor::Transaction& tx, MessageId message, std::string_view content,
                                          std::string_view folded, std::optional<Timestamp> edited_at,
                                          std::optional<Timestamp> revoked_at) {
    TRY_OK(of(tx).exec(R"sql(
        UPDATE message SET content = $2, folded = $3, edited_at = coalesce($4, edited_at), revoked_at = coalesce($5, revoked_at)
         WHERE id = $1)sql",
                       message, content, folded, edited_at, revoked_at));
    return {};
}

Result<std::vector<DueMessage>> SqlMessageStore::due(waqtor::Transaction& tx, SessionRef session, Timestamp now,
                                                     std::int64_t limit) {
    TRY(auto out, of(tx).all<DueMessage>(kDue, session.session, 0, now, limit));
    if (auto const room = limit - std::ssize(out); room > 0) {
        TRY(auto more, of(tx).all<DueMessage>(kDue, session.session, 1, now, room));
        out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    return out;
}

Result<std::optional<Timestamp>> SqlMessageStore::next_due(waqtor::Transaction& tx, SessionRef session) {
    std::optional<Timestamp> out;
    for (int lane = 0; lane < 2; ++lane) {
        TRY(auto const first, of(tx).maybe<Timestamp>(R"sql(
            SELECT due_at FROM message WHERE session = $1 AND lane = $2 AND state = 'accepted' ORDER BY due_at LIMIT 1)sql",
                                                      session.session, lane));
        if (first && (!out || *first < *out)) out = first;
    }
    return out;
}

Result<void> SqlMessageStore::postpone(waqtor::Transaction& tx, MessageId message, Timestamp until, std::string_view why,
                                       std::int64_t tries) {
    TRY_OK(of(tx).exec("UPDATE message SET due_at = $2, wait = $3, tries = $4 WHERE id = $1 AND state = 'accepted'", message, until,
                       why, tries));
    return {};
}

Result<std::vector<MessageStanding>> SqlMessageStore::waiting(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                              std::int64_t limit) {
    return of(tx).all<MessageStanding>(kStanding + " WHERE contact = $1 AND workspace = $2 AND state = 'accepted' LIMIT $3",
                                       contact, workspace, limit);
}

Result<std::vector<MessageStanding>> SqlMessageStore::waiting(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                              std::int64_t limit) {
    return of(tx).all<MessageStanding>(kStanding + " WHERE campaign = $1 AND workspace = $2 AND state = 'accepted' LIMIT $3",
                                       campaign, workspace, limit);
}

Result<void> SqlMessageStore::add(waqtor::Transaction& tx, MessageNote const& note) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO message_note (message, at, kind, reason, until) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (message, at, kind) DO UPDATE SET reason = excluded.reason, until = excluded.until)sql",
                       note.message, note.at, note.kind, note.reason, note.until));
    return {};
}

Result<std::vector<MessageNote>> SqlMessageStore::notes(waqtor::Transaction& tx, MessageId message) {
    return of(tx).all<MessageNote>("SELECT message, at, kind, reason, until FROM message_note WHERE message = $1 ORDER BY at, kind",
                                   message);
}

Result<std::optional<IdempotencyRow>> SqlMessageStore::recall(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view name,
                                                              Timestamp expired) {
    return of(tx).maybe<IdempotencyRow>(R"sql(
        SELECT workspace, name, fingerprint, answer, created_at FROM idempotency_key
         WHERE workspace = $1 AND name = $2 AND created_at > $3)sql",
                                        workspace, name, expired);
}

Result<void> SqlMessageStore::remember(waqtor::Transaction& tx, IdempotencyRow const& row, Timestamp expired) {
    // First in its operation, so that the answer comes with that of a question.
    return of(tx).post_changing(fail(Code::conflict, "The same request is being answered already").error(), R"sql(
        INSERT INTO idempotency_key (workspace, name, fingerprint, answer, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace, name) DO UPDATE
               SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at
             WHERE idempotency_key.created_at <= $6)sql",
                                row.workspace, row.name, row.fingerprint, row.answer, row.created_at, expired);
}

Result<std::int64_t> SqlMessageStore::purge_idempotency(waqtor::Transaction& tx, Timestamp before) {
    return of(tx).exec("DELETE FROM idempotency_key WHERE created_at < $1", before);
}

}   // namespace waqtor::sql
