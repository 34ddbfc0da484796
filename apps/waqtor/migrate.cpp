#include "command.hpp"
#include "house.hpp"

namespace waqtor {

struct Migrated {
    std::int64_t before = 0;
    std::int64_t now = 0;
};
BOOST_DESCRIBE_STRUCT(Migrated, (), (before, now))

void add_migrate(Program& program) {
    program.add(program.app, "migrate", "Bring the database's schema up to date", [&program](Settings& settings) {
        auto const found = settings.database_url().empty() ? file_schema_version(database_file(settings)) : Result<std::int64_t>{0};
        auto const house = House::open(settings, Opening::make);
        if (!house) return program.output.failure(house.error());
        return program.output.show(Migrated{found.value_or(0), (*house)->db->schema_version()}, [](Migrated const& done) {
            std::cout << "The schema is at version " << done.now
                      << (done.before == done.now ? ", as before\n" : ", brought up to date\n");
        });
    });
}

}   // namespace waqtor
