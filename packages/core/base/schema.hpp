#pragma once
#include "core/base/described.hpp"
#include "core/base/format.hpp"

#include <boost/json.hpp>

namespace waqtor {

/// JSON Schema (2020-12, as OpenAPI 3.1 uses it) of described types. Structs become named definitions, referred to by `$ref`.
class SchemaSet {
public:
    /// `prefix` is what a `$ref` starts with: "#/components/schemas/".
    explicit SchemaSet(std::string prefix) : prefix_{std::move(prefix)} {}

    /// The schema of T; structs in it are added to definitions().
    template <class T> json::object of(Field const* field = nullptr);
    /// The definition of a struct in place, without a `$ref`.
    template <class T> json::object inline_of();

    json::object const& definitions() const { return definitions_; }

private:
    std::string prefix_;
    json::object definitions_;
};

namespace detail {
json::object text_schema(Field const* field);
json::object number_schema(Field const* field, std::int64_t low, std::int64_t high);
void limit_items(json::object& schema, Field const* field);
/// The same schema, and null: reading takes it for a field that is absent.
json::object or_null(json::object schema);
}   // namespace detail

template <class T> json::object SchemaSet::inline_of() {
    json::object properties;
    json::array required;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
        using M = MemberType<T, decltype(d)>;
        auto const& field = field_of<T, decltype(d)>();
        auto schema = of<Unwrapped<M>>(&field);
        if constexpr (is_optional<M>) schema = detail::or_null(std::move(schema));
        schema["description"] = field.help;
        properties[json_name<decltype(d)>()] = std::move(schema);
        if (!is_optional<M>) required.push_back(json::value(json_name<decltype(d)>()));
    });
    json::object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if constexpr (requires { T::rest; }) out["additionalProperties"] = {{"type", {"string", "number"}}};
    if (!required.empty()) out["required"] = std::move(required);
    return out;
}

template <class T> json::object SchemaSet::of(Field const* field) {
    if constexpr (std::is_same_v<T, json::value>)
        return {};
    else if constexpr (std::is_same_v<T, json::object>)
        return {{"type", "object"}};
    else if constexpr (std::is_same_v<T, bool>)
        return {{"type", "boolean"}};
    else if constexpr (std::is_same_v<T, Timestamp>)
        return {{"type", "string"}, {"format", "date-time"}};
    else if constexpr (std::is_integral_v<T>) {
        constexpr auto high =
            sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(std::numeric_limits<T>::max());
        return detail::number_schema(field, static_cast<std::int64_t>(std::numeric_limits<T>::min()), high);
    } else if constexpr (std::is_floating_point_v<T>)
        return {{"type", "number"}};
    else if constexpr (is_id<T>)
        return {{"type", "string"}, {"format", "uuid"}};
    else if constexpr (is_optional<T>)
        return of<Unwrapped<T>>(field);
    else if constexpr (is_vector<T>) {
        auto const item_field = field ? Field{field->name, field->help, kNoMinimum, kNoMaximum, field->format} : Field{};
        json::object out{{"type", "array"}, {"items", of<typename T::value_type>(field ? &item_field : nullptr)}};
        detail::limit_items(out, field);
        return out;
    } else if constexpr (is_map<T>)
        return {{"type", "object"}, {"additionalProperties", of<typename T::mapped_type>()}};
    else if constexpr (DescribedEnum<T>) {
        json::array names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) { names.push_back(json::value(d.name)); });
        return {{"type", "string"}, {"enum", std::move(names)}};
    } else if constexpr (DescribedStruct<T>) {
        auto const name = type_name<T>();
        if (!definitions_.contains(name)) {
            definitions_[name] = nullptr;   // a struct that contains itself ends here
            definitions_[name] = inline_of<T>();
        }
        return {{"$ref", prefix_ + std::string{name}}};
    } else
        return detail::text_schema(field);
}

}   // namespace waqtor
