#include "command.hpp"
#include "core/events/event_list.hpp"

namespace waqtor {

struct ShownSetting {
    std::string key;
    std::string value;
    Source source{};
    std::string standard;
    std::string allowed;
    std::string help;
};
BOOST_DESCRIBE_STRUCT(ShownSetting, (), (key, value, source, standard, allowed, help))

namespace {
std::vector<ShownSetting> shown(SettingList const& settings, bool redact) {
    std::vector<ShownSetting> out;
    out.reserve(settings.all().size());
    for (auto const* setting : settings.all()) {
        auto const hidden = redact && setting->info().secret && !setting->text().empty();
        out.push_back({std::string{setting->info().key}, hidden ? "***" : setting->text(), setting->source(),
                       setting->standard_text(), setting->allowed(), std::string{setting->info().help}});
    }
    return out;
}

void print(std::vector<ShownSetting> const& settings) {
    Table table{{"setting", "value", "from", "allowed"}};
    for (auto const& setting : settings)
        table.add({setting.key, setting.value, std::string{enum_name(setting.source)}, setting.allowed});
    table.print();
}
}   // namespace

void add_config(Program& program) {
    auto* config = program.app.add_subcommand("config", "The server's settings")->require_subcommand(1);
    auto redact = std::make_shared<bool>(true);
    auto* show =
        program.add(*config, "show", "Show every setting's value and where it came from",
                    [&program, redact](Settings& settings) { return program.output.show(shown(settings, *redact), print); });
    show->add_flag("--redact,!--no-redact", *redact, "Hide secrets (the default)");
    program.add(*config, "list", "List every setting with its meaning", [&program](Settings& settings) {
        return program.output.show(shown(settings, true), [](auto const& all) {
            for (auto const& setting : all)
                std::cout << setting.key << "\n    " << setting.help << " (" << setting.allowed << "; default "
                          << (setting.standard.empty() ? "none" : setting.standard) << ")\n";
        });
    });
    program.add_text(*config, "docs", "Print api/settings.md", [] { return settings_markdown(Settings{}); });
    program.add_text(*config, "events", "Print api/events.json", [] { return pretty(describe_events()); });
}

}   // namespace waqtor
