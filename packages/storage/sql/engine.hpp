#pragma once
#include "storage/sql/readers.hpp"

namespace waqtor::sql {

/// The common engine of both databases: one writing thread, a few reading ones, a bounded queue before each.
class Engine final : public SqlDatabase {
public:
    /// Connects, checks and migrates; the threads run when it returns.
    static Result<std::unique_ptr<SqlDatabase>> open(std::unique_ptr<Driver> driver, DatabaseOptions options);
    ~Engine() override { close(); }

    void close() override;
    std::vector<std::string> const& warnings() const override { return warnings_; }
    std::int64_t schema_version() const override { return schema_; }
    DatabaseFigures figures() const override;
    Task<void> backup(std::filesystem::path to) override;
    Task<void> quick_check() override;

private:
    struct Opened {
        std::unique_ptr<Connection> connection;
        std::vector<std::string> warnings;
        std::int64_t schema;
    };
    Engine(std::unique_ptr<Driver> driver, Opened opened, DatabaseOptions options);
    Task<void> submit(Mode mode, Work work) override;

    std::unique_ptr<Driver> driver_;
    std::vector<std::string> const warnings_;
    std::int64_t const schema_;
    Counters counters_;
    JobQueue writes_;
    JobQueue reads_;
    std::mutex closing_;
    std::optional<Writer> writer_;
    std::optional<Readers> readers_;
};

}   // namespace waqtor::sql
