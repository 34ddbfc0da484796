#include "core/base/format.hpp"

#include <re2/re2.h>

#include <array>
#include <memory>

namespace waqtor {
namespace {

constexpr std::array kFormats{
    FormatRow{Format::email, "", "^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}([.][A-Za-z0-9-]{1,63}){1,4}$",
              "must be an e-mail address like name@example.com"},
    FormatRow{Format::single_line, "", "^[^\\x00-\\x1f\\x7f]*$", "must be one line without control characters"},
    FormatRow{Format::cidr, "",
              "^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
              "(/(3[0-2]|[12]?[0-9]))?$|^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,6}:|::[0-9a-fA-F]{1,4}|::)"
              "(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?$",
              "must be an address or a range like 192.0.2.0/24 or 2001:db8::/32"},
    FormatRow{Format::origin, "", "^https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$",
              "must be an origin like https://app.example.com"},
    FormatRow{Format::token, "", "^[A-Za-z0-9_-]*$", "must be letters, digits, '-' and '_'"},
    FormatRow{Format::event_type, "", "^[a-z][a-z_]{0,31}[.]([a-z_]{1,31}|[*])$",
              "must be an event type like user.created, or user.*"},
    FormatRow{Format::phone, "", "^[+][1-9][0-9]{6,14}$", "must be a phone number in E.164 form like +15550100"},
};

RE2 const& expression(FormatRow const& wanted) {
    static auto const compiled = [] {
        std::array<std::unique_ptr<RE2>, kFormats.size()> all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto options = RE2::Options{};
            options.set_log_errors(false);
            all[i] = std::make_unique<RE2>(re2::StringPiece{kFormats[i].pattern.data(), kFormats[i].pattern.size()}, options);
        }
        return all;
    }();
    return *compiled[static_cast<std::size_t>(&wanted - kFormats.data())];
}
}   // namespace

FormatRow const* format_row(Format format) {
    for (auto const& row : kFormats)
        if (row.format == format) return &row;
    return nullptr;
}

bool matches(Format format, std::string_view text) {
    auto const* row = format_row(format);
    return !row || RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, expression(*row));
}

std::size_t count_characters(std::string_view utf8) {
    std::size_t count = 0;
    for (auto c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

std::string camel_case(std::string_view snake) {
    // A member that ends in '_' keeps the snake case that WaQtor 2.3 has in places: "is_active_" → "is_active".
    if (snake.ends_with('_')) return std::string{snake.substr(0, snake.size() - 1)};
    std::string out;
    out.reserve(snake.size());
    bool upper = false;
    for (auto c : snake) {
        if (c == '_') {
            upper = true;
            continue;
        }
        out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = false;
    }
    return out;
}

}   // namespace waqtor
