#include "core/base/time.hpp"

#include <fmt/format.h>

#include <array>

namespace waqtor {
namespace {
using namespace std::chrono;

/// Takes exactly `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (auto c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

/// ".123" and the like; digits after the third are dropped.
std::optional<int> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return 0;
    int value = 0;
    int scale = 100;
    std::size_t count = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++count, scale /= 10)
        value += (text.front() - '0') * scale;
    if (count == 0 || count > 9) return std::nullopt;
    return value;
}

std::optional<minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z')) return minutes{0};
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    auto const sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
    auto const hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    auto const minute = take_digits(text, 2);
    if (!minute || *hour > 23 || *minute > 59) return std::nullopt;
    return sign * minutes{*hour * 60 + *minute};
}

std::optional<Timestamp> parse(std::string_view text) {
    auto const y = take_digits(text, 4);
    if (!y || !take(text, '-')) return std::nullopt;
    auto const m = take_digits(text, 2);
    if (!m || !take(text, '-')) return std::nullopt;
    auto const d = take_digits(text, 2);
    if (!d || !take(text, 'T')) return std::nullopt;
    auto const hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    auto const minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    auto const second = take_digits(text, 2);
    if (!second) return std::nullopt;
    auto const fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    auto const offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;

    auto const date = year_month_day{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return Timestamp{sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} + Milliseconds{*fraction} - *offset;
}
}   // namespace

// By hand: a list writes this several times a row, and general formatting costs five times as much.
void append_iso(std::string& out, Timestamp at) {
    auto const midnight = floor<days>(at);
    auto const date = year_month_day{midnight};
    auto const year = static_cast<int>(date.year());
    auto const left = static_cast<unsigned>((at - midnight).count());
    if (year < 0 || year > 9999) {
        out +=
            fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", year, static_cast<unsigned>(date.month()),
                        static_cast<unsigned>(date.day()), left / 3'600'000, left / 60'000 % 60, left / 1'000 % 60, left % 1'000);
        return;
    }
    std::array<char, 24> text;
    auto* place = text.data();
    auto const put = [&place](unsigned number, int digits, char after) {
        for (auto digit = digits; digit-- > 0; number /= 10) place[digit] = static_cast<char>('0' + number % 10);
        place += digits;
        *place++ = after;
    };
    put(static_cast<unsigned>(year), 4, '-');
    put(static_cast<unsigned>(date.month()), 2, '-');
    put(static_cast<unsigned>(date.day()), 2, 'T');
    put(left / 3'600'000, 2, ':');
    put(left / 60'000 % 60, 2, ':');
    put(left / 1'000 % 60, 2, '.');
    put(left % 1'000, 3, 'Z');
    out.append(text.data(), text.size());
}

std::string to_iso(Timestamp at) {
    std::string out;
    append_iso(out, at);
    return out;
}

Result<Timestamp> from_iso(std::string_view text) {
    if (auto at = parse(text)) return *at;
    return fail(Code::invalid, "must be a time like 2026-11-22T19:59:38.123Z");
}

}   // namespace waqtor
