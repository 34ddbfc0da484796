#pragma once
#include "core/base/time.hpp"

#include <vector>

namespace waqtor {

/// A point on the clock on the wall, without a zone.
using LocalTime = std::chrono::local_time<Milliseconds>;

/// The rules of one IANA time zone ("Asia/Riyadh"), read from the system's tzdata (RFC 8536). Cheap to copy around, not to make:
/// find() reads a file.
class TimeZone {
public:
    /// "UTC" needs no file. Code::invalid when there is no such zone.
    static Result<TimeZone> find(std::string_view name);
    /// UTC.
    TimeZone() = default;

    /// East of UTC.
    std::chrono::seconds offset(Timestamp at) const;
    LocalTime to_local(Timestamp at) const;
    /// A time that the clocks skip becomes the moment they skip it; of one that they show twice the first is meant.
    Timestamp to_utc(LocalTime local) const;

private:
    struct Change {
        std::int64_t at = 0;       // seconds since 1970
        std::int64_t offset = 0;   // seconds east of UTC, from then on
    };
    /// When one half of the year's rule begins: POSIX "Mm.w.d/time" or a day of the year.
    struct Edge {
        char kind = 'M';   // M, J (1…365, no leap day) or 0 (0…365)
        int month = 0, week = 0, day = 0;
        std::int64_t seconds = 7200;
    };
    struct Rule {
        std::int64_t standard = 0;
        std::int64_t summer = 0;
        bool has_summer = false;
        Edge starts{}, ends{};
    };

    static std::optional<TimeZone> read(std::string_view file);
    static std::optional<Rule> read_rule(std::string_view text);
    static std::int64_t moment(Edge const& edge, int year);
    std::int64_t offset_at(std::int64_t utc) const;
    std::int64_t rule_offset(std::int64_t utc) const;

    std::vector<Change> changes_;   // by time
    std::int64_t first_ = 0;        // offset before the first change
    Rule rule_;                     // after the last change
};

/// How far a zone (IANA name) is from UTC at a time. Zero for a zone that is not known. The zones asked for are kept, by thread.
std::chrono::seconds zone_offset(std::string_view name, Timestamp at);

/// "2026-12-01T09:00" or with seconds. Code::invalid otherwise.
Result<LocalTime> local_from_iso(std::string_view text);

}   // namespace waqtor
