#include "harness.hpp"

#include "postgres_server.hpp"

#include <cstdlib>

namespace waqtor::testing {

TemporaryFolder::TemporaryFolder() {
    auto name = (std::filesystem::temp_directory_path() / "waqtor-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

DatabaseOptions& DatabaseTest::options() {
    if (!options_) {
        options_.emplace();
        options_->url =
            GetParam() == Backend::sqlite ? (folder_.path() / "waqtor.db").string() : PostgresServer::shared().fresh_url();
    }
    return *options_;
}

SqlDatabase& DatabaseTest::db() {
    if (!db_) db_ = WAQTOR_OK(open_database(options()));
    return *db_;
}

Result<std::unique_ptr<SqlDatabase>> DatabaseTest::open_again() { return open_database(options()); }

}   // namespace waqtor::testing
