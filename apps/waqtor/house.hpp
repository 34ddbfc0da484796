#pragma once
#include "api.hpp"
#include "core/base/settings_list.hpp"
#include "core/trust/master_key.hpp"
#include "storage/database.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/key_store.hpp"
#include "storage/sql/login_store.hpp"
#include "storage/sql/user_store.hpp"
#include "storage/sql/workspace_setting_store.hpp"

namespace waqtor {

/// Holds the data folder for one program: a second server, and restore, are refused meanwhile. Freed with the process.
class FolderLock {
public:
    /// Code::conflict when another program holds it.
    static Result<FolderLock> take(std::filesystem::path const& folder);
    FolderLock(FolderLock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int fd) : fd_{fd} {}
    int fd_;
};

/// Every part, put together: dependencies are constructor arguments, whoever is used is declared above its users.
class House {
public:
    /// Makes the data folder and the master key when there are none, opens the database and brings its schema up to date.
    static Result<std::unique_ptr<House>> open(Settings const& settings);
    ~House();

    Services services();

    SystemClock clock;
    PasswordHasher hasher;
    std::atomic<std::uint64_t> revision = 0;
    MasterKey master_key;
    std::unique_ptr<EventBus> bus;
    std::unique_ptr<SqlDatabase> db;   // wakes the bus

    sql::SqlUserStore users;
    sql::SqlLoginStore login_rows;
    sql::SqlKeyStore key_rows;
    sql::SqlWorkspaceSettingStore workspace_settings;
    sql::SqlEventLog log{clock};

    AccountParts parts{*db, users, login_rows, key_rows, workspace_settings, log, clock, hasher, revision};
    AccountService accounts{parts};
    LoginService logins;
    KeyService keys{parts};
    EventReader events{*db, log, *bus, std::chrono::seconds{1}};   // commands write from other processes

private:
    House(Settings const& settings, MasterKey key, std::unique_ptr<EventBus> bus, std::unique_ptr<SqlDatabase> db);
};

/// The database's file or address.
std::string database_url(Settings const& settings);
std::filesystem::path database_file(Settings const& settings);

/// Runs one task to its end on this thread, for commands.
template <class T> T run_here(asio::awaitable<T> work);

}   // namespace waqtor

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

template <class T> T waqtor::run_here(asio::awaitable<T> work) {
    asio::io_context io;
    auto result = asio::co_spawn(io, std::move(work), asio::use_future);
    io.run();
    return result.get();
}
