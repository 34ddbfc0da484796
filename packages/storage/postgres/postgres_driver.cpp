#include "storage/postgres/postgres_driver.hpp"

#include "storage/postgres/postgres_connection.hpp"

namespace waqtor::postgres {
namespace {

struct ServerSettings {
    std::string fsync;
    std::string full_page_writes;
    std::string synchronous_commit;
    std::string encoding;
};
BOOST_DESCRIBE_STRUCT(ServerSettings, (), (fsync, full_page_writes, synchronous_commit, encoding))

constexpr auto kServerSettings =
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), "
    "current_setting('synchronous_commit'), current_setting('server_encoding')";

// Before the URL, so that the operator's own values win. A dead host is noticed within seconds instead of the kernel's two hours.
constexpr auto kNames =
    std::to_array<char const*>({"application_name", "client_encoding", "connect_timeout", "keepalives", "keepalives_idle",
                                "keepalives_interval", "keepalives_count", "tcp_user_timeout", "dbname", nullptr});

// A program that hangs in the middle of a transaction keeps everybody else from writing: shorter than a session's lease.
constexpr auto kIdleInTransactionMs = 5'000;

class PostgresDriver final : public sql::Driver {
public:
    explicit PostgresDriver(Options options) : options_{std::move(options)} {}

    Result<std::unique_ptr<sql::Connection>> connect(sql::Access) override {
        TRY(auto const* pq, libpq());
        auto const values =
            std::to_array<char const*>({"waqtor", "UTF8", "5", "1", "5", "2", "3", "10000", options_.url.c_str(), nullptr});
        static_assert(values.size() == kNames.size());
        ConnectionHandle handle{pq->PQconnectdbParams(kNames.data(), values.data(), 1), FinishConnection{pq}};
        if (pq->PQstatus(handle.get()) != CONNECTION_OK)
            return fail_with_cause(Code::unavailable, "The database server cannot be reached", pq->PQerrorMessage(handle.get()));
        auto connection = std::make_unique<PostgresConnection>(*pq, std::move(handle), options_.new_tables);
        TRY_OK(
            connection->script(fmt::format("SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}; "
                                           "SET client_min_messages = error",
                                           options_.statement_timeout.count(), kIdleInTransactionMs)));
        return connection;
    }

    Result<std::vector<std::string>> check(sql::Connection& connection) override {
        ServerSettings server;
        auto take = [](void* state, sql::Row const& row) { return sql::read_row(row, *static_cast<ServerSettings*>(state)); };
        TRY_OK(connection.run(kServerSettings, {}, {&server, take}));
        if (server.fsync != "on" || server.full_page_writes != "on")
            return fail(Code::unavailable,
                        fmt::format("The PostgreSQL server runs with {}=off: a power cut would destroy the database. Turn it on",
                                    server.fsync != "on" ? "fsync" : "full_page_writes"));
        if (server.encoding != "UTF8") return fail(Code::unavailable, "The PostgreSQL database must have the encoding UTF8");
        std::vector<std::string> warnings;
        if (server.synchronous_commit == "off")
            warnings.emplace_back(
                "The PostgreSQL server runs with synchronous_commit=off: a crash may lose what was accepted in the "
                "last moments before it");
        return warnings;
    }

private:
    Options options_;
};

}   // namespace

std::unique_ptr<sql::Driver> make_driver(Options options) { return std::make_unique<PostgresDriver>(std::move(options)); }

}   // namespace waqtor::postgres
