#include "core/base/time_zone.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

std::string utc_of(std::string_view zone, std::string_view local) {
    return to_iso(TimeZone::find(zone).value().to_utc(local_from_iso(local).value())).substr(0, 16);
}
std::string local_of(std::string_view zone, std::string_view utc) {
    auto const local = TimeZone::find(zone).value().to_local(from_iso(std::string{utc} + ":00Z").value());
    return to_iso(Timestamp{local.time_since_epoch()}).substr(0, 16);
}

TEST(TimeZone, KnowsOffsetsOfToday) {
    EXPECT_EQ(utc_of("Asia/Riyadh", "2026-12-01T09:00"), "2026-12-01T06:00");
    EXPECT_EQ(utc_of("Asia/Kolkata", "2026-12-01T09:00"), "2026-12-01T03:30");
    EXPECT_EQ(utc_of("UTC", "2026-12-01T09:00"), "2026-12-01T09:00");
    EXPECT_EQ(local_of("America/New_York", "2026-07-01T12:00"), "2026-07-01T08:00");
    EXPECT_EQ(local_of("America/New_York", "2026-12-01T12:00"), "2026-12-01T07:00");
}

TEST(TimeZone, GoesOnByTheRuleLongAfterTheTable) {
    EXPECT_EQ(local_of("Europe/Berlin", "2060-07-01T12:00"), "2060-07-01T14:00");
    EXPECT_EQ(local_of("Europe/Berlin", "2060-12-01T12:00"), "2060-12-01T13:00");
    EXPECT_EQ(local_of("Australia/Sydney", "2060-01-15T12:00"), "2060-01-15T23:00") << "summer over New Year";
}

TEST(TimeZone, TimesThatAreSkippedOrShownTwice) {
    EXPECT_EQ(utc_of("Europe/Berlin", "2026-03-29T02:30"), "2026-03-29T01:00") << "02:00 becomes 03:00";
    EXPECT_EQ(utc_of("Europe/Berlin", "2026-10-25T02:30"), "2026-10-25T00:30") << "the first of two";
    EXPECT_EQ(utc_of("Europe/Berlin", "2026-10-25T03:30"), "2026-10-25T02:30");
    EXPECT_EQ(local_of("Europe/Berlin", "2026-10-25T00:59"), "2026-10-25T02:59");
    EXPECT_EQ(local_of("Europe/Berlin", "2026-10-25T01:00"), "2026-10-25T02:00");
}

TEST(TimeZone, RefusesWhatIsNoZone) {
    for (auto const* name : {"", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Asia", "zone.tab"})
        EXPECT_EQ(TimeZone::find(name).error().code, Code::invalid) << name;
    for (auto const* text : {"", "2026-12-01", "2026-12-01T09:00Z", "2026-13-01T09:00"})
        EXPECT_EQ(local_from_iso(text).error().code, Code::invalid) << text;
}

}   // namespace
}   // namespace waqtor
