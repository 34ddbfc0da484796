#pragma once
#include "core/base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

using TemplateValues = std::map<std::string, std::string, std::less<>>;

/// Puts values into a text. {{name}} and {{name|default}} are variables; so is {name} of 2.3 when a value or a built-in default is
/// known for it, else it stays as it stands. Names are letters, digits, '_', '-' and '.', with spaces allowed around them. Values
/// are put in as they are: nothing in them is expanded again. "\{" is a brace that starts no variable.
/// Code::invalid names every {{variable}} that has neither value nor default.
Result<std::string> render(std::string_view text, TemplateValues const& values);

struct TemplateVariable {
    std::string name;
    bool needed = false;   // {{name}} without a default
    auto operator<=>(TemplateVariable const&) const = default;
};
/// The variables of a text, each once, in the order they first stand there.
std::vector<TemplateVariable> variables_of(std::string_view text);

}   // namespace waqtor
