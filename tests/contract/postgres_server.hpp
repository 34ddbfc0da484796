#pragma once
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waqtor::testing {

/// A PostgreSQL of the suite's own on a Unix socket in a temporary folder. It ends with the suite, also when that is killed.
class PostgresServer {
public:
    /// The server of the suite, started when first asked for. Throws std::runtime_error when it cannot be started.
    static PostgresServer& shared();

    /// Starts with further settings ("fsync=off").
    explicit PostgresServer(std::vector<std::string> settings = {});
    ~PostgresServer();
    PostgresServer(PostgresServer const&) = delete;
    PostgresServer& operator=(PostgresServer const&) = delete;

    /// A database URL with an empty schema of its own.
    std::string fresh_url();
    /// Runs SQL as its administrator.
    void execute(std::string const& sql);
    /// Ends every connection of a WaQtor database. Returns how many.
    int disconnect();

private:
    std::string base_url() const;
    std::string folder_;
    int process_ = -1;
    int next_ = 0;
    std::jthread log_;
};

}   // namespace waqtor::testing
