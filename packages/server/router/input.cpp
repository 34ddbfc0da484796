#include "server/router/input.hpp"

#include "core/base/utf8.hpp"

#include "server/http/target.hpp"

#include <charconv>

namespace waqtor {
namespace {

template <class N> std::optional<N> number(std::string_view text) {
    N out{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

/// Text that cannot be converted stays text: reading the struct then says what the field must be.
json::value convert(std::string_view text, InputKind kind, InputKind item = InputKind::text) {
    if (kind == InputKind::whole) {
        if (auto whole = number<std::int64_t>(text)) return *whole;
    } else if (kind == InputKind::decimal) {
        if (auto decimal = number<double>(text)) return *decimal;
    } else if (kind == InputKind::boolean) {
        if (text == "true") return true;
        if (text == "false") return false;
    } else if (kind == InputKind::list) {
        json::array out;
        while (!text.empty()) {
            auto const part = text.substr(0, text.find(','));
            out.push_back(convert(part, item));
            text.remove_prefix(std::min(part.size() + 1, text.size()));
        }
        return out;
    }
    return json::string(text);
}

InputField const* find(std::vector<InputField> const& fields, std::string_view name) {
    auto const at = std::ranges::find(fields, name, &InputField::name);
    return at == fields.end() ? nullptr : &*at;
}

Result<void> add_query(json::object& out, std::vector<InputField> const& fields, std::string_view query, bool body_allowed) {
    TRY(auto const parts, parse_query(query));
    Problems problems;
    for (auto const& [name, value] : parts) {
        auto const* field = body_allowed ? nullptr : find(fields, name);
        if (!field || field->in_path)
            problems.add(std::string{beginning(name, 64)}, "is not a known query parameter");
        else if (out.contains(name))
            problems.add(name, "is given more than once");
        else
            out[name] = convert(value, field->kind, field->item);
    }
    if (problems.any()) return std::move(problems).error();
    return {};
}

bool is_json(std::string_view content_type) {
    auto const type = content_type.substr(0, content_type.find(';'));
    auto const end = type.find_last_not_of(" \t");
    if (end == type.npos || !same_ignoring_case(type.substr(0, end + 1), "application/json")) return false;
    auto const charset = content_type.find("charset=");
    if (charset == content_type.npos) return true;
    auto name = content_type.substr(charset + 8);
    if (name.starts_with('"')) name = name.substr(1, name.find('"', 1) - 1);
    return same_ignoring_case(name.substr(0, 5), "utf-8");
}

Result<json::value> read_body(Request const& request) {
    if (request.body.empty()) return json::value(json::object{});
    if (!is_json(request.header("content-type"))) return fail(Code::unsupported_media, "The body must be application/json");
    return parse_json(request.body);
}
}   // namespace

Result<json::value> assemble_input(std::vector<InputField> const& fields, std::span<PathValue const> path, Request const& request,
                                   bool body_allowed) {
    json::object out;
    TRY_OK(add_query(out, fields, request.query, body_allowed));
    if (body_allowed && path.size() < fields.size()) {
        TRY(auto body, read_body(request));
        if (!body.is_object()) return invalid("body", "must be an object");
        out = std::move(body.get_object());
    }
    for (auto const& [name, value] : path) {
        if (out.contains(name)) return invalid(std::string{name}, "is not a known field of the body: it stands in the path");
        auto const* field = find(fields, name);
        if (field) out[name] = convert(value, field->kind);
    }
    return json::value(std::move(out));
}

Error path_problem_is_not_found(Error error, std::vector<InputField> const& fields) {
    if (error.code != Code::invalid) return error;
    for (auto const& [name, problem] : error.details) {
        auto const* field = find(fields, name);
        if (field && field->in_path) return Error{.code = Code::not_found, .message = std::string{row(Code::not_found).says}};
    }
    return error;
}

}   // namespace waqtor
