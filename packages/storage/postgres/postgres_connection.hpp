#pragma once
#include "storage/postgres/libpq.hpp"
#include "storage/sql/connection.hpp"
#include "storage/sql/statement_cache.hpp"

namespace waqtor::postgres {

struct FinishConnection {
    Libpq const* pq;
    void operator()(PGconn* connection) const { pq->PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
    Libpq const* pq;
    void operator()(PGresult* result) const { pq->PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

class PostgresConnection final : public sql::Connection {
public:
    PostgresConnection(Libpq const& pq, ConnectionHandle handle, std::chrono::milliseconds new_tables)
        : pq_{pq}, handle_{std::move(handle)}, new_tables_{new_tables} {}

    Result<std::int64_t> run(std::string_view text, std::span<sql::Argument const> arguments, sql::RowSink sink) override;
    Result<void> post(std::string_view text, std::span<sql::Argument const> arguments,
                      std::optional<Error> unless_changing) override;
    Result<void> settle() override;
    Result<void> script(std::string const& text) override;

    Result<void> begin(sql::Access access) override;
    Result<void> begin_part() override { return post("SAVEPOINT part", {}, {}); }
    Result<void> keep_part() override;
    Result<void> undo_part() override;
    Result<void> commit() override;
    void rollback() override;
    bool in_transaction() const override;
    bool usable() const override { return pq_.PQstatus(handle_.get()) == CONNECTION_OK; }

    sql::Dialect const& dialect() const override;
    Result<void> backup(std::filesystem::path const& to) override;
    Result<void> quick_check() override;

private:
    Result<std::string> prepared(std::string_view text);
    void count_new_tables();
    Result<ResultHandle> answers();
    Result<void> expect(PGresult const* result) const;
    ResultHandle own(PGresult* result) const { return ResultHandle{result, ClearResult{&pq_}}; }

    Libpq const& pq_;
    ConnectionHandle handle_;
    sql::StatementCache<std::string> names_;   // text → name of the prepared statement
    unsigned next_name_ = 0;
    std::chrono::milliseconds const new_tables_;
    std::chrono::steady_clock::time_point counted_ = std::chrono::steady_clock::now();   // count_new_tables() ran then
    // Statements sent, in libpq's pipeline mode, whose answers were not taken yet; each with what it means if it changed no row.
    std::vector<std::optional<Error>> posted_;
};

}   // namespace waqtor::postgres
