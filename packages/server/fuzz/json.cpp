#include "core/base/json.hpp"

#include "server/fuzz/fuzz.hpp"

namespace waqtor {

enum class Colour : std::uint8_t { red, blue };
BOOST_DESCRIBE_ENUM(Colour, red, blue)

/// One member of every kind that a request may have.
struct Everything {
    std::string text;
    std::optional<std::string> email{};
    std::optional<std::int64_t> number{};
    std::optional<double> ratio{};
    std::optional<bool> yes{};
    std::optional<Colour> colour{};
    std::optional<Timestamp> at{};
    std::optional<UserId> id{};
    std::vector<std::string> list;
    std::map<std::string, std::int64_t> map;
    std::vector<Everything> inner;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (text, email, number, ratio, yes, colour, at, id, list, map, inner))
template <>
inline constexpr std::array kFields<Everything>{
    Field{"text", "", 0, 8},
    Field{"email", "", 3, 20, Format::email},
    Field{"number", "", -9, 9},
    Field{"ratio", ""},
    Field{"yes", ""},
    Field{"colour", ""},
    Field{"at", ""},
    Field{"id", ""},
    Field{"list", "", 0, 4, Format::cidr},
    Field{"map", ""},
    Field{"inner", "", 0, 4},
};
}   // namespace waqtor

using namespace waqtor;

/// Boost.JSON 1.81 reads a real number of many digits to its last bit or next to it, so such a number need not come back the same.
static bool has_real(json::value const& value) {
    if (value.is_array()) return std::ranges::any_of(value.get_array(), has_real);
    if (value.is_object())
        return std::ranges::any_of(value.get_object(), [](auto const& member) { return has_real(member.value()); });
    return value.is_double();
}

/// A request's body. What is accepted is written and read the same; what a struct takes from it is too.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const value = parse_json(fuzz::text_of(data, size));
    if (!value) return 0;
    auto const text = json_text(*value);
    auto const again = parse_json(text);
    fuzz::must(again.has_value());
    auto const exact = !has_real(*value);
    fuzz::must(!exact || json_text(*again) == text);

    auto const read = read_json<Everything>(*value);
    if (!read) {
        fuzz::must(!read.error().details.empty());
        return 0;
    }
    auto const written = json_text(*read);
    auto const parsed = parse_json(written);
    fuzz::must(parsed.has_value());
    auto const same = read_json<Everything>(*parsed);
    fuzz::must(same.has_value());
    fuzz::must(!exact || json_text(*same) == written);
    return 0;
}
