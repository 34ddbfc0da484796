#include "storage/sql/migrations.hpp"

#include "storage/sql/dialect.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {

struct AppliedRow {
    std::int64_t version = 0;
    std::string name;
    std::string checksum;
};
BOOST_DESCRIBE_STRUCT(AppliedRow, (), (version, name, checksum))

Result<std::vector<AppliedRow>> applied(Transaction& tx) {
    TRY(auto const tables, tx.one<std::int64_t>(tx.connection().dialect().count_tables, "schema_migration"));
    if (tables == 0) return std::vector<AppliedRow>{};
    return tx.all<AppliedRow>("SELECT version, name, checksum FROM schema_migration ORDER BY version");
}

std::int64_t newest(std::span<Migration const> migrations) { return migrations.empty() ? 0 : migrations.back().version; }

Result<std::int64_t> verify(Transaction& tx, std::span<Migration const> migrations) {
    TRY(auto const rows, applied(tx));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const& row = rows[i];
        if (i >= migrations.size())
            return fail(Code::conflict, fmt::format("The database has schema {} ({}), made by a newer WaQtor; this one knows {}. "
                                                    "Start the newer version, or restore a backup made before the update",
                                                    rows.back().version, rows.back().name, newest(migrations)));
        if (row.version != migrations[i].version)
            return fail(Code::conflict, fmt::format("The database lacks migration {}; its schema_migration table was altered",
                                                    migrations[i].version));
        if (row.checksum != migrations[i].checksum)
            return fail(Code::conflict, fmt::format("Migration {} ({}) was applied with another text than this binary has; "
                                                    "the database or the binary was altered",
                                                    row.version, row.name));
    }
    return rows.empty() ? 0 : rows.back().version;
}

Result<void> apply(Transaction& tx, Migration const& migration, Timestamp now) {
    auto const failed = [&](Error error) {
        error.message = fmt::format("Migration {} ({}) failed: {}", migration.version, migration.name, error.message);
        return std::unexpected(std::move(error));
    };
    if (auto run = tx.connection().script(tx.connection().dialect().translate(migration.text)); !run) return failed(run.error());
    auto noted = tx.exec("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
                         migration.version, migration.name, migration.checksum, now);
    if (!noted) return failed(noted.error());
    return {};
}

/// Runs `work` in a transaction of its own on a connection that no engine drives yet.
template <class F> auto in_transaction(Connection& connection, Access access, F work) -> std::invoke_result_t<F&, Transaction&> {
    TRY_OK(connection.begin(access));
    Transaction tx{connection};
    auto outcome = work(tx);
    if (outcome)
        if (auto committed = connection.commit(); !committed) outcome = std::unexpected(committed.error());
    if (!outcome) connection.rollback();
    return outcome;
}

/// Applies the first missing migration; false when there is none. It looks again under the lock: another program may have been
/// quicker.
Result<bool> step(Transaction& tx, std::span<Migration const> migrations, Timestamp now) {
    if (auto const& lock = tx.connection().dialect().lock_migrations; !lock.empty()) TRY_OK(tx.connection().script(lock));
    TRY(auto const version, verify(tx, migrations));
    auto const missing = std::ranges::upper_bound(migrations, version, {}, &Migration::version);
    if (missing == migrations.end()) return false;
    TRY_OK(apply(tx, *missing, now));
    return true;
}

}   // namespace

Result<std::int64_t> schema_version(Connection& connection) {
    return in_transaction(connection, Access::read, [](Transaction& tx) -> Result<std::int64_t> {
        TRY(auto const rows, applied(tx));
        return rows.empty() ? 0 : rows.back().version;
    });
}

Result<std::int64_t> verify_schema(Connection& connection, std::span<Migration const> migrations) {
    return in_transaction(connection, Access::read, [&](Transaction& tx) { return verify(tx, migrations); });
}

Result<std::int64_t> migrate(Connection& connection, std::span<Migration const> migrations, Timestamp now) {
    // A read answers the usual start, where nothing is missing, without taking the lock.
    TRY(auto version, verify_schema(connection, migrations));
    while (version < newest(migrations)) {
        auto one = [&](Transaction& tx) { return step(tx, migrations, now); };
        TRY(auto const more, in_transaction(connection, Access::write, one));
        if (!more) break;
        TRY(version, schema_version(connection));
    }
    return version;
}

}   // namespace waqtor::sql
