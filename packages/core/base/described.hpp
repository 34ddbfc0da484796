#pragma once
#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <boost/describe.hpp>
#include <boost/json/fwd.hpp>
#include <boost/mp11.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// A struct of the API is declared once: BOOST_DESCRIBE_STRUCT names its members and a kFields row documents and limits each. From
// that come reading and writing of JSON (json.hpp), query parameters, JSON Schema (schema.hpp) and SQL rows (storage).

namespace waqtor {
namespace json = boost::json;

/// Text that must not be shown again: it is read, but written as "***" and never logged.
struct Secret {
    std::string value;
    auto operator<=>(Secret const&) const = default;
};

/// Shapes of text that both the reader and the published schema know; the rows are in format.cpp.
enum class Format : std::uint8_t { none, email, single_line, cidr, origin, token, event_type, phone };

inline constexpr std::int64_t kNoMinimum = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kNoMaximum = std::numeric_limits<std::int64_t>::max();

/// One member of a described struct: what it means and what it may hold. `min` and `max` count characters of text, items of a list,
/// or are the limits of a number.
struct Field {
    std::string_view name;
    std::string_view help;
    std::int64_t min = kNoMinimum;
    std::int64_t max = kNoMaximum;
    Format format = Format::none;
};

/// The rows of T, specialised beside each struct. The empty primary means "not part of the API".
template <class T> inline constexpr std::array<Field, 0> kFields{};

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>;
template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> inline constexpr bool is_vector = false;
template <class T> inline constexpr bool is_vector<std::vector<T>> = true;
template <class T> inline constexpr bool is_map = false;
template <class T> inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T> struct unwrap_optional {
    using type = T;
};
template <class T> struct unwrap_optional<std::optional<T>> {
    using type = T;
};
template <class T> using Unwrapped = typename unwrap_optional<T>::type;

template <class T, class D> using MemberType = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

template <class T> constexpr Field const* find_field(std::string_view name) {
    for (auto const& field : kFields<T>)
        if (field.name == name) return &field;
    return nullptr;
}

/// The row of member D; a member without one does not compile.
template <class T, class D> constexpr Field const& field_of() {
    static_assert(find_field<T>(D::name) != nullptr, "every member of an API struct needs a row in kFields");
    return *find_field<T>(D::name);
}

/// "last_used_at" → "lastUsedAt": members are named in C++ style, JSON in its own.
std::string camel_case(std::string_view snake);

/// The JSON name of member D of T, made once.
template <class D> std::string const& json_name() {
    static std::string const name = camel_case(D::name);
    return name;
}

/// "waqtor::User" → "User": what the published schema calls T.
template <class T> constexpr std::string_view type_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    auto const start = text.find("T = ") + 4;
    text = text.substr(start, text.rfind(']') - start);
    if (auto const angle = text.find('<'); angle != text.npos) text = text.substr(0, angle);
    if (auto const colon = text.rfind(':'); colon != text.npos) text = text.substr(colon + 1);
    return text;
}

namespace detail {
/// An enum's names beside their values.
template <DescribedEnum E>
inline constexpr auto kNamed = []<class... D>(boost::mp11::mp_list<D...>) {
    return std::array{std::pair{std::string_view{D::name}, D::value}...};
}(boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>{});
}   // namespace detail

/// The enumerator's name: "owner".
template <DescribedEnum E> std::string_view enum_name(E value) {
    for (auto const& [name, known] : detail::kNamed<E>)
        if (known == value) return name;
    return {};
}

template <DescribedEnum E> std::optional<E> enum_from(std::string_view name) {
    // Most names differ in length already, and lists read thousands of them.
    for (auto const& [known, value] : detail::kNamed<E>)
        if (known.size() == name.size() && known == name) return value;
    return std::nullopt;
}

/// "owner, admin, agent".
template <DescribedEnum E> std::string enum_names() {
    std::string out;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (!out.empty()) out += ", ";
        out += d.name;
    });
    return out;
}

}   // namespace waqtor
