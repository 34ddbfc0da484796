#pragma once
#include "core/base/settings_list.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace waqtor {

/// What the command line says about settings.
struct Flags {
    std::string config_file;                     // --config; empty: waqtor.toml here, when there is one
    std::string listen;                          // --listen ADDR:PORT, short for --server-host and --server-port
    std::map<std::string, std::string> values;   // by key
};

/// Adds --config, --listen and a flag for every setting to a command.
void add_setting_flags(CLI::App& command, Flags& flags);

/// Fills the settings: defaults, file, environment, flags. Code::invalid names the first that is unknown or out of range.
Result<void> load_settings(Settings& settings, Flags const& flags);

}   // namespace waqtor
