#include "core/base/json.hpp"

#include "core/base/format.hpp"
#include "core/base/utf8.hpp"

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <cmath>
#include <set>

namespace waqtor {
namespace {

/// Builds a value as Boost.JSON's own handler does, and refuses what that lets through: a key twice, U+0000 in text,
/// a number beyond what a double holds.
class StrictHandler {
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using Failure = boost::system::error_code;

    StrictHandler() { stack_.reset(); }

    bool on_document_begin(Failure&) { return true; }
    bool on_document_end(Failure&) { return true; }
    bool on_object_begin(Failure&) {
        keys_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t count, Failure&) {
        keys_.pop_back();
        stack_.push_object(count);
        return true;
    }
    bool on_array_begin(Failure&) { return true; }
    bool on_array_end(std::size_t count, Failure&) {
        stack_.push_array(count);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, Failure& failure) {
        return part_of(key_, part, failure) && (stack_.push_chars(part), true);
    }
    bool on_key(json::string_view part, std::size_t, Failure& failure) {
        if (!part_of(key_, part, failure)) return false;
        if (!keys_.back().insert(std::exchange(key_, {})).second) return refuse("has the same key twice in one object", failure);
        stack_.push_key(part);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, Failure& failure) {
        return without_nul(part, failure) && (stack_.push_chars(part), true);
    }
    bool on_string(json::string_view part, std::size_t, Failure& failure) {
        return without_nul(part, failure) && (stack_.push_string(part), true);
    }
    bool on_number_part(json::string_view, Failure&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, Failure&) { return stack_.push_int64(number), true; }
    bool on_uint64(std::uint64_t number, json::string_view, Failure&) { return stack_.push_uint64(number), true; }
    bool on_double(double number, json::string_view, Failure& failure) {
        if (!std::isfinite(number)) return refuse("has a number that is too large", failure);
        stack_.push_double(number);
        return true;
    }
    bool on_bool(bool value, Failure&) { return stack_.push_bool(value), true; }
    bool on_null(Failure&) { return stack_.push_null(), true; }
    bool on_comment_part(json::string_view, Failure&) { return true; }
    bool on_comment(json::string_view, Failure&) { return true; }

    json::value release() { return stack_.release(); }
    std::string const& why() const { return why_; }

private:
    bool refuse(std::string why, Failure& failure) {
        why_ = std::move(why);
        failure = json::error::syntax;
        return false;
    }
    bool without_nul(json::string_view part, Failure& failure) {
        return part.find('\0') == part.npos || refuse("has the character U+0000 in a text", failure);
    }
    bool part_of(std::string& whole, json::string_view part, Failure& failure) {
        whole += part;
        return without_nul(part, failure);
    }

