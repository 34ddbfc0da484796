#include "storage/sql/whatsapp_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {

std::string value_row(SessionId session, ClientValueKind kind, std::string_view name) {
    auto row = session.text();
    row += ' ';
    row += enum_name(kind);
    row += ' ';
    row += name;
    return row;
}

std::string frame_row(SessionId session, std::string_view id) { return session.text() + ' ' + std::string{id}; }

SealedCell value_cell(std::string_view row) { return {"whatsapp_value", "value", row}; }
SealedCell plain_cell(std::string_view row) { return {"whatsapp_frame", "plain", row}; }

SealedCell original_cell(std::string_view row) { return {"whatsapp_original", "value", row}; }

struct ReceivedRow {
    bool readable = false;
    std::int64_t tries = 0;
};
BOOST_DESCRIBE_STRUCT(ReceivedRow, (), (readable, tries))

}   // namespace

struct SqlWhatsAppStore::FrameRow {
    std::string id;
    std::optional<MessageId> message;
    std::string chat;
    Bytes plain;
    Bytes attributes;
    std::optional<Bytes> frame;
    Timestamp sent_at{};
    BOOST_DESCRIBE_CLASS(FrameRow, (), (id, message, chat, plain, attributes, frame, sent_at), (), ())
};

Result<std::vector<Bytes>> SqlWhatsAppStore::get(waqtor::Transaction& tx, SessionId session, ClientValueKind kind,
                                                 std::vector<std::string> const& names) {
    std::vector<Bytes> out;
    out.reserve(names.size());
    for (auto const& name : names) {
        TRY(auto const sealed,
            of(tx).maybe<Bytes>("SELECT value FROM whatsapp_value WHERE session = $1 AND kind = $2 AND name = $3", session, kind,
                                name));
        auto& value = out.emplace_back();
        if (!sealed) continue;
        TRY(value, sealer_.open(value_cell(value_row(session, kind, name)), *sealed));
    }
    return out;
}

Result<std::vector<ClientValue>> SqlWhatsAppStore::list(waqtor::Transaction& tx, SessionId session, ClientValueKind kind) {
    TRY(auto rows, of(tx).all<ClientValue>("SELECT name, value FROM whatsapp_value WHERE session = $1 AND kind = $2 ORDER BY name",
                                           session, kind));
    for (auto& [name, value] : rows) {
        TRY(value, sealer_.open(value_cell(value_row(session, kind, name)), value));
    }
    return rows;
}

Result<void> SqlWhatsAppStore::put(waqtor::Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name,
                                   BytesView value) {
    auto const sealed = sealer_.seal(value_cell(value_row(session, kind, name)), value);
    return of(tx).post(R"sql(
        INSERT INTO whatsapp_value (session, kind, name, value) VALUES ($1, $2, $3, $4)
            ON CONFLICT (session, kind, name) DO UPDATE SET value = excluded.value)sql",
                       session, kind, name, sealed);
}

Result<void> SqlWhatsAppStore::remove(waqtor::Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name) {
    return of(tx).post("DELETE FROM whatsapp_value WHERE session = $1 AND kind = $2 AND name = $3", session, kind, name);
}

Result<bool> SqlWhatsAppStore::add_frame(waqtor::Transaction& tx, SessionId session, ClientFrame const& frame) {
    auto const plain = sealer_.seal(plain_cell(frame_row(session, frame.whatsapp_id)), frame.plain);
    TRY(auto const added, of(tx).exec(R"sql(
        INSERT INTO whatsapp_frame (session, id, message, chat, plain, attributes, sent_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (session, id) DO NOTHING)sql",
                                      session, frame.whatsapp_id, frame.message, frame.chat, plain, frame.attributes, frame.at));
    if (added == 1 && !frame.frame.empty())
        TRY_OK(of(tx).post("INSERT INTO whatsapp_waiting (session, id, frame) VALUES ($1, $2, $3)", session, frame.whatsapp_id,
                           frame.frame));
    return added == 1;
}

Result<ClientFrame> SqlWhatsAppStore::open(SessionId session, FrameRow row) const {
    TRY(auto plain, sealer_.open(plain_cell(frame_row(session, row.id)), row.plain));
    return ClientFrame{.whatsapp_id = std::move(row.id),
                       .message = row.message,
                       .chat = std::move(row.chat),
                       .plain = std::move(plain),
                       .attributes = std::move(row.attributes),
                       .frame = std::move(row.frame).value_or(Bytes{}),
                       .at = row.sent_at};
}

Result<std::optional<ClientFrame>> SqlWhatsAppStore::frame(waqtor::Transaction& tx, SessionId session,
                                                           std::string_view whatsapp_id) {
    TRY(auto row, of(tx).maybe<FrameRow>("SELECT " + columns<FrameRow>() + R"sql(
          FROM whatsapp_frame LEFT JOIN whatsapp_waiting USING (session, id) WHERE session = $1 AND id = $2)sql",
                                         session, whatsapp_id));
    if (!row) return std::nullopt;
    TRY(auto out, open(session, *std::move(row)));
    return out;
}

