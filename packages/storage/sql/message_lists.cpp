#include "storage/sql/message_store.hpp"

#include "storage/sql/transaction.hpp"

// Lists and searches of messages and chats.

namespace waqtor::sql {
namespace {
constexpr std::int64_t kMostCounted = 10'000;   // a total beyond is not worth its time

/// Conditions that are put together at run time, each with its argument.
class Conditions {
public:
    explicit Conditions(std::string first) : text_{std::move(first)} {}
    template <class T> std::string argument(T const& value) {
        auto made = to_argument(value);
        // Views of temporaries do not live until the statement runs.
        if (auto const* view = std::get_if<std::string_view>(&made)) made = std::string{*view};
        arguments_.push_back(std::move(made));
        return "$" + std::to_string(arguments_.size());
    }
    template <class T> void equal(std::string_view column, std::optional<T> const& value) {
        if (value) text_ += fmt::format(" AND {} = {}", column, argument(*value));
    }
    void among(std::string_view column, std::vector<SessionId> const& ids) {
        if (ids.empty()) return;
        text_ += fmt::format(" AND {} IN (", column);
        for (std::size_t i = 0; i < ids.size(); ++i) text_ += (i ? ", " : "") + argument(ids[i]);
        text_ += ')';
    }
    void add(std::string const& text) { text_ += text; }
    std::string const& text() const { return text_; }
    std::vector<Argument> const& arguments() const { return arguments_; }

private:
    std::string text_;
    std::vector<Argument> arguments_;
};

/// The word with the characters LIKE knows taken as they are.
std::string escaped(std::string_view word) {
    std::string out;
    for (auto c : word) {
        if (c == '%' || c == '_' || c == '!') out += '!';
        out += c;
    }
    return out;
}

void add_query(Conditions& where, MessageQuery const& query) {
    where.equal("session", query.session);
    where.among("session", query.among);
    where.equal("chat", query.chat);
    where.equal("contact", query.contact);
    where.equal("campaign", query.campaign);
    where.equal("state", query.state);
    where.equal("outgoing", query.outgoing);
    if (!query.auxiliary) where.add(" AND target IS NULL");
    for (auto const& word : query.words)
        where.add(fmt::format(" AND folded LIKE {} ESCAPE '!'", where.argument("%" + escaped(word) + "%")));
}

template <class T>
Result<Page<T>> page_of(Transaction& tx, std::string_view table, Conditions where, std::string_view order, PageRequest page) {
    TRY(auto const total,
        tx.all_of<std::int64_t>(fmt::format("SELECT count(*) FROM (SELECT 1 AS one FROM {} WHERE {} LIMIT {}) AS counted", table,
                                            where.text(), kMostCounted),
                                where.arguments()));
    auto const limit = where.argument(page.limit);
    auto const offset = where.argument(page.offset);
    TRY(auto rows, tx.all_of<T>(fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {} OFFSET {}", columns<T>(), table,
                                            where.text(), order, limit, offset),
                                where.arguments()));
    return Page<T>{std::move(rows), total.at(0), page.limit, page.offset};
}

/// What was said about a message, oldest first.
Result<std::vector<MessageRow>> about(Transaction& sql, WorkspaceId workspace, MessageRow const& message, MessageType type) {
    return sql.all<MessageRow>("SELECT " + columns<MessageRow>() +
                                   " FROM message WHERE workspace = $1 AND session = $2 AND chat = $3 AND target = $4 "
                                   "AND type = $5 ORDER BY id LIMIT 1000",
                               workspace, message.session, message.chat, message.whatsapp_id, type);
}
}   // namespace

Result<Page<MessageRow>> SqlMessageStore::list(waqtor::Transaction& tx, WorkspaceId workspace, MessageQuery const& query,
                                               PageRequest page) {
    Conditions where{"workspace = $1"};
    where.argument(workspace);
    add_query(where, query);
    return page_of<MessageRow>(of(tx), "message", std::move(where), "id DESC", page);
}

Result<ChatRow> SqlMessageStore::find_chat(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) {
    return of(tx).one<ChatRow>("SELECT " + columns<ChatRow>() + " FROM chat WHERE workspace = $1 AND id = $2", workspace, chat);
}

Result<Page<ChatRow>> SqlMessageStore::chats(waqtor::Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among,
                                             PageRequest page) {
    Conditions where{"workspace = $1"};
    where.argument(workspace);
    where.among("session", among);
    return page_of<ChatRow>(of(tx), "chat", std::move(where), "last_at DESC, id DESC", page);
}

Result<std::vector<MessageRow>> SqlMessageStore::reactions(waqtor::Transaction& tx, WorkspaceId workspace,
                                                           MessageRow const& message) {
    return about(of(tx), workspace, message, MessageType::reaction);
}

Result<std::vector<MessageRow>> SqlMessageStore::votes(waqtor::Transaction& tx, WorkspaceId workspace, MessageRow const& poll) {
    return about(of(tx), workspace, poll, MessageType::poll_vote);
}

Result<std::vector<WorkspaceId>> SqlMessageStore::behind(waqtor::Transaction& tx, std::string_view cursor) {
    return of(tx).all<WorkspaceId>(R"sql(
        SELECT event_counter.workspace FROM event_counter
          LEFT JOIN event_cursor ON event_cursor.workspace = event_counter.workspace AND event_cursor.name = $1
         WHERE event_counter.last_seq > coalesce(event_cursor.seq, 0) ORDER BY event_counter.workspace)sql",
                                   cursor);
}

Result<std::vector<MessageRow>> SqlMessageStore::unread(waqtor::Transaction& tx, WorkspaceId workspace, ChatId chat) {
    return of(tx).all<MessageRow>("SELECT " + columns<MessageRow>() +
                                      " FROM message WHERE workspace = $1 AND chat = $2 AND outgoing = 0 AND read_at IS NULL "
                                      "ORDER BY id DESC LIMIT 100",
                                  workspace, chat);
}

Result<std::int64_t> SqlMessageStore::ahead(waqtor::Transaction& tx, MessageRow const& message) {
    return of(tx).one<std::int64_t>(R"sql(
        SELECT count(*) FROM (SELECT 1 AS one FROM message
                               WHERE session = $1 AND state = 'accepted'
                                 AND (lane < $2 OR (lane = $2 AND (due_at < $3 OR (due_at = $3 AND id < $4)))) LIMIT 100000) AS counted)sql",
                                    message.session, message.lane, message.due_at, message.id);
}

}   // namespace waqtor::sql
