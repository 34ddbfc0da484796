// storage/catalogue.toml has exactly one line for every column of the migrated schema, and every line is complete.
#include "harness.hpp"
#include "storage/sql/dialect.hpp"

#include <toml++/toml.h>

#include <map>
#include <set>

namespace waqtor {
namespace {

struct ColumnName {
    std::string table;
    std::string column;
    auto operator<=>(ColumnName const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ColumnName, (), (table, column))

using Lines = std::map<std::string, std::map<std::string, std::string>>;   // "table.column" → key → value

Lines read_catalogue() {
    Lines out;
    for (auto const catalogue = toml::parse_file(WAQTOR_CATALOGUE); auto const& [table, columns] : catalogue)
        for (auto const& [column, line] : *columns.as_table())
            for (auto const& [key, value] : *line.as_table())
                out[std::string{table.str()} + "." + std::string{column.str()}].emplace(key.str(),
                                                                                        value.value<std::string>().value_or(""));
    return out;
}

class Catalogue : public testing::DatabaseTest {};
WAQTOR_ON_EVERY_DATABASE(Catalogue);

TEST_P(Catalogue, HasExactlyTheColumnsOfTheSchema) {
    auto const& dialect = GetParam() == testing::Backend::sqlite ? sql::kSqlite : sql::kPostgres;
    std::set<std::string> stored;
    for (auto const& name : WAQTOR_OK(all<ColumnName>(std::string{dialect.list_columns})))
        stored.insert(name.table + "." + name.column);
    std::set<std::string> described;
    for (auto const& [name, line] : read_catalogue()) described.insert(name);
    EXPECT_GT(stored.size(), 50U);
    for (auto const& name : stored) EXPECT_TRUE(described.contains(name)) << name << " has no line in catalogue.toml";
    for (auto const& name : described) EXPECT_TRUE(stored.contains(name)) << name << " is in catalogue.toml, but not in the schema";
}

TEST(CatalogueFile, EveryLineIsComplete) {
    std::map<std::string, std::set<std::string>> const allowed{
        {"class", {"subject", "workspace", "system", "secret"}},
        {"export", {"yes", "mask", "no"}},
        {"erase", {"delete", "shred", "null", "keep"}},
    };
    for (auto const& [name, line] : read_catalogue()) {
        auto const value = [&](std::string const& key) { return line.contains(key) ? line.at(key) : ""; };
        for (auto const& [key, values] : allowed) EXPECT_TRUE(values.contains(value(key))) << name << "." << key;
        EXPECT_FALSE(value("purpose").empty()) << name;
        EXPECT_FALSE(value("retention").empty()) << name;
        EXPECT_EQ(value("class") == "subject", line.contains("subject"))
            << name << ": who a subject's data is about, and only then";
        EXPECT_TRUE((value("export") != "no" && value("erase") != "keep") || !value("reason").empty()) << name << " needs a reason";
        EXPECT_FALSE(value("class") == "secret" && value("export") == "yes") << name << ": secrets are never exported";
        for (auto const& [key, text] : line)
            EXPECT_TRUE(allowed.contains(key) || key == "purpose" || key == "retention" || key == "subject" || key == "reason")
                << name << "." << key << " is not a known key";
    }
}

}   // namespace
}   // namespace waqtor
