#include "core/base/settings.hpp"

#include "core/base/format.hpp"

#include <fmt/format.h>

#include <charconv>

namespace waqtor {
namespace {
std::string spelled(std::string_view key, char separator, bool upper) {
    std::string out;
    for (auto c : key)
        out += c == '.' || (c == '_' && separator == '-') ? separator : upper ? static_cast<char>(std::toupper(c)) : c;
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}
}   // namespace

SettingBase* SettingList::find(std::string_view key) const {
    for (auto* setting : all_)
        if (setting->info().key == key) return setting;
    return nullptr;
}

SettingBase::SettingBase(SettingList& list, SettingInfo info) : info_{info} { list.all_.push_back(this); }

std::string SettingBase::flag() const { return "--" + spelled(info_.key, '-', false); }

std::string SettingBase::variable() const { return "WAQTOR_" + spelled(info_.key, '_', true); }

Result<void> SettingBase::set(std::string_view text, Source from) {
    if (!parse(text))
        return invalid(std::string{info_.key},
                       fmt::format("\"{}\" is not allowed; allowed is {}", info_.secret ? "***" : text.substr(0, 100), allowed()));
    source_ = from;
    return {};
}

bool NumberSetting::parse(std::string_view text) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < low_ || number > high_) return false;
    value_ = number;
    return true;
}

bool BoolSetting::parse(std::string_view text) {
    if (text != "true" && text != "false" && text != "1" && text != "0") return false;
    value_ = text == "true" || text == "1";
    return true;
}

bool TextSetting::parse(std::string_view text) {
    if (!choices_.empty() && std::ranges::find(choices_, text) == choices_.end()) return false;
    if (!matches(Format::single_line, text)) return false;
    value_ = text;
    return true;
}

std::string TextSetting::allowed() const {
    return choices_.empty() ? "one line of text" : fmt::format("{}", fmt::join(choices_, ", "));
}

bool ListSetting::parse(std::string_view text) {
    std::vector<std::string> out;
    for (auto rest = text; !rest.empty();) {
        auto const comma = rest.find(',');
        auto const item = trimmed(rest.substr(0, comma));
        rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
        if (item.empty() || !matches(format_, item)) return false;
        out.emplace_back(item);
    }
    value_ = std::move(out);
    return true;
}

std::string ListSetting::text() const { return fmt::format("{}", fmt::join(value_, ",")); }

std::string ListSetting::allowed() const {
    auto const* row = format_row(format_);
    return row ? fmt::format("a list; each {}", row->says) : "a list of texts";
}

Result<void> read_settings_environment(SettingList& settings, std::map<std::string, std::string> const& environment) {
    std::map<std::string, SettingBase*, std::less<>> by_variable;
    for (auto* setting : settings.all()) by_variable[setting->variable()] = setting;

    for (auto* setting : settings.all()) {
        if (setting->info().alias.empty()) continue;
        auto const found = environment.find(std::string{setting->info().alias});
        if (found != environment.end()) TRY_OK(setting->set(found->second, Source::environment));
    }
    for (auto const& [name, value] : environment) {
        if (!name.starts_with("WAQTOR_")) continue;
        auto const found = by_variable.find(name);
        if (found == by_variable.end()) return invalid(name, "is not a setting; `waqtor config list` names them all");
        TRY_OK(found->second->set(value, Source::environment));
    }
    return {};
}

std::string settings_markdown(SettingList const& settings) {
    std::string out =
        "# Settings\n\n"
        "Made by `waqtor config docs` from the declarations in `packages/core/base/settings_list.hpp`; do not edit.\n\n"
        "Flags win over variables, variables over `waqtor.toml`, the file over defaults. A key `server.port` is written in the "
        "file as\n"
        "`port` under `[server]`. A setting that is unknown or out of range stops the start.\n\n"
        "| key | flag | variable | 2.3 name | default | allowed | meaning |\n|---|---|---|---|---|---|---|\n";
    for (auto const* setting : settings.all()) {
        auto const standard = setting->standard_text();
        auto const alias = setting->info().alias;
        out += fmt::format("| `{}` | `{}` | `{}` | {} | {} | {} | {} |\n", setting->info().key, setting->flag(),
                           setting->variable(), alias.empty() ? "" : fmt::format("`{}`", alias),
                           standard.empty() ? "none" : fmt::format("`{}`", standard), setting->allowed(), setting->info().help);
    }
    return out;
}

}   // namespace waqtor
