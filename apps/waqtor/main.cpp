#include "command.hpp"

namespace waqtor {

CLI::App* Program::add(CLI::App& under, std::string const& name, std::string const& help, std::function<int(Settings&)> work) {
    auto* command = under.add_subcommand(name, help);
    command->add_flag("--json", output.json, "Print one JSON object");
    add_setting_flags(*command, flags);
    command->callback([this, work = std::move(work)] {
        Settings settings;
        auto const loaded = load_settings(settings, flags);
        result = loaded ? work(settings) : output.failure(loaded.error());
    });
    return command;
}

CLI::App* Program::add_text(CLI::App& under, std::string const& name, std::string const& help, std::function<std::string()> text) {
    auto* command = under.add_subcommand(name, help);
    command->add_flag("--json", output.json, "Print one JSON object");
    command->callback([this, text = std::move(text)] {
        auto const printed = text();
        if (!output.json) {
            std::cout << printed;
            return;
        }
        auto data = parse_json(printed);
        output.print({{"success", true}, {"data", data ? *std::move(data) : json::value{{"text", printed}}}});
    });
    return command;
}

}   // namespace waqtor

int main(int argc, char** argv) {
    waqtor::Program program;
    program.app.set_version_flag("--version", WAQTOR_VERSION);
    waqtor::add_serve(program);
    waqtor::add_demo(program);
    waqtor::add_doctor(program);
    waqtor::add_migrate(program);
    waqtor::add_user(program);
    waqtor::add_key(program);
    waqtor::add_settings(program);
    waqtor::add_session(program);
    waqtor::add_events(program);
    waqtor::add_contacts(program);
    waqtor::add_send(program);
    waqtor::add_campaign(program);
    waqtor::add_config(program);
    waqtor::add_backup(program);
    waqtor::add_openapi(program);
    waqtor::add_completion(program);
    waqtor::add_sandbox(program);
    try {
        program.app.parse(argc, argv);
        if (program.app.get_subcommands().empty()) throw CLI::CallForHelp{};
    } catch (CLI::ParseError const& error) {
        // CLI11 stops at what is wrong, which may stand before --json.
        program.output.json = std::find(argv, argv + argc, std::string_view{"--json"}) != argv + argc;
        if (error.get_exit_code() != 0 && program.output.json)
            return program.output.failure({.code = waqtor::Code::invalid, .message = error.what()});
        auto const code = program.app.exit(error);
        return code == 0 ? 0 : static_cast<int>(waqtor::Exit::usage);
    } catch (std::exception const& error) {
        return program.output.failure({.message = "An internal fault ended the command", .cause = error.what()});
    }
    return program.result;
}
