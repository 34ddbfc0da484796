#include "command.hpp"

namespace waqtor {
namespace {

/// "a b c": the names of a command's commands and flags.
std::string words(CLI::App const& command) {
    std::string out;
    for (auto const* inner : command.get_subcommands({})) out += inner->get_name() + ' ';
    for (auto const* option : command.get_options())
        for (auto const& name : option->get_lnames()) out += "--" + name + ' ';
    return out;
}

std::string bash(CLI::App const& app) {
    std::string cases;
    for (auto const* command : app.get_subcommands({})) {
        for (auto const* inner : command->get_subcommands({}))
            cases += fmt::format("        \"{} {}\") words=\"{}\" ;;\n", command->get_name(), inner->get_name(), words(*inner));
        cases +=
            fmt::format("        \"{} \"*|\"{}\") words=\"{}\" ;;\n", command->get_name(), command->get_name(), words(*command));
    }
    return fmt::format(
        "# bash completion of waqtor: source <(waqtor completion bash)\n_waqtor() {{\n    local words\n"
        "    case \"${{COMP_WORDS[1]}} ${{COMP_WORDS[2]}}\" in\n{}        *) words=\"{}\" ;;\n    esac\n"
        "    [ \"$COMP_CWORD\" = 1 ] && words=\"{}\"\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\")\n}}\ncomplete -F _waqtor waqtor\n",
        cases, words(app), words(app));
}
}   // namespace

void add_completion(Program& program) {
    auto* completion = program.app.add_subcommand("completion", "Print a script that completes commands in a shell");
    completion->require_subcommand(1);
    program.add_text(*completion, "bash", "For bash", [&program] { return bash(program.app); });
    program.add_text(*completion, "zsh", "For zsh",
                     [&program] { return "autoload -U +X bashcompinit && bashcompinit\n" + bash(program.app); });
}

}   // namespace waqtor
