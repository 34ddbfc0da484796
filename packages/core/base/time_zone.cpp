#include "core/base/time_zone.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_map>

namespace waqtor {
namespace {
using namespace std::chrono;

constexpr std::size_t kHeader = 44;

bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.starts_with('/') || name.find("..") != name.npos) return false;
    return std::ranges::all_of(name,
                               [](unsigned char c) { return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+'; });
}

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t out = bytes[0] < 0 ? ~std::uint64_t{0} : 0;
    for (auto byte : bytes) out = out << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(out);
}

/// The counts of a TZif header, RFC 8536 section 3.1.
struct Counts {
    std::size_t is_utc, is_standard, leaps, changes, types, letters;
    explicit Counts(std::string_view header) {
        std::array<std::size_t*, 6> const all{&is_utc, &is_standard, &leaps, &changes, &types, &letters};
        for (std::size_t i = 0; i < all.size(); ++i) *all[i] = static_cast<std::size_t>(big_endian(header.substr(20 + 4 * i, 4)));
    }
    std::size_t block(std::size_t time) const {
        return changes * (time + 1) + types * 6 + letters + leaps * (time + 4) + is_standard + is_utc;
    }
};

std::optional<int> take_number(std::string_view& text) {
    std::size_t digits = 0;
    int out = 0;
    for (; digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9'; ++digits)
        out = out * 10 + (text[digits] - '0');
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return out;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

/// "[+-]hh[:mm[:ss]]" in seconds.
std::optional<std::int64_t> take_time(std::string_view& text) {
    auto const minus = take(text, '-');
    if (!minus) take(text, '+');
    std::int64_t out = 0;
    std::int64_t unit = 3600;
    do {
        auto const part = take_number(text);
        if (!part) return std::nullopt;
        out += *part * unit;
        unit /= 60;
    } while (unit > 0 && take(text, ':'));
    return minus ? -out : out;
}

bool skip_name(std::string_view& text) {
    auto const quoted = take(text, '<');
    auto const before = text.size();
    while (!text.empty() && (quoted ? text.front() != '>' : std::isalpha(static_cast<unsigned char>(text.front())) != 0))
        text.remove_prefix(1);
    return before != text.size() && (!quoted || take(text, '>'));
}
}   // namespace

std::optional<TimeZone::Rule> TimeZone::read_rule(std::string_view text) {
    Rule out;
    if (!skip_name(text)) return std::nullopt;
    auto const west = take_time(text);
    if (!west) return std::nullopt;
    out.standard = out.summer = -*west;
    if (text.empty()) return out;
    if (!skip_name(text)) return std::nullopt;
    out.has_summer = true;
    out.summer = out.standard + 3600;
    if (!text.starts_with(',')) {
        auto const summer = take_time(text);
        if (!summer) return std::nullopt;
        out.summer = -*summer;
    }
    for (auto* edge : {&out.starts, &out.ends}) {
        if (!take(text, ',')) return std::nullopt;
        edge->kind = take(text, 'M') ? 'M' : take(text, 'J') ? 'J' : '0';
        std::array<int*, 3> const parts{&edge->month, &edge->week, &edge->day};
        for (std::size_t i = edge->kind == 'M' ? 0 : 2; i < 3; ++i) {
            auto const number = take_number(text);
            if (!number || (i < 2 && !take(text, '.'))) return std::nullopt;
            *parts[i] = *number;
        }
        if (!take(text, '/')) continue;
        auto const seconds = take_time(text);
        if (!seconds) return std::nullopt;
        edge->seconds = *seconds;
    }
    return out;
}

std::optional<TimeZone> TimeZone::read(std::string_view file) {
    if (file.size() < kHeader || !file.starts_with("TZif") || file[4] < '2') return std::nullopt;
    auto const skipped = kHeader + Counts{file}.block(4);
    if (file.size() < skipped + kHeader) return std::nullopt;
    file.remove_prefix(skipped);
    Counts const counts{file};
    file.remove_prefix(kHeader);
    if (counts.types == 0 || file.size() < counts.block(8)) return std::nullopt;

    auto const kinds = file.substr(counts.changes * 8, counts.changes);
    auto const types = file.substr(counts.changes * 9, counts.types * 6);
    auto const offset = [&](std::size_t type) { return type < counts.types ? big_endian(types.substr(type * 6, 4)) : 0; };
    TimeZone out;
    out.first_ = offset(0);
    for (std::size_t i = 0; i < counts.changes; ++i)
        out.changes_.push_back({big_endian(file.substr(i * 8, 8)), offset(static_cast<unsigned char>(kinds[i]))});
    auto footer = file.substr(counts.block(8));
    if (!take(footer, '\n')) return std::nullopt;
    footer = footer.substr(0, footer.find('\n'));
    out.rule_.standard = out.rule_.summer = out.changes_.empty() ? out.first_ : out.changes_.back().offset;
    if (!footer.empty()) {
        auto const rule = read_rule(footer);
        if (!rule) return std::nullopt;
        out.rule_ = *rule;
    }
    return out;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
    if (name == "UTC") return TimeZone{};
    if (is_zone_name(name)) {
        auto const path = std::filesystem::path{"/usr/share/zoneinfo"} / name;
        std::error_code ignored;
        std::ifstream stream;
        if (std::filesystem::is_regular_file(path, ignored)) stream.open(path, std::ios::binary);
        std::string const file{std::istreambuf_iterator<char>{stream}, {}};
        if (auto zone = read(file)) return *std::move(zone);
    }
    return invalid("timeZone", "is not the name of a time zone, such as Asia/Riyadh");
}

/// Seconds since 1970 on the local clock.
std::int64_t TimeZone::moment(Edge const& edge, int year) {
    auto const january = sys_days{std::chrono::year{year} / January / 1};
    auto day = january;
    if (edge.kind == 'M') {
        auto const month = std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(edge.month)};
        auto const weekday = std::chrono::weekday{static_cast<unsigned>(edge.day)};
        day = edge.week == 5 ? sys_days{month / weekday[last]} : sys_days{month / weekday[static_cast<unsigned>(edge.week)]};
    } else if (edge.kind == 'J')
        day += days{edge.day - 1 + (std::chrono::year{year}.is_leap() && edge.day > 59 ? 1 : 0)};
    else
        day += days{edge.day};
    return day.time_since_epoch() / seconds{1} + edge.seconds;
}

std::int64_t TimeZone::rule_offset(std::int64_t utc) const {
    if (!rule_.has_summer) return rule_.standard;
    auto const year = static_cast<int>(year_month_day{floor<days>(sys_seconds{seconds{utc + rule_.standard}})}.year());
    auto const starts = moment(rule_.starts, year) - rule_.standard;
    auto const ends = moment(rule_.ends, year) - rule_.summer;
    // South of the equator summer goes over New Year.
    auto const summer = starts < ends ? utc >= starts && utc < ends : utc >= starts || utc < ends;
    return summer ? rule_.summer : rule_.standard;
}

std::int64_t TimeZone::offset_at(std::int64_t utc) const {
    auto const next = std::ranges::upper_bound(changes_, utc, {}, &Change::at);
    if (next == changes_.end()) return rule_offset(utc);
    return next == changes_.begin() ? first_ : std::prev(next)->offset;
}

std::chrono::seconds TimeZone::offset(Timestamp at) const {
    return seconds{offset_at(floor<seconds>(at).time_since_epoch().count())};
}

LocalTime TimeZone::to_local(Timestamp at) const {
    return LocalTime{at.time_since_epoch() + seconds{offset_at(floor<seconds>(at).time_since_epoch().count())}};
}

Timestamp TimeZone::to_utc(LocalTime local) const {
    auto const wall = floor<seconds>(local).time_since_epoch().count();
    // The offsets before and after any change nearby: the earliest moment at which the clock shows `local`.
    auto const before = offset_at(wall - 86400);
    auto const after = offset_at(wall + 86400);
    for (auto const offset : {std::max(before, after), std::min(before, after)})
        if (offset_at(wall - offset) == offset) return Timestamp{local.time_since_epoch() - seconds{offset}};
    // Skipped: the first moment with the new offset.
    auto from = wall - std::max(before, after);
    auto to = wall - std::min(before, after);
    while (from < to) {
        auto const middle = from + (to - from) / 2;
        if (offset_at(middle) == before)
            from = middle + 1;
        else
            to = middle;
    }
    return Timestamp{seconds{from}};
}

Result<LocalTime> local_from_iso(std::string_view text) {
    if (text.size() == 16 || text.size() == 19)
        if (auto const utc = from_iso(std::string{text} + (text.size() == 16 ? ":00Z" : "Z")))
            return LocalTime{utc->time_since_epoch()};
    return invalid("local", "must be a time such as 2026-12-01T09:00");
}

std::chrono::seconds zone_offset(std::string_view name, Timestamp at) {
    thread_local std::unordered_map<std::string, TimeZone> known;
    auto const [zone, fresh] = known.try_emplace(std::string{name});
    if (fresh) zone->second = TimeZone::find(name).value_or(TimeZone{});
    auto const out = zone->second.offset(at);
    if (known.size() > 1000) known.clear();   // more than there are: names that are none
    return out;
}

}   // namespace waqtor
