#include "command.hpp"
#include "door.hpp"

#include <iostream>

namespace waqtor {
namespace {
struct Wish {
    DoorWish door;
    std::int64_t after = 0;
    std::vector<std::string> types;
    bool follow = false;
};

/// One event a line, JSON: the same for people and programs.
Result<void> tail(Door& door, Wish const& wish) {
    std::string types;
    for (auto const& type : wish.types) types += (types.empty() ? "&types=" : ",") + query_text(type);
    for (auto after = wish.after;;) {
        TRY(auto const text,
            door.ask("GET", fmt::format("/api/events?limit=1000&after={}&wait={}{}", after, wish.follow ? 30 : 0, types), ""));
        TRY(auto const page, parse_json(text));
        for (auto const& event : page.at("data").as_array()) std::cout << json::serialize(event) << '\n';
        std::cout << std::flush;
        after = page.at("last").to_number<std::int64_t>();
        if (!wish.follow && !page.at("hasMore").as_bool()) return {};
    }
}
}   // namespace

void add_events(Program& program) {
    auto* events = program.app.add_subcommand("events", "The event log")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* command = program.add(*events, "tail", "Print events, one JSON object a line", [&program, wish](Settings& settings) {
        auto door = Door::open(settings, wish->door);
        if (!door) return program.output.failure(door.error());
        auto const done = tail(**door, *wish);
        return done ? 0 : program.output.failure(done.error());
    });
    wish->door.add_flags(*command);
    command->add_option("--after", wish->after, "Only events with a larger seq")->check(CLI::NonNegativeNumber);
    command->add_option("--types", wish->types, "Only these types; user.* means all that begin with user.")->delimiter(',');
    command->add_flag("--follow,-f", wish->follow, "Go on as new ones come");
}

}   // namespace waqtor
