#include "command.hpp"
#include "local_caller.hpp"

namespace waqtor {
namespace {
struct Wish {
    std::string workspace;
    EventFilter filter{.limit = 1000};
    bool follow = false;
};

/// One event a line, JSON: the same for people and programs.
Result<void> tail(House& house, Wish wish) {
    TRY(auto const who, local_caller(house, wish.workspace));
    while (true) {
        auto const wait = wish.follow ? std::chrono::seconds{30} : std::chrono::seconds{0};
        TRY(auto const page, run_here(house.features.events.read(who.workspace, wish.filter, wait, {})));
        for (auto const& event : page.events) std::cout << json_text(event) << '\n';
        std::cout << std::flush;
        wish.filter.after = page.last;
        if (!wish.follow && !page.more) return {};
    }
}
}   // namespace

void add_events(Program& program) {
    auto* events = program.app.add_subcommand("events", "The event log")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* command = program.add(*events, "tail", "Print events, one JSON object a line", [&program, wish](Settings& settings) {
        auto house = House::open(settings);
        if (!house) return program.output.failure(house.error());
        auto const done = tail(**house, *wish);
        return done ? 0 : program.output.failure(done.error());
    });
    command->add_option("--after", wish->filter.after, "Only events with a larger seq")->check(CLI::NonNegativeNumber);
    command->add_option("--types", wish->filter.types, "Only these types; user.* means all that begin with user.")->delimiter(',');
    command->add_flag("--follow,-f", wish->follow, "Go on as new ones come");
    command->add_option("--workspace", wish->workspace, "Id or name, when there are several");
}

}   // namespace waqtor