// The list of those that wait keeps the planner from going through everything that was sent.
Result<std::vector<ClientFrame>> SqlWhatsAppStore::unacknowledged(waqtor::Transaction& tx, SessionId session, Timestamp at,
                                                                  std::string_view after_id, std::int64_t limit) {
    TRY(auto rows, of(tx).all<FrameRow>("SELECT " + columns<FrameRow>() + R"sql(
          FROM whatsapp_frame JOIN whatsapp_waiting USING (session, id)
         WHERE session = $1 AND id IN (SELECT id FROM whatsapp_waiting WHERE session = $1) AND (sent_at > $2 OR (sent_at = $2 AND id > $3))
         ORDER BY sent_at, id LIMIT $4)sql",
                                        session, at, after_id, limit));
    std::vector<ClientFrame> out;
    for (auto& row : rows) {
        TRY(auto frame, open(session, std::move(row)));
        out.push_back(std::move(frame));
    }
    return out;
}

Result<bool> SqlWhatsAppStore::acknowledge(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id) {
    TRY(auto const removed, of(tx).exec("DELETE FROM whatsapp_waiting WHERE session = $1 AND id = $2", session, whatsapp_id));
    return removed == 1;
}

Result<ClientReceived> SqlWhatsAppStore::note_received(waqtor::Transaction& tx, SessionId session, std::string_view id,
                                                       bool readable, Timestamp at) {
    TRY(auto const added, of(tx).exec(R"sql(
        INSERT INTO whatsapp_received (session, id, readable, tries, received_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (session, id) DO NOTHING)sql",
                                      session, id, readable, readable ? 0 : 1, at));
    if (added == 1) return ClientReceived::first;
    if (!readable) {
        TRY_OK(of(tx).exec("UPDATE whatsapp_received SET tries = tries + 1 WHERE session = $1 AND id = $2 AND readable = 0",
                           session, id));
        return ClientReceived::repeated;
    }
    TRY(auto const changed,
        of(tx).exec("UPDATE whatsapp_received SET readable = 1 WHERE session = $1 AND id = $2 AND readable = 0", session, id));
    return changed == 1 ? ClientReceived::readable : ClientReceived::repeated;
}

Result<std::optional<std::int64_t>> SqlWhatsAppStore::unreadable(waqtor::Transaction& tx, SessionId session, std::string_view id) {
    TRY(auto const row,
        of(tx).maybe<ReceivedRow>("SELECT readable, tries FROM whatsapp_received WHERE session = $1 AND id = $2", session, id));
    if (!row) return std::optional<std::int64_t>{0};
    return row->readable ? std::nullopt : std::optional{row->tries};
}

Result<void> SqlWhatsAppStore::keep_original(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id,
                                             BytesView value, Timestamp at) {
    auto const sealed = sealer_.seal(original_cell(frame_row(session, whatsapp_id)), value);
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO whatsapp_original (session, id, value, kept_at) VALUES ($1, $2, $3, $4) ON CONFLICT (session, id) DO NOTHING)sql",
                       session, whatsapp_id, sealed, at));
    return {};
}

Result<Bytes> SqlWhatsAppStore::original(waqtor::Transaction& tx, SessionId session, std::string_view whatsapp_id) {
    TRY(auto const sealed,
        of(tx).maybe<Bytes>("SELECT value FROM whatsapp_original WHERE session = $1 AND id = $2", session, whatsapp_id));
    if (!sealed) return Bytes{};
    return sealer_.open(original_cell(frame_row(session, whatsapp_id)), *sealed);
}

Result<void> SqlWhatsAppStore::tidy(waqtor::Transaction& tx, SessionId session, Timestamp before) {
    TRY_OK(of(tx).exec(R"sql(
        DELETE FROM whatsapp_frame WHERE session = $1 AND sent_at < $2
            AND id NOT IN (SELECT id FROM whatsapp_waiting WHERE session = $1))sql",
                       session, before));
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_received WHERE session = $1 AND received_at < $2", session, before));
    return {};
}

Result<void> SqlWhatsAppStore::tidy_originals(waqtor::Transaction& tx, SessionId session, Timestamp before) {
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_original WHERE session = $1 AND kept_at < $2", session, before));
    return {};
}

Result<void> SqlWhatsAppStore::forget(waqtor::Transaction& tx, SessionId session) {
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_value WHERE session = $1", session));
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_frame WHERE session = $1", session));
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_waiting WHERE session = $1", session));
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_received WHERE session = $1", session));
    TRY_OK(of(tx).exec("DELETE FROM whatsapp_original WHERE session = $1", session));
    return {};
}

}   // namespace waqtor::sql
