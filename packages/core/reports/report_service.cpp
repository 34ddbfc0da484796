#include "core/reports/report_service.hpp"

namespace waqtor {
namespace {
using std::chrono::days;

struct Span {
    Timestamp from;
    Timestamp to;
};

Result<Timestamp> day_of(std::string const& field, std::string const& text) {
    auto const day = from_iso(text.substr(0, 10) + "T00:00:00Z");
    if (!day) return invalid(field, "must be a day such as 2026-12-01");
    return *day;
}

Result<Span> span_of(ReportRequest const& wish, Timestamp now) {
    auto last = Timestamp{std::chrono::floor<days>(now)};
    if (wish.end_date) {
        TRY(last, day_of("endDate", *wish.end_date));
    }
    auto first = last - days{30};
    if (wish.start_date) {
        TRY(first, day_of("startDate", *wish.start_date));
    }
    if (first > last) return invalid("startDate", "must not be after endDate");
    if (last - first > days{366}) return invalid("startDate", "must be at most 366 days before endDate");
    return Span{first, last + days{1}};
}

bool counts(ReportType type, DayCount const& row) {
    if (type == ReportType::campaigns) return row.outgoing && row.origin == Origin::campaign;
    if (type == ReportType::smartbot) return row.outgoing && row.origin == Origin::bot;
    return true;
}

void add(DailyVolume& day, DayCount const& row) {
    if (!row.outgoing) {
        day.received += row.messages;
        return;
    }
    auto const at_least = [&](MessageState state) { return row.state >= state && row.state <= MessageState::played; };
    if (at_least(MessageState::sent)) day.sent += row.messages;
    if (at_least(MessageState::delivered)) day.delivered += row.messages;
    if (at_least(MessageState::read)) day.read += row.messages;
    if (row.state == MessageState::failed) day.failed += row.messages;
}

double percent(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}
}   // namespace

Task<Report> ReportService::report(WorkspaceId workspace, ReportRequest wish) {
    CO_TRY(auto const span, span_of(wish, clock_.now()));
    auto const type = wish.type.value_or(ReportType::overview);
    struct Found {
        std::vector<DayCount> rows;
        WaitCount waits;
    };
    CO_TRY(auto const found, co_await db_.read([this, workspace, span](Transaction& tx) -> Result<Found> {
        Found out;
        TRY(out.rows, store_.by_day(tx, workspace, span.from, span.to));
        TRY(out.waits, store_.waits(tx, workspace, span.from, span.to));
        return out;
    }));
    Report out;
    for (auto day = span.from; day < span.to; day += days{1}) out.daily_volume.push_back({.date = to_iso(day).substr(0, 10)});
    auto const first = std::chrono::floor<days>(span.from).time_since_epoch().count();
    std::int64_t tried = 0;
    std::int64_t arrived = 0;
    for (auto const& row : found.rows) {
        auto const place = static_cast<std::size_t>(row.day - first);
        if (row.day < first || place >= out.daily_volume.size() || !counts(type, row)) continue;
        add(out.daily_volume[place], row);
        if (row.outgoing) out.total_messages += row.messages;
        if (row.origin != Origin::campaign || row.state == MessageState::cancelled || row.state == MessageState::accepted) continue;
        tried += row.messages;
        if (row.state >= MessageState::delivered && row.state <= MessageState::played) arrived += row.messages;
    }
    for (auto const& day : out.daily_volume) {
        out.sent_messages += day.sent;
        out.delivered_messages += day.delivered;
        out.read_messages += day.read;
        out.failed_messages += day.failed;
        out.received_messages += day.received;
    }
    out.campaign_success_rate = percent(arrived, tried);
    if (found.waits.answers > 0)
        out.average_response_seconds =
            static_cast<double>(found.waits.milliseconds) / 1000.0 / static_cast<double>(found.waits.answers);
    CO_TRY(auto const campaigns, co_await campaigns_.list(workspace, {.limit = 100}));
    for (auto const& each : campaigns.items)
        if (each.sent_count > 0 && out.top_campaigns.size() < 5)
            out.top_campaigns.push_back({each.id, each.name, each.sent_count, each.delivered_count,
                                         percent(each.delivered_count, each.sent_count + each.failed_count)});
    std::ranges::sort(out.top_campaigns, {}, [](TopCampaign const& each) { return std::pair{-each.success_rate, each.id}; });
    co_return out;
}

}   // namespace waqtor
