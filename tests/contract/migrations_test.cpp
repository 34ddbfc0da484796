// The schema: applied once, in order, whole or not at all, and never by the wrong binary.
#include "storage/sql/migrations.hpp"
#include "harness.hpp"
#include "storage/postgres/postgres_driver.hpp"
#include "storage/sqlite/sqlite_driver.hpp"

#include <sodium.h>

#include <thread>

namespace waqtor {
namespace {
using sql::Migration;

class Migrations : public testing::DatabaseTest {
protected:
    std::unique_ptr<sql::Driver> driver() {
        using std::chrono::milliseconds;
        if (GetParam() == testing::Backend::sqlite) return sqlite::make_driver({options().url, milliseconds{5000}});
        return postgres::make_driver({options().url, milliseconds{5000}});
    }
    /// Applies these after our own first one.
    Result<std::int64_t> apply(std::vector<Migration> more) {
        more.insert(more.begin(), sql::embedded_migrations().front());
        auto const made = driver();
        TRY(auto const connection, made->connect(sql::Access::write));
        TRY_OK(made->check(*connection));
        return sql::migrate(*connection, more, SystemClock{}.now());
    }
};
WAQTOR_ON_EVERY_DATABASE(Migrations);

TEST_P(Migrations, ANewDatabaseGetsThemAll) {
    EXPECT_EQ(db().schema_version(), newest_schema_version());
    auto const versions = WAQTOR_OK(all<std::int64_t>("SELECT version FROM schema_migration ORDER BY version"));
    std::vector<std::int64_t> ours;
    for (auto const& migration : sql::embedded_migrations()) ours.push_back(migration.version);
    EXPECT_EQ(versions, ours);
    EXPECT_EQ(WAQTOR_OK(open_again())->schema_version(), newest_schema_version());
}

TEST_P(Migrations, AnAlteredOneIsRefusedByName) {
    WAQTOR_OK(exec("UPDATE schema_migration SET checksum = 'x' WHERE version = 2"));
    auto const outcome = open_again();
    EXPECT_EQ(outcome.error().code, Code::conflict);
    EXPECT_NE(outcome.error().message.find("Migration 2 (events)"), std::string::npos) << outcome.error().message;
}

TEST_P(Migrations, ANewerSchemaIsRefused) {
    WAQTOR_OK(exec("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, 'future', 'x', 0)",
                   newest_schema_version() + 1));
    for (auto policy : {SchemaPolicy::migrate, SchemaPolicy::verify}) {
        options().schema = policy;
        auto const outcome = open_again();
        EXPECT_EQ(outcome.error().code, Code::conflict);
        EXPECT_NE(outcome.error().message.find("newer WaQtor"), std::string::npos) << outcome.error().message;
    }
}

TEST_P(Migrations, AMissingRowIsRefused) {
    WAQTOR_OK(exec("DELETE FROM schema_migration WHERE version = 1"));
    EXPECT_EQ(open_again().error().code, Code::conflict);
}

TEST_P(Migrations, VerifyingChangesNothing) {
    options().schema = SchemaPolicy::verify;
    EXPECT_EQ(open_again().error().code, Code::conflict);
    auto const connection = WAQTOR_OK(driver()->connect(sql::Access::write));
    EXPECT_EQ(WAQTOR_OK(sql::schema_version(*connection)), 0);
}

TEST_P(Migrations, OneThatFailsLeavesNothingBehind) {
    auto const good = Migration{2, "good", "g", "CREATE TABLE good (id INTEGER NOT NULL) STRICT;"};
    auto const bad = Migration{3, "bad", "b", "CREATE TABLE half (id INTEGER NOT NULL) STRICT; INSERT INTO nowhere VALUES (1);"};
    auto const outcome = apply({good, bad});
    EXPECT_NE(outcome.error().message.find("Migration 3 (bad)"), std::string::npos) << outcome.error().message;
    EXPECT_EQ(WAQTOR_OK(apply({good})), 2) << "the good one stays";
    auto const repaired = Migration{3, "bad", "c", "CREATE TABLE half (id INTEGER NOT NULL) STRICT;"};
    EXPECT_EQ(WAQTOR_OK(apply({good, repaired})), 3);
}

TEST_P(Migrations, TwoProgramsMayStartAtOnce) {
    options();
    std::array<std::optional<Result<std::unique_ptr<SqlDatabase>>>, 4> opened;
    {
        std::vector<std::jthread> starters;
        for (auto& slot : opened) starters.emplace_back([this, &slot] { slot = open_again(); });
    }
    for (auto const& slot : opened)
        EXPECT_TRUE(slot->has_value()) << (*slot ? "" : slot->error().message + " | " + slot->error().cause);
}

TEST_P(Migrations, FramesThatWaitAreKeptWhenTheyMove) {
    auto const before = sql::embedded_migrations().first(13);
    auto const bytes = Bytes{1, 2, 3};
    {
        auto const connection = WAQTOR_OK(driver()->connect(sql::Access::write));
        ASSERT_EQ(WAQTOR_OK(sql::migrate(*connection, before, SystemClock{}.now())), 13);
        WAQTOR_OK(connection->begin(sql::Access::write));
        sql::EventCounters counters;
        sql::Transaction tx{*connection, &counters};
        auto const insert = [&](std::string_view id, std::optional<std::string> message, std::optional<Bytes> frame) {
            return tx.exec(R"sql(
                INSERT INTO whatsapp_frame (session, id, message, chat, plain, attributes, frame, sent_at)
                    VALUES ('s', $1, $2, 'c', $3, $3, $4, 1))sql",
                           id, message, bytes, frame);
        };
        WAQTOR_OK(insert("waits", "m", bytes));
        WAQTOR_OK(insert("acknowledged", {}, {}));
        WAQTOR_OK(connection->commit());
    }
    auto const rows = [this](std::string const& columns, std::string const& table) {
        return WAQTOR_OK(all<std::string>("SELECT " + columns + " FROM " + table + " ORDER BY id"));
    };
    EXPECT_EQ(rows("id", "whatsapp_waiting"), std::vector<std::string>{"waits"});
    EXPECT_EQ(rows("id || ' ' || coalesce(message, '-')", "whatsapp_frame"),
              (std::vector<std::string>{"acknowledged -", "waits m"}));
    EXPECT_EQ(WAQTOR_OK(all<Bytes>("SELECT frame FROM whatsapp_waiting")), std::vector<Bytes>{bytes});
}

TEST(MigrationFiles, SayWhatTheyAddAndWhichBinaryStillRuns) {
    for (auto const& migration : sql::embedded_migrations()) {
        auto const line = migration.text.substr(0, migration.text.find('\n'));
        EXPECT_TRUE(line.starts_with("-- Adds ")) << migration.name;
        EXPECT_NE(line.find("Oldest binary that still runs with it: "), line.npos) << migration.name;
    }
}

TEST(MigrationFiles, CarryTheChecksumOfTheirText) {
    for (auto const& migration : sql::embedded_migrations()) {
        std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
        crypto_hash_sha256(hash.data(), reinterpret_cast<unsigned char const*>(migration.text.data()), migration.text.size());
        std::array<char, 2 * hash.size() + 1> hex;
        sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
        EXPECT_EQ(migration.checksum, hex.data()) << migration.name;
    }
}

}   // namespace
}   // namespace waqtor
