#include "server/http/target.hpp"

#include "core/base/json.hpp"
#include "server/fuzz/fuzz.hpp"
#include "server/router/input.hpp"

#include <fmt/format.h>

using namespace waqtor;

namespace {

/// Every byte but letters and '/' as %XX.
std::string encoded(std::string_view text) {
    std::string out;
    for (auto c : text) {
        if ((c >= 'a' && c <= 'z') || c == '/')
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

void check_path(std::string_view path) {
    fuzz::must(path.starts_with('/') && is_utf8(path));
    fuzz::must(!path.ends_with("/..") && !path.contains("/../") && !path.contains('\\') && !path.contains('\0'));
    std::string scratch;
    auto const text = encoded(path);
    auto const again = parse_target(text, scratch);
    fuzz::must(again.has_value() && again->path == path && again->query.empty());
}

void check_query(std::string_view query) {
    auto const fields = parse_query(query);
    if (!fields) return;
    std::string text;
    for (auto const& [name, value] : *fields) {
        fuzz::must(is_utf8(name) && is_utf8(value));
        text += (text.empty() ? "" : "&") + encoded(name) + '=' + encoded(value);
    }
    auto const again = parse_query(text);
    fuzz::must(again.has_value() && again->size() == fields->size());
    for (std::size_t i = 0; i < fields->size(); ++i)
        fuzz::must((*again)[i].name == (*fields)[i].name && (*again)[i].value == (*fields)[i].value);
}

/// What a route makes of path, query and body together: refused with a reason, or an object of known fields.
void check_input(Request const& request) {
    static std::vector<InputField> const fields{{"id", InputKind::text, InputKind::text, false, true},
                                                {"limit", InputKind::whole},
                                                {"yes", InputKind::boolean},
                                                {"list", InputKind::list, InputKind::whole},
                                                {"ratio", InputKind::decimal}};
    auto const path = std::array{PathValue{"id", request.path}};
    auto const input = assemble_input(fields, path, request, false);
    if (!input) return;
    for (auto const& [name, value] : input->as_object())
        fuzz::must(std::ranges::find(fields, std::string_view{name}, &InputField::name) != fields.end());
    fuzz::must(parse_json(json_text(*input)).has_value());
}
}   // namespace

/// A request's address. What is accepted is decoded text without tricks, and means the same encoded otherwise.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string scratch;
    auto const target = parse_target(fuzz::text_of(data, size), scratch);
    if (!target || target->path == "*") return 0;
    check_path(target->path);
    check_query(target->query);
    Request request;
    request.path = target->path;
    request.query = target->query;
    check_input(request);
    return 0;
}
