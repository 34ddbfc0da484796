#include "core/base/settings.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>

namespace waqtor {
namespace {

/// A TOML value as the text a setting reads; nothing for dates, tables and lists in lists.
std::optional<std::string> text_of(toml::node const& node) {
    if (auto const* text = node.as_string()) return text->get();
    if (auto const* number = node.as_integer()) return std::to_string(number->get());
    if (auto const* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (auto const* list = node.as_array()) {
        std::string out;
        for (auto const& item : *list) {
            auto const text = item.is_array() ? std::nullopt : text_of(item);
            if (!text) return std::nullopt;
            if (!out.empty()) out += ',';
            out += *text;
        }
        return out;
    }
    return std::nullopt;
}

Result<void> read_table(SettingList& settings, toml::table const& table, std::string const& prefix) {
    for (auto const& [name, node] : table) {
        auto const key = prefix.empty() ? std::string{name.str()} : prefix + "." + std::string{name.str()};
        if (auto const* inner = node.as_table()) {
            TRY_OK(read_table(settings, *inner, key));
            continue;
        }
        auto* setting = settings.find(key);
        auto const line = node.source().begin.line;
        if (!setting) return invalid(key, fmt::format("in line {} is not a setting; `waqtor config list` names them all", line));
        auto const text = text_of(node);
        if (!text) return invalid(key, fmt::format("in line {} must be text, a number, true or false, or a list", line));
        TRY_OK(setting->set(*text, Source::file));
    }
    return {};
}
}   // namespace

Result<void> read_settings_file(SettingList& settings, std::string const& path) {
    if (!std::filesystem::exists(path)) return fail(Code::not_found, "There is no file " + path);
    auto const parsed = toml::parse_file(path);
    if (!parsed) return invalid(path, fmt::format("line {}: {}", parsed.error().source().begin.line, parsed.error().description()));
    return read_table(settings, parsed.table(), "");
}

}   // namespace waqtor
