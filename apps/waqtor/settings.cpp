#include "command.hpp"
#include "local_caller.hpp"

namespace waqtor {
namespace {
struct Wish {
    std::string workspace;
    std::vector<std::string> changes;   // "name=value"
};

Result<WorkspaceSettings> update(House& house, Wish const& wish) {
    TRY(auto who, local_caller(house, wish.workspace));
    boost::json::object body;
    for (auto const& change : wish.changes) {
        auto const equals = change.find('=');
        if (equals == std::string::npos) return invalid(change, "must be NAME=VALUE");
        body[change.substr(0, equals)] = change.substr(equals + 1);
    }
    if (body.empty()) return run_here(house.features.accounts.settings(who.workspace));
    TRY(auto checked, read_json<UpdateWorkspaceSettings>(body));
    return run_here(house.features.accounts.update_settings(std::move(who), std::move(checked)));
}
}   // namespace

void add_settings(Program& program) {
    auto wish = std::make_shared<Wish>();
    auto* command =
        program.add(program.app, "settings", "Show a workspace's settings, or change them: settings name=Shop language=ar",
                    [&program, wish](Settings& settings) {
                        auto house = House::open(settings, Opening::find);
                        if (!house) return program.output.failure(house.error());
                        auto const now = update(**house, *wish);
                        if (!now) return program.output.failure(now.error());
                        return program.output.show(*now, [](WorkspaceSettings const& all) {
                            std::cout << "name=" << all.name << "\nlanguage=" << enum_name(all.language) << '\n';
                        });
                    });
    command->add_option("changes", wish->changes, "NAME=VALUE");
    command->add_option("--workspace", wish->workspace, "Id or name, when there are several");
}

}   // namespace waqtor
