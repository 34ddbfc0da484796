#pragma once
#include "core/base/json.hpp"
#include "server/http/message.hpp"

namespace waqtor {

/// How a member of an input struct is written in a path or query.
enum class InputKind : std::uint8_t { text, whole, decimal, boolean, list, object };

struct InputField {
    std::string name;
    InputKind kind = InputKind::text;
    InputKind item = InputKind::text;   // of a list
    bool optional = false;
    bool in_path = false;
};

template <class M> constexpr InputKind input_kind() {
    if constexpr (std::is_same_v<M, bool>)
        return InputKind::boolean;
    else if constexpr (std::is_integral_v<M>)
        return InputKind::whole;
    else if constexpr (std::is_floating_point_v<M>)
        return InputKind::decimal;
    else if constexpr (is_vector<M>)
        return InputKind::list;
    else if constexpr (std::is_same_v<M, Secret> || is_id<M>)
        return InputKind::text;
    else if constexpr (is_map<M> || DescribedStruct<M> || std::is_same_v<M, json::value> || std::is_same_v<M, json::object>)
        return InputKind::object;
    else
        return InputKind::text;
}

template <class In> std::vector<InputField> input_fields() {
    std::vector<InputField> out;
    boost::mp11::mp_for_each<Members<In>>([&](auto d) {
        using M = MemberType<In, decltype(d)>;
        using Inner = Unwrapped<M>;
        InputField field{json_name<decltype(d)>(), input_kind<Inner>(), InputKind::text, is_optional<M>};
        if constexpr (is_vector<Inner>) field.item = input_kind<typename Inner::value_type>();
        out.push_back(std::move(field));
    });
    return out;
}

/// One `{name}` of the pattern and what stood there.
struct PathValue {
    std::string_view name;
    std::string_view value;
};

/// Puts path, query and body together into the one JSON object that the input struct is read from. `body_allowed`: the method takes
/// its other fields from a JSON body instead of the query. Code::malformed, unsupported_media or invalid (naming the field).
Result<json::value> assemble_input(std::vector<InputField> const& fields, std::span<PathValue const> path, Request const& request,
                                   bool body_allowed);

/// A path field that cannot be read names nothing that exists: such an error becomes Code::not_found.
Error path_problem_is_not_found(Error error, std::vector<InputField> const& fields);

}   // namespace waqtor
