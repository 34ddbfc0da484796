#include "storage/sql/governor_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
std::string key_of(std::optional<SessionId> session) { return session ? session->text() : std::string{}; }
}   // namespace

Result<std::optional<SessionPace>> SqlGovernorStore::pace(waqtor::Transaction& tx, SessionRef session) {
    return of(tx).maybe<SessionPace>(
        "SELECT " + columns<SessionPace>() + " FROM governor_session WHERE session = $1 AND workspace = $2", session.session,
        session.workspace);
}

Result<void> SqlGovernorStore::save(waqtor::Transaction& tx, SessionPace const& pace) {
    static auto const text = "INSERT INTO governor_session (" + columns<SessionPace>() + ") VALUES (" +
                             placeholders<SessionPace>() +
                             R"sql()
        ON CONFLICT (session) DO UPDATE
           SET tokens = excluded.tokens, tokens_at = excluded.tokens_at, next_at = excluded.next_at, day = excluded.day,
               sent_today = excluded.sent_today, new_today = excluded.new_today, warm_up_from = excluded.warm_up_from,
               hold_until = excluded.hold_until, hold_reason = excluded.hold_reason, new_hold_until = excluded.new_hold_until)sql";
    TRY_OK(of(tx).exec(text, pace.session, pace.workspace, pace.tokens, pace.tokens_at, pace.next_at, pace.day, pace.sent_today,
                       pace.new_today, pace.warm_up_from, pace.hold_until, pace.hold_reason, pace.new_hold_until));
    return {};
}

Result<json::object> SqlGovernorStore::chosen(waqtor::Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session) {
    TRY(auto found, of(tx).maybe<json::value>("SELECT value FROM governor_limits WHERE workspace = $1 AND session = $2", workspace,
                                              key_of(session)));
    if (!found || !found->is_object()) return json::object{};
    return std::move(found->get_object());
}

Result<void> SqlGovernorStore::choose(waqtor::Transaction& tx, WorkspaceId workspace, std::optional<SessionId> session,
                                      json::object const& value, Timestamp at) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO governor_limits (workspace, session, value, updated_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (workspace, session) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at)sql",
                       workspace, key_of(session), value, at));
    return {};
}

}   // namespace waqtor::sql
