#pragma once
#include "core/base/bytes.hpp"
#include "core/base/json.hpp"

#include <variant>

// How C++ values and SQL columns map onto each other; the same on both databases:
//   Id, enum, string, Secret → TEXT (an enum by its name)      bool, integers, Timestamp → INTEGER (0/1, milliseconds since 1970)
//   double → REAL      Bytes → BLOB      optional → NULL when empty      json::value, lists, maps → TEXT holding JSON

namespace waqtor::sql {

/// One argument of a statement. Views point into the caller's values, which outlive the call.
using Argument = std::variant<std::monostate, std::int64_t, double, std::string_view, BytesView, std::string>;

template <class T>
concept JsonColumn = std::is_same_v<T, json::value> || std::is_same_v<T, json::object> || is_vector<T> || is_map<T>;

template <class T> inline constexpr bool is_named_list = false;
template <class T> inline constexpr bool is_named_list<std::vector<T>> = is_id<T> || DescribedEnum<T>;

template <class T> Argument to_argument(T const& value) {
    if constexpr (is_optional<T>)
        return value ? to_argument(*value) : Argument{};
    else if constexpr (is_id<T>)
        return value.text();
    else if constexpr (std::is_same_v<T, Timestamp>)
        return std::int64_t{value.time_since_epoch().count()};
    else if constexpr (std::is_same_v<T, Secret>)
        return std::string_view{value.value};
    else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, BytesView>)
        return BytesView{value};
    else if constexpr (DescribedEnum<T>)
        return enum_name(value);
    else if constexpr (std::is_integral_v<T>) {
        static_assert(std::is_signed_v<T> || sizeof(T) < sizeof(std::int64_t), "SQL integers are 64 bits with a sign");
        return std::int64_t{value};
    } else if constexpr (std::is_floating_point_v<T>)
        return double{value};
    else if constexpr (std::is_convertible_v<T const&, std::string_view>)
        return std::string_view{value};
    else {
        static_assert(JsonColumn<T>, "this type has no SQL column");
        return json_text(value);
    }
}

/// One row of an answer, valid until the next one.
class Row {
public:
    virtual int columns() const = 0;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
    virtual Bytes bytes(int column) const = 0;

protected:
    ~Row() = default;
};

/// Where rows go: a plain function and what it works on.
struct RowSink {
    void* state = nullptr;
    Result<void> (*take)(void* state, Row const& row) = nullptr;
};

namespace detail {
/// `column` counts from one.
std::unexpected<Error> unreadable(int column, std::string_view why);
std::unexpected<Error> wrong_arity(int wanted, int got);
/// Calls `take` with each of `["a","b"]` as json_text writes it, most lists there are. False when it is anything else.
template <class F> bool each_plain_text(std::string_view list, F const& take) {
    if (list.size() < 2 || list.front() != '[' || list.back() != ']') return false;
    auto rest = list.substr(1, list.size() - 2);
    for (auto first = true; !rest.empty(); first = false) {
        if (!first && rest.front() != ',') return false;
        if (!first) rest.remove_prefix(1);
        if (!rest.starts_with('"')) return false;
        std::size_t end = 1;
        for (; end < rest.size() && rest[end] != '"'; ++end)
            if (rest[end] == '\\' || static_cast<unsigned char>(rest[end]) < 0x20) return false;
        if (end == rest.size()) return false;
        take(rest.substr(1, end - 1));
        rest.remove_prefix(end + 1);
    }
    return true;
}
/// How many each_plain_text() would take.
std::size_t count_plain_texts(std::string_view list);
/// Reads a list of texts that way. False, with `out` as it was, for anything else.
bool read_plain_list(std::string_view text, std::vector<std::string>& out);
}   // namespace detail

/// What is wrong with a column, nullptr when nothing is. Every row of every list asks, so it fits a register; read_row() makes the
/// error of it.
using Fault = char const*;

