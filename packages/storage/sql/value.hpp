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
std::unexpected<Error> unreadable(int column, std::string_view why);
std::unexpected<Error> wrong_arity(int wanted, int got);
/// Reads `["a","b"]` as json_text writes it, most lists there are. False, with `out` as it was, for anything else.
bool read_plain_list(std::string_view text, std::vector<std::string>& out);
}   // namespace detail

template <class T> Result<void> read_column(Row const& row, int column, T& out) {
    if constexpr (is_optional<T>) {
        out.reset();
        if (row.is_null(column)) return {};
        return read_column(row, column, out.emplace());
    } else {
        if (row.is_null(column)) return detail::unreadable(column, "is NULL");
        if constexpr (is_id<T>) {
            auto id = T::parse(row.text(column));
            if (!id) return detail::unreadable(column, "is not an id");
            out = *id;
        } else if constexpr (std::is_same_v<T, Timestamp>)
            out = Timestamp{Milliseconds{row.integer(column)}};
        else if constexpr (std::is_same_v<T, Secret>)
            out.value = row.text(column);
        else if constexpr (std::is_same_v<T, Bytes>)
            out = row.bytes(column);
        else if constexpr (DescribedEnum<T>) {
            auto const value = enum_from<T>(row.text(column));
            if (!value) return detail::unreadable(column, "is not a known name");
            out = *value;
        } else if constexpr (std::is_same_v<T, bool>)
            out = row.integer(column) != 0;
        else if constexpr (std::is_integral_v<T>) {
            auto const number = row.integer(column);
            if (!std::in_range<T>(number)) return detail::unreadable(column, "is out of range");
            out = static_cast<T>(number);
        } else if constexpr (std::is_floating_point_v<T>)
            out = static_cast<T>(row.real(column));
        else if constexpr (std::is_same_v<T, std::string>)
            out = row.text(column);
        else {
            static_assert(JsonColumn<T>, "this type has no SQL column");
            if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                out.clear();
                if (detail::read_plain_list(row.text(column), out)) return {};
            }
            auto parsed = parse_json(row.text(column));
            if (!parsed) return detail::unreadable(column, "is not JSON");
            if constexpr (std::is_same_v<T, json::value>)
                out = *std::move(parsed);
            else {
                auto value = read_json<T>(*parsed);
                if (!value) return detail::unreadable(column, "is JSON of another shape");
                out = *std::move(value);
            }
        }
        return {};
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
    if constexpr (RowStruct<T>) {
        Result<void> outcome;
        int column = 0;
        boost::mp11::mp_for_each<Members<T>>([&](auto d) {
            if (!outcome) return;
            if (auto one = read_column(row, column++, out.*d.pointer); !one) outcome = std::move(one);
        });
        return outcome;
    } else
        return read_column(row, 0, out);
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
