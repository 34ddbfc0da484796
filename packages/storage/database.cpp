#include "storage/database.hpp"

#include "storage/postgres/postgres_driver.hpp"
#include "storage/sql/engine.hpp"
#include "storage/sql/migrations.hpp"
#include "storage/sqlite/sqlite_driver.hpp"

namespace waqtor {

Result<std::unique_ptr<SqlDatabase>> open_database(DatabaseOptions options) {
    auto const url = std::string_view{options.url};
    if (url.empty()) return invalid("url", "must name a database");
    std::unique_ptr<sql::Driver> driver;
    auto const path = url.substr(url.starts_with("sqlite:") ? std::string_view{"sqlite:"}.size() : 0);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        driver = postgres::make_driver({options.url, options.statement_timeout, options.new_tables});
    else if (!path.contains("://"))
        driver = sqlite::make_driver({path, options.busy});
    else
        return invalid("url", "must be a file's path or start with postgresql://");
    return sql::Engine::open(std::move(driver), std::move(options));
}

std::int64_t newest_schema_version() { return sql::embedded_migrations().back().version; }

Result<std::int64_t> file_schema_version(std::filesystem::path const& file) { return sqlite::file_schema_version(file); }

}   // namespace waqtor
