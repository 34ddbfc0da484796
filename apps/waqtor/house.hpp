#pragma once
#include "core/trust/master_key.hpp"
#include "features.hpp"
#include "storage/database.hpp"

#include <boost/asio/thread_pool.hpp>

namespace waqtor {

/// Holds the data folder for one program: a second server, and restore, are refused meanwhile. Freed with the process.
class FolderLock {
public:
    /// Code::conflict when another program holds it.
    static Result<FolderLock> take(std::filesystem::path const& folder);
    /// Whether another program holds it; makes nothing.
    static bool is_taken(std::filesystem::path const& folder);
    FolderLock(FolderLock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    FolderLock& operator=(FolderLock&&) = delete;
    ~FolderLock();

private:
    explicit FolderLock(int fd) : fd_{fd} {}
    int fd_;
};

/// What a command does to a data folder that is empty or has an older schema.
enum class Opening : std::uint8_t {
    make,   // makes the folder and the master key when there are none, and brings the schema up to date
    find,   // makes and migrates nothing: Code::not_found without a database or a key, Code::conflict with another schema
};

/// The database, the key and the features on them.
class House {
public:
    inline static SystemClock const clock{};

    static Result<std::unique_ptr<House>> open(Settings const& settings, Opening how);
    /// What Opening::find asks for first: that there is a database and its key.
    static Result<void> find(Settings const& settings);
    ~House();

    MasterKey master_key;
    std::unique_ptr<EventBus> bus;
    std::unique_ptr<SqlDatabase> db;   // wakes the bus
    std::unique_ptr<Sealer> sealer;
    std::unique_ptr<WhatsAppClients> clients;
    asio::thread_pool pool;   // sessions, campaigns, the bot
    Features features;

private:
    House(Settings const& settings, MasterKey key, std::unique_ptr<EventBus> bus, std::unique_ptr<SqlDatabase> db,
          std::unique_ptr<Sealer> sealer, std::unique_ptr<WhatsAppClients> clients);
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
