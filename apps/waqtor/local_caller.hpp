#pragma once
#include "command.hpp"
#include "house.hpp"

namespace waqtor {

/// Who a command acts for: the first owner of the workspace (the only one, or the one named by its id or name).
/// Code::not_found when there is none, Code::invalid when there are several and none was named.
Result<Caller> local_caller(House& house, std::string const& workspace);

/// A command's run(): `work(house, wish)` on the database of the settings, which must be there, and its result shown.
template <class Wish, class F, class P>
std::function<int(Settings&)> with_house(Program& program, std::shared_ptr<Wish> wish, F work, P people) {
    return [&program, wish, work, people](Settings& settings) {
        auto house = House::open(settings, Opening::find);
        if (!house) return program.output.failure(house.error());
        auto const done = work(**house, *wish);
        return done ? program.output.show(*done, people) : program.output.failure(done.error());
    };
}

}   // namespace waqtor
