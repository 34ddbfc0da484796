#pragma once
#include "output.hpp"
#include "settings_from.hpp"

#include <CLI/CLI.hpp>

namespace waqtor {

/// What every command gets. `result` is what the program returns.
struct Program {
    CLI::App app{"WaQtor: a self-hosted WhatsApp management server", "waqtor"};
    Flags flags;
    Output output;
    int result = 0;

    /// Adds a command that has --json and the settings' flags and runs `work(settings)`, which returns the exit code.
    CLI::App* add(CLI::App& under, std::string const& name, std::string const& help, std::function<int(Settings&)> work);
    /// Adds a command without settings that prints `text()` as it is; with --json `data` is its JSON, or {"text": …} around any
    /// other.
    CLI::App* add_text(CLI::App& under, std::string const& name, std::string const& help, std::function<std::string()> text);
};

// One function a command, in the file of its name.
void add_serve(Program& program);
void add_demo(Program& program);
void add_config(Program& program);
void add_migrate(Program& program);
void add_doctor(Program& program);
void add_user(Program& program);
void add_key(Program& program);
void add_settings(Program& program);
void add_session(Program& program);
void add_events(Program& program);
void add_contacts(Program& program);
void add_send(Program& program);
void add_campaign(Program& program);
void add_backup(Program& program);
void add_openapi(Program& program);
void add_completion(Program& program);
void add_sandbox(Program& program);

class RunningServer;

/// Serves until a signal; `ready` is called once when it does. Returns the exit code.
int serve(Settings& settings, Output const& output, std::function<Result<void>(RunningServer&)> ready);

}   // namespace waqtor
