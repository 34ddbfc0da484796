#pragma once
#include "core/base/described.hpp"

#include <boost/json.hpp>

#include <span>

namespace waqtor {

/// Strict JSON (RFC 8259): UTF-8 without U+0000, no key twice in one object, at most 32 levels, nothing after the value.
/// Code::malformed with the place otherwise.
Result<json::value> parse_json(std::string_view text);

/// What is wrong with a value, collected over the whole of it so that one answer names everything.
class Problems {
public:
    void add(std::string const& field, std::string problem) {
        if (all_.size() < kMost) all_.push_back({field, std::move(problem)});
    }
    bool any() const { return !all_.empty(); }
    /// Code::invalid with every problem as a detail.
    std::unexpected<Error> error() &&;

private:
    static constexpr std::size_t kMost = 50;
    std::vector<FieldProblem> all_;
};

namespace detail {
/// The limits of a row, for text, lists and numbers. They add to `problems` under the path `at`.
void check_text(std::string_view text, Field const* field, std::string const& at, Problems& problems);
void check_count(std::size_t count, Field const* field, std::string const& at, Problems& problems);
void check_number(std::int64_t number, Field const* field, std::string const& at, Problems& problems);
std::optional<std::int64_t> whole_number(json::value const& value);
std::string join(std::string const& at, std::string_view name);
void refuse_unknown(json::object const& object, std::span<std::string const> known, std::string const& at, Problems& problems);
}   // namespace detail

/// Appends the JSON text of anything described, without a tree of values in between.
template <class T> void append_json(std::string& out, T const& value);
template <class T> std::string json_text(T const& value);
/// The same as a value, for where it is taken apart again; costs a parse.
template <class T> json::value write_json(T const& value);
template <class T>
std::optional<T> read_json(json::value const& value, Field const* field, std::string const& at, Problems& problems);

/// Reads a T; every field that is missing, unknown, of the wrong type or outside its limits is named in the error's details.
template <class T> Result<T> read_json(json::value const& value) {
    Problems problems;
    auto out = read_json<T>(value, nullptr, "", problems);
    if (problems.any() || !out) return std::move(problems).error();
    return *std::move(out);
}

// ---- writing

namespace detail {
void append_quoted(std::string& out, std::string_view text);
void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);
void append_time(std::string& out, Timestamp at);
void append_id(std::string& out, Uuid const& id);
/// Text that needs no escapes.
void append_name(std::string& out, std::string_view name);
/// `key` as json_key() makes it, the first one without its comma.
void append_key(std::string& out, std::string_view key, bool first);

/// `,"lastUsedAt":`, made once.
template <class D> std::string const& json_key() {
    static std::string const key = ",\"" + json_name<D>() + "\":";
    return key;
}

/// The members of a struct without the braces; `first` is false when something stands before them already.
template <class T> void append_members(std::string& out, T const& value, bool first) {
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
        // A field that has no value is left out: null and absent mean the same when read back.
        if constexpr (is_optional<MemberType<T, decltype(d)>>) {
            if (!(value.*d.pointer)) return;
        }
        append_key(out, json_key<decltype(d)>(), std::exchange(first, false));
        append_json(out, value.*d.pointer);
    });
}
}   // namespace detail

template <class T> void append_json(std::string& out, T const& value) {
    if constexpr (std::is_same_v<T, json::value> || std::is_same_v<T, json::object> || std::is_same_v<T, json::array>)
        out += json::serialize(value);
    else if constexpr (std::is_same_v<T, Secret>)
        out += R"("***")";
    else if constexpr (std::is_same_v<T, Timestamp>)
        detail::append_time(out, value);
    else if constexpr (is_id<T>)
        detail::append_id(out, value.uuid);
    else if constexpr (is_optional<T>) {
        if (value)
            append_json(out, *value);
        else
            out += "null";
    } else if constexpr (DescribedEnum<T>)
        detail::append_name(out, enum_name(value));
    else if constexpr (is_vector<T>) {
        out += '[';
        for (auto first = true; auto const& item : value) {
            if (!std::exchange(first, false)) out += ',';
            append_json(out, item);
        }
        out += ']';
    } else if constexpr (is_map<T>) {
        out += '{';
        for (auto first = true; auto const& [key, item] : value) {
            if (!std::exchange(first, false)) out += ',';
            detail::append_quoted(out, key);
            out += ':';
            append_json(out, item);
        }
        out += '}';
    } else if constexpr (DescribedStruct<T>) {
        out += '{';
        detail::append_members(out, value, true);
        out += '}';
    } else if constexpr (std::is_same_v<T, bool>)
        out += value ? "true" : "false";
    else if constexpr (std::is_integral_v<T>)
        detail::append_number(out, std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>{value});
    else if constexpr (std::is_floating_point_v<T>)
        out += json::serialize(json::value(value));
    else
        detail::append_quoted(out, value);
}

template <class T> std::string json_text(T const& value) {
    std::string out;
    append_json(out, value);
    return out;
}

