#include "settings_from.hpp"

#include <filesystem>

extern char** environ;

namespace waqtor {
namespace {
constexpr auto kDefaultFile = "waqtor.toml";

std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        auto const text = std::string_view{*entry};
        auto const equals = text.find('=');
        if (equals != text.npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    out.erase("WAQTOR_CONFIG");       // names the file, like --config
    out.erase("WAQTOR_REMOTE_KEY");   // a key of the server that a command works on, like --api-key
    return out;
}

/// "192.0.2.1:8080", "[::1]:8080", ":8080".
Result<void> set_listen(Settings& settings, std::string const& listen) {
    auto const colon = listen.rfind(':');
    if (colon == std::string::npos) return invalid("--listen", "\"" + listen + "\" must be ADDRESS:PORT, like 127.0.0.1:8080");
    auto host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!host.empty()) TRY_OK(settings.host.set(host, Source::flag));
    return settings.port.set(listen.substr(colon + 1), Source::flag);
}
}   // namespace

void add_setting_flags(CLI::App& command, Flags& flags) {
    command.add_option("--config", flags.config_file, "Settings file; waqtor.toml here by default")
        ->envname("WAQTOR_CONFIG")
        ->group("Settings");
    command.add_option("--listen", flags.listen, "ADDRESS:PORT to listen on")->group("Settings");
    Settings settings;
    for (auto const* setting : settings.all()) {
        auto const key = std::string{setting->info().key};
        command
            .add_option_function<std::string>(
                setting->flag(), [&flags, key](std::string const& value) { flags.values[key] = value; },
                std::string{setting->info().help})
            ->group("Settings")
            ->type_name(setting->allowed());
    }
}

Result<void> load_settings(Settings& settings, Flags const& flags) {
    if (!flags.config_file.empty())
        TRY_OK(read_settings_file(settings, flags.config_file));
    else if (std::filesystem::exists(kDefaultFile))
        TRY_OK(read_settings_file(settings, kDefaultFile));
    TRY_OK(read_settings_environment(settings, environment()));
    if (!flags.listen.empty()) TRY_OK(set_listen(settings, flags.listen));
    for (auto const& [key, value] : flags.values) TRY_OK(settings.find(key)->set(value, Source::flag));
    if (!settings.api_key().empty() && settings.api_key().size() < 24)
        return invalid("auth.api_key", "must have at least 24 characters");
    if (settings.certificate().empty() != settings.key().empty())
        return invalid(settings.certificate().empty() ? "tls.certificate" : "tls.key", "is missing; TLS needs both files");
    return {};
}

}   // namespace waqtor
