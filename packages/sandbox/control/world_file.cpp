#include "sandbox/control/world.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace waqtor::sandbox {

namespace json = boost::json;

namespace {

/// reads_after_ms → readsAfterMs
std::string camel(std::string_view name) {
    auto out = std::string{};
    auto raise = false;
    for (auto const letter : name) {
        if (letter == '_') {
            raise = true;
            continue;
        }
        out.push_back(raise && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter);
        raise = false;
    }
    return out;
}

json::value value_of(toml::node const& node);

json::object object_of(toml::table const& table) {
    auto out = json::object{};
    for (auto const& [name, node] : table) out[camel(name.str())] = value_of(node);
    return out;
}

/// Dates become null, which no member of a world takes.
json::value value_of(toml::node const& node) {
    if (auto const* table = node.as_table()) return object_of(*table);
    if (auto const* text = node.as_string()) return json::value(text->get());
    if (auto const* number = node.as_integer()) return json::value(number->get());
    if (auto const* number = node.as_floating_point()) return json::value(number->get());
    if (auto const* flag = node.as_boolean()) return json::value(flag->get());
    auto const* list = node.as_array();
    if (!list) return nullptr;
    auto out = json::array{};
    for (auto const& one : *list) out.push_back(value_of(one));
    return out;
}

}   // namespace

Result<json::object> read_world_file(std::filesystem::path const& file) {
    if (!std::filesystem::exists(file)) return fail(Code::not_found, "There is no file " + file.string());
    auto const parsed = toml::parse_file(file.string());
    if (!parsed) {
        auto const& error = parsed.error();
        return fail(Code::invalid, file.string() + ": line " + std::to_string(error.source().begin.line) + ": " +
                                       std::string{error.description()});
    }
    return object_of(parsed.table());
}

}   // namespace waqtor::sandbox
