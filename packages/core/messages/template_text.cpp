#include "core/messages/template_text.hpp"

#include <algorithm>
#include <cctype>

namespace waqtor {
namespace {

/// One variable as it stands in a text.
struct Found {
    std::string_view whole;   // with its braces
    std::string_view name;
    std::optional<std::string_view> standard{};
    bool single = false;   // {name}, which may be no variable at all
};

std::string_view trimmed(std::string_view text) {
    auto const start = text.find_first_not_of(" \t\n");
    if (start == text.npos) return {};
    return text.substr(start, text.find_last_not_of(" \t\n") - start + 1);
}

/// Letters of any script: every byte beyond ASCII is part of one.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
        return c >= 0x80 || std::isalnum(c) || c == '_' || c == '-' || c == '.';
    });
}

std::optional<Found> variable_at(std::string_view text) {
    auto const twice = text.starts_with("{{");
    auto const close = twice ? text.find("}}", 2) : text.find('}', 1);
    if (close == text.npos) return std::nullopt;
    auto const inner = text.substr(twice ? 2 : 1, close - (twice ? 2 : 1));
    auto const bar = twice ? inner.find('|') : inner.npos;
    Found out{text.substr(0, close + (twice ? 2 : 1)), trimmed(inner.substr(0, bar)), {}, !twice};
    if (bar != inner.npos) out.standard = trimmed(inner.substr(bar + 1));
    return is_name(out.name) ? std::optional{out} : std::nullopt;
}

/// Calls `plain` with each stretch of text and `variable` with each variable, in order.
template <class P, class V> void walk(std::string_view text, P plain, V variable) {
    while (!text.empty()) {
        auto const brace = text.find_first_of("\\{");
        plain(text.substr(0, brace));
        if (brace == text.npos) return;
        text.remove_prefix(brace);
        if (text.starts_with("\\{")) {
            plain(text.substr(1, 1));
            text.remove_prefix(2);
        } else if (auto const found = text.front() == '{' ? variable_at(text) : std::nullopt) {
            variable(*found);
            text.remove_prefix(found->whole.size());
        } else {
            plain(text.substr(0, 1));
            text.remove_prefix(1);
        }
    }
}
}   // namespace

Result<std::string> render(std::string_view text, TemplateValues const& values) {
    std::string out;
    std::vector<std::string> missing;
    walk(
        text, [&](std::string_view plain) { out += plain; },
        [&](Found const& variable) {
            auto const value = values.find(variable.name);
            auto const known = value != values.end() && (!value->second.empty() || !variable.standard);
            if (known)
                out += value->second;
            else if (variable.standard)
                out += *variable.standard;
            else if (variable.single)
                out += variable.whole;
            else if (std::ranges::find(missing, variable.name) == missing.end())
                missing.emplace_back(variable.name);
        });
    if (missing.empty()) return out;
    Error error{.code = Code::invalid, .message = "The text needs values that are not given"};
    for (auto& name : missing) error.details.push_back({"variables." + std::move(name), "is required by the text"});
    return std::unexpected(std::move(error));
}

std::vector<TemplateVariable> variables_of(std::string_view text) {
    std::vector<TemplateVariable> out;
    walk(
        text, [](std::string_view) {},
        [&](Found const& variable) {
            auto const needed = !variable.single && !variable.standard;
            auto const there = std::ranges::find(out, variable.name, &TemplateVariable::name);
            if (there == out.end())
                out.push_back({std::string{variable.name}, needed});
            else
                there->needed = there->needed || needed;
        });
    return out;
}

}   // namespace waqtor
