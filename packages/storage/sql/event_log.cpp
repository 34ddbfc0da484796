#include "storage/sql/event_log.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {

/// Half-open range of type names: all that start with "user." for "user.*", else just the one.
struct TypeRange {
    std::string from;
    std::string to;
};

TypeRange range_of(std::string_view pattern) {
    if (pattern.ends_with(".*")) {
        auto from = std::string{pattern.substr(0, pattern.size() - 1)};
        auto to = from;
        to.back() = '.' + 1;
        return {std::move(from), std::move(to)};
    }
    return {std::string{pattern}, std::string{pattern} + '\x01'};   // the next text there is
}

std::string select_events(std::size_t patterns) {
    std::string out = "SELECT seq, type, version, at, data FROM event WHERE workspace = $1 AND seq > $2 AND seq <= $3";
    for (std::size_t i = 0; i < patterns; ++i)
        out += fmt::format("{}(type >= ${} AND type < ${})", i == 0 ? " AND (" : " OR ", 5 + 2 * i, 6 + 2 * i);
    if (patterns > 0) out += ')';
    return out + " ORDER BY seq LIMIT $4";
}

Result<std::int64_t> next(Transaction& tx, WorkspaceId workspace) {
    auto* const counters = tx.counters();
    if (!counters) return fail(Code::internal, "Events are added only where the database is written");
    if (auto const seq = counters->next(workspace)) return *seq;
    TRY(auto const seq, tx.one<std::int64_t>(R"sql(
        INSERT INTO event_counter (workspace, last_seq) VALUES ($1, 1)
            ON CONFLICT (workspace) DO UPDATE SET last_seq = event_counter.last_seq + 1 RETURNING last_seq)sql",
                                             workspace));
    counters->begin(workspace, seq);
    return seq;
}

}   // namespace

Result<EventPage> SqlEventLog::read(waqtor::Transaction& transaction, WorkspaceId workspace, EventFilter const& filter) {
    if (filter.types.size() > kMostTypes) return invalid("types", fmt::format("must have at most {} items", kMostTypes));
    auto& tx = of(transaction);
    TRY(auto const newest, last(transaction, workspace));
    auto const limit = std::min(filter.limit, kMostReturned);
    EventPage page{.events = {}, .last = filter.after, .more = filter.after < newest};
    if (!page.more || limit == 0) return page;

    // Old events may have been removed: the first one still there is where looking starts.
    TRY(auto const first, tx.one<std::optional<std::int64_t>>("SELECT min(seq) FROM event WHERE workspace = $1 AND seq > $2",
                                                              workspace, filter.after));
    auto const end = first ? std::min(*first + kMostLookedAt - 1, newest) : newest;

    std::vector<TypeRange> ranges;
    if (std::ranges::find(filter.types, "*") == filter.types.end())
        for (auto const& pattern : filter.types) ranges.push_back(range_of(pattern));
    std::vector<Argument> arguments{workspace.text(), filter.after, end, static_cast<std::int64_t>(limit)};
    for (auto const& range : ranges) {
        arguments.emplace_back(std::string_view{range.from});
        arguments.emplace_back(std::string_view{range.to});
    }
    TRY(page.events, tx.all_of<StoredEvent>(select_events(ranges.size()), arguments));
    page.last = page.events.size() == limit ? page.events.back().seq : end;
    page.more = page.last < newest;
    return page;
}

Result<std::int64_t> SqlEventLog::last(waqtor::Transaction& transaction, WorkspaceId workspace) {
    if (auto const* counters = of(transaction).counters())
        if (auto const own = counters->last(workspace)) return *own;
    TRY(auto const seq, of(transaction).maybe<std::int64_t>("SELECT last_seq FROM event_counter WHERE workspace = $1", workspace));
    return seq.value_or(0);
}

Result<std::int64_t> SqlEventLog::cursor(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view name) {
    TRY(auto const seq,
        of(transaction).maybe<std::int64_t>("SELECT seq FROM event_cursor WHERE workspace = $1 AND name = $2", workspace, name));
    return seq.value_or(0);
}

Result<void> SqlEventLog::set_cursor(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view name,
                                     std::int64_t seq) {
    TRY_OK(of(transaction)
               .exec(R"sql(
        INSERT INTO event_cursor (workspace, name, seq) VALUES ($1, $2, $3)
            ON CONFLICT (workspace, name) DO UPDATE SET seq = excluded.seq WHERE event_cursor.seq < excluded.seq)sql",
                     workspace, name, seq));
    return {};
}

Result<std::int64_t> SqlEventLog::append_row(waqtor::Transaction& transaction, WorkspaceId workspace, std::string_view type,
                                             int version, std::string data) {
    auto& tx = of(transaction);
    TRY(auto const seq, next(tx, workspace));
    TRY_OK(tx.post("INSERT INTO event (workspace, seq, type, version, at, data) VALUES ($1, $2, $3, $4, $5, $6)", workspace, seq,
                   type, version, clock_.now(), data));
    tx.wakes(workspace);
    return seq;
}

}   // namespace waqtor::sql