/// A list of names or ids, without a tree of values in between.
template <class T> Fault read_named_list(std::string_view list, std::vector<T>& out) {
    out.clear();
    out.reserve(detail::count_plain_texts(list));
    auto good = true;
    auto const plain = detail::each_plain_text(list, [&](std::string_view text) {
        std::optional<T> item;
        if constexpr (is_id<T>)
            item = T::parse(text);
        else
            item = enum_from<T>(text);
        if (item)
            out.push_back(*item);
        else if constexpr (!requires { leaves_out_unknown(T{}); })
            good = false;
    });
    if (!plain || !good) return is_id<T> ? "is not a list of ids" : "is not a list of known names";
    return nullptr;
}

template <class T> Fault read_column(Row const& row, int column, T& out) {
    if constexpr (is_optional<T>) {
        out.reset();
        if (row.is_null(column)) return nullptr;
        return read_column(row, column, out.emplace());
    } else {
        if (row.is_null(column)) return "is NULL";
        if constexpr (is_id<T>) {
            auto id = T::parse(row.text(column));
            if (!id) return "is not an id";
            out = *id;
        } else if constexpr (std::is_same_v<T, Timestamp>)
            out = Timestamp{Milliseconds{row.integer(column)}};
        else if constexpr (std::is_same_v<T, Secret>)
            out.value = row.text(column);
        else if constexpr (std::is_same_v<T, Bytes>)
            out = row.bytes(column);
        else if constexpr (DescribedEnum<T>) {
            auto const value = enum_from<T>(row.text(column));
            if (!value) return "is not a known name";
            out = *value;
        } else if constexpr (std::is_same_v<T, bool>)
            out = row.integer(column) != 0;
        else if constexpr (std::is_integral_v<T>) {
            auto const number = row.integer(column);
            if (!std::in_range<T>(number)) return "is out of range";
            out = static_cast<T>(number);
        } else if constexpr (std::is_floating_point_v<T>)
            out = static_cast<T>(row.real(column));
        else if constexpr (std::is_same_v<T, std::string>)
            out = row.text(column);
        else if constexpr (is_named_list<T>)
            return read_named_list(row.text(column), out);
        else {
            static_assert(JsonColumn<T>, "this type has no SQL column");
            if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                out.clear();
                if (detail::read_plain_list(row.text(column), out)) return nullptr;
            }
            auto parsed = parse_json(row.text(column));
            if (!parsed) return "is not JSON";
            if constexpr (std::is_same_v<T, json::value>)
                out = *std::move(parsed);
            else {
                auto value = read_json<T>(*parsed);
                if (!value) return "is JSON of another shape";
                out = *std::move(value);
            }
        }
        return nullptr;
    }
}

template <class T>
concept RowStruct = DescribedStruct<T> && !is_id<T> && !std::is_same_v<T, Secret>;

/// Reads a row into a described struct by position, or its only column into a single value.
template <class T> Result<void> read_row(Row const& row, T& out) {
    constexpr int arity = [] {
        if constexpr (RowStruct<T>) return static_cast<int>(boost::mp11::mp_size<Members<T>>::value);
        return 1;
    }();
    if (row.columns() != arity) return detail::wrong_arity(arity, row.columns());
    Fault fault = nullptr;
    int column = 0;
    if constexpr (RowStruct<T>)
        boost::mp11::mp_for_each<Members<T>>([&](auto d) {
            if (!fault) fault = read_column(row, column++, out.*d.pointer);
        });
    else
        fault = read_column(row, column++, out);
    if (fault) return detail::unreadable(column, fault);
    return {};
}

/// "id, workspace, created_at": the members of T in order, as the columns of a SELECT or INSERT.
template <RowStruct T> std::string const& columns() {
    static std::string const list = [] {
        std::string out;
        boost::mp11::mp_for_each<Members<T>>([&](auto d) {
            if (!out.empty()) out += ", ";
            out += d.name;
        });
        return out;
    }();
    return list;
}

/// "$1, $2, $3": a placeholder for every member of T.
template <RowStruct T> std::string const& placeholders() {
    static std::string const list = [] {
        std::string out;
        for (std::size_t i = 1; i <= boost::mp11::mp_size<Members<T>>::value; ++i)
            out += (i == 1 ? "$" : ", $") + std::to_string(i);
        return out;
    }();
    return list;
}

}   // namespace waqtor::sql