    json::value_stack stack_;
    std::vector<std::set<std::string>> keys_;
    std::string key_;
    std::string why_;
};
}   // namespace

Result<json::value> parse_json(std::string_view text) {
    try {
        json::parse_options options;
        options.max_depth = 32;
        json::basic_parser<StrictHandler> parser{options};
        boost::system::error_code failure;
        auto const read = parser.write_some(false, text.data(), text.size(), failure);
        if (!failure && read < text.size()) failure = json::error::extra_data;
        if (!failure) return parser.handler().release();
        auto const& why = parser.handler().why();
        return fail(Code::malformed, "The body is not valid JSON: it " + (why.empty() ? "breaks off or is misspelt" : why) +
                                         ", near byte " + std::to_string(read));
    } catch (std::exception const& thrown) {   // out of memory, or a fault in the library
        return fail_with_cause(Code::malformed, "The body is not valid JSON", thrown.what());
    }
}

std::unexpected<Error> Problems::error() && {
    auto message = all_.empty() ? std::string{"invalid"} : all_.front().field + ": " + all_.front().problem;
    return std::unexpected(Error{.code = Code::invalid, .message = std::move(message), .details = std::move(all_)});
}

namespace detail {

void append_quoted(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    auto plain = text.begin();
    for (auto at = text.begin(); at != text.end(); ++at) {
        auto const c = static_cast<unsigned char>(*at);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(plain, at);
        plain = at + 1;
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default: (out += "\\u00") += {kHex[c >> 4], kHex[c & 15]};
        }
    }
    out.append(plain, text.end());
    out += '"';
}

void append_number(std::string& out, std::int64_t number) {
    auto const text = fmt::format_int{number};
    out.append(text.data(), text.size());
}

void append_number(std::string& out, std::uint64_t number) {
    auto const text = fmt::format_int{number};
    out.append(text.data(), text.size());
}

void append_time(std::string& out, Timestamp at) {
    out += '"';
    append_iso(out, at);
    out += '"';
}

void append_id(std::string& out, Uuid const& id) {
    std::array<char, 38> text;
    text.front() = text.back() = '"';
    std::ranges::copy(id.characters(), text.begin() + 1);
    out.append(text.data(), text.size());
}

void append_name(std::string& out, std::string_view name) {
    out += '"';
    out += name;
    out += '"';
}

void append_key(std::string& out, std::string_view key, bool first) { out += key.substr(first ? 1 : 0); }

void check_text(std::string_view text, Field const* field, std::string const& at, Problems& problems) {
    if (!field) return;
    auto const length = static_cast<std::int64_t>(count_characters(text));
    if (field->min != kNoMinimum && length < field->min)
        problems.add(at,
                     field->min == 1 ? "must not be empty" : "must have at least " + std::to_string(field->min) + " characters");
    if (field->max != kNoMaximum && length > field->max)
        problems.add(at, "must have at most " + std::to_string(field->max) + " characters, has " + std::to_string(length));
    if (!matches(field->format, text)) problems.add(at, std::string{format_row(field->format)->says});
}

void check_count(std::size_t count, Field const* field, std::string const& at, Problems& problems) {
    if (!field) return;
    auto const items = static_cast<std::int64_t>(count);
    if (field->min != kNoMinimum && items < field->min)
        problems.add(at, "must have at least " + std::to_string(field->min) + " items");
    if (field->max != kNoMaximum && items > field->max)
        problems.add(at, "must have at most " + std::to_string(field->max) + " items, has " + std::to_string(items));
}

void check_number(std::int64_t number, Field const* field, std::string const& at, Problems& problems) {
    if (!field) return;
    if (field->min != kNoMinimum && number < field->min) problems.add(at, "must be at least " + std::to_string(field->min));
    if (field->max != kNoMaximum && number > field->max) problems.add(at, "must be at most " + std::to_string(field->max));
}

std::optional<std::int64_t> whole_number(json::value const& value) {
    if (!value.is_number()) return std::nullopt;
    boost::system::error_code failure;
    auto const number = value.to_number<std::int64_t>(failure);
    return failure ? std::nullopt : std::optional{number};
}

std::string join(std::string const& at, std::string_view name) {
    return at.empty() ? std::string{name} : at + "." + std::string{name};
}

void read_rest(json::object const& object, std::span<std::string const> known, std::string const& at,
               std::map<std::string, std::string>& rest, Problems& problems) {
    for (auto const& [name, value] : object) {
        if (std::ranges::find(known, std::string_view{name}) != known.end()) continue;
        if (value.is_string())
            rest.emplace(name, value.get_string());
        else if (value.is_number())
            rest.emplace(name, json::serialize(value));
        else
            problems.add(join(at, name), "must be text or a number");
    }
}

void refuse_unknown(json::object const& object, std::span<std::string const> known, std::string const& at, Problems& problems) {
    for (auto const& [key, value] : object) {
        auto const name = std::string_view{key};
        if (std::ranges::find(known, name) == known.end()) problems.add(join(at, beginning(name, 64)), "is not a known field");
    }
}

}   // namespace detail
}   // namespace waqtor