template <class T> json::value write_json(T const& value) { return json::parse(json_text(value)); }

// ---- reading

namespace detail {
template <class T>
std::optional<T> read_number(json::value const& value, Field const* field, std::string const& at, Problems& problems) {
    auto const number = whole_number(value);
    if (!number) {
        problems.add(at, "must be a whole number");
        return std::nullopt;
    }
    if (!std::in_range<T>(*number)) {
        problems.add(at, "is too large or too small");
        return std::nullopt;
    }
    check_number(*number, field, at, problems);
    return static_cast<T>(*number);
}

template <class T>
std::optional<T> read_list(json::value const& value, Field const* field, std::string const& at, Problems& problems) {
    if (!value.is_array()) {
        problems.add(at, "must be a list");
        return std::nullopt;
    }
    auto const& array = value.get_array();
    check_count(array.size(), field, at, problems);
    T out;
    out.reserve(array.size());
    auto item_field = field ? std::optional{Field{field->name, field->help, kNoMinimum, kNoMaximum, field->format}} : std::nullopt;
    for (std::size_t i = 0; i < array.size(); ++i)
        if (auto item = read_json<typename T::value_type>(array[i], item_field ? &*item_field : nullptr,
                                                          at + "[" + std::to_string(i) + "]", problems))
            out.push_back(*std::move(item));
    return out;
}

/// A struct with a member `rest` (not described) takes fields it does not name as texts: bodies of 2.3 with variables among them.
template <class T>
concept TakesRest = std::is_same_v<decltype(T::rest), std::map<std::string, std::string>>;
void read_rest(json::object const& object, std::span<std::string const> known, std::string const& at,
               std::map<std::string, std::string>& rest, Problems& problems);

template <class T> std::optional<T> read_struct(json::value const& value, std::string const& at, Problems& problems) {
    if (!value.is_object()) {
        problems.add(at.empty() ? "body" : at, "must be an object");
        return std::nullopt;
    }
    auto const& object = value.get_object();
    T out{};
    std::array<std::string, boost::mp11::mp_size<Members<T>>::value> known;
    std::size_t index = 0;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
        using M = MemberType<T, decltype(d)>;
        auto const& name = known[index++] = json_name<decltype(d)>();
        auto const* found = object.if_contains(name);
        if (!found || (is_optional<M> && found->is_null())) {
            if (!is_optional<M>) problems.add(join(at, name), "is required");
            return;
        }
        if (auto read = read_json<Unwrapped<M>>(*found, &field_of<T, decltype(d)>(), join(at, name), problems))
            out.*d.pointer = *std::move(read);
    });
    if constexpr (TakesRest<T>)
        read_rest(object, known, at, out.rest, problems);
    else
        refuse_unknown(object, known, at, problems);
    return out;
}
}   // namespace detail

template <class T>
std::optional<T> read_json(json::value const& value, Field const* field, std::string const& at, Problems& problems) {
    auto refuse = [&](std::string problem) {
        problems.add(at.empty() ? "body" : at, std::move(problem));
        return std::nullopt;
    };
    auto const text = value.is_string() ? std::string_view{value.get_string()} : std::string_view{};

    if constexpr (std::is_same_v<T, json::value>)
        return value;
    else if constexpr (std::is_same_v<T, json::object>) {
        if (!value.is_object()) return refuse("must be an object");
        return value.get_object();
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_bool()) return refuse("must be true or false");
        return value.get_bool();
    } else if constexpr (std::is_integral_v<T>)
        return detail::read_number<T>(value, field, at, problems);
    else if constexpr (std::is_floating_point_v<T>) {
        if (!value.is_number()) return refuse("must be a number");
        return value.to_number<T>();
    } else if constexpr (is_vector<T>)
        return detail::read_list<T>(value, field, at, problems);
    else if constexpr (is_map<T>) {
        if (!value.is_object()) return refuse("must be an object");
        T out;
        for (auto const& [key, item] : value.get_object())
            if (auto read = read_json<typename T::mapped_type>(item, nullptr, detail::join(at, key), problems))
                out.emplace(key, *std::move(read));
        return out;
    } else if constexpr (DescribedStruct<T> && !is_id<T>)
        return detail::read_struct<T>(value, at, problems);
    else if (!value.is_string())
        return refuse("must be text");
    else if constexpr (is_id<T>) {
        auto id = T::parse(text);
        if (!id) return refuse("must be an id (UUID)");
        return id;
    } else if constexpr (std::is_same_v<T, Timestamp>) {
        auto time = from_iso(text);
        if (!time) return refuse(time.error().message);
        return *time;
    } else if constexpr (DescribedEnum<T>) {
        auto found = enum_from<T>(text);
        if (!found) return refuse("must be one of " + enum_names<T>());
        return found;
    } else {
        detail::check_text(text, field, at, problems);
        return T{std::string{text}};
    }
}

}   // namespace waqtor
