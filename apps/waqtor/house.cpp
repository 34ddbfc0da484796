#include "house.hpp"

#include "engine.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

namespace waqtor {
namespace {
std::size_t threads_for(std::int64_t wanted) {
    return wanted == 0 ? std::clamp(std::thread::hardware_concurrency(), 1U, 4U) : static_cast<std::size_t>(wanted);
}

Result<void> make_folder(std::filesystem::path const& folder) {
    std::error_code failure;
    auto const made = std::filesystem::create_directories(folder, failure);
    if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
    if (failure)
        return fail(Code::unavailable, fmt::format("Cannot make the data folder {}: {}", folder.string(), failure.message()));
    return {};
}

std::filesystem::path key_file(Settings const& settings) { return std::filesystem::path{settings.data()} / "master.key"; }
}   // namespace

std::filesystem::path database_file(Settings const& settings) { return std::filesystem::path{settings.data()} / "waqtor.db"; }

std::string database_url(Settings const& settings) {
    return settings.database_url().empty() ? "sqlite:" + database_file(settings).string() : settings.database_url();
}

Result<FolderLock> FolderLock::take(std::filesystem::path const& folder) {
    TRY_OK(make_folder(folder));
    auto const file = folder / "waqtor.lock";
    auto const fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return fail(Code::unavailable, "Cannot write in the data folder " + folder.string());
    auto lock = FolderLock{fd};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return fail(Code::conflict, "A WaQtor server is running on the data folder " + folder.string());
    return lock;
}

bool FolderLock::is_taken(std::filesystem::path const& folder) {
    auto const fd = ::open((folder / "waqtor.lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    auto const lock = FolderLock{fd};
    return ::flock(fd, LOCK_SH | LOCK_NB) != 0;
}

FolderLock::~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
}

House::House(Settings const& settings, MasterKey key, std::unique_ptr<EventBus> with_bus, std::unique_ptr<SqlDatabase> with_db,
             std::unique_ptr<Sealer> with_sealer, std::unique_ptr<WhatsAppClients> with_clients)
    : master_key{std::move(key)},
      bus{std::move(with_bus)},
      db{std::move(with_db)},
      sealer{std::move(with_sealer)},
      clients{std::move(with_clients)},
      pool{threads_for(settings.whatsapp_threads())},
      features{{settings, *db, *bus, clock, *sealer, *clients, pool.get_executor()}} {}

Result<void> House::find(Settings const& settings) {
    std::error_code failure;
    auto const is_there = [&](std::filesystem::path const& file) { return std::filesystem::exists(file, failure) || failure; };
    // A server answers for its databases itself.
    if (settings.database_url().empty() && !is_there(database_file(settings)))
        return fail(Code::not_found, fmt::format("There is no WaQtor database in the folder {}. Is --data right? `waqtor serve` or "
                                                 "`waqtor user create` makes a new one",
                                                 settings.data()));
    if (is_there(key_file(settings))) return {};
    return fail(Code::not_found,
                fmt::format("The master key {} is missing; put it back from where you keep its copy", key_file(settings).string()));
}

Result<std::unique_ptr<House>> House::open(Settings const& settings, Opening how) {
    if (how == Opening::make)
        TRY_OK(make_folder(settings.data()));
    else
        TRY_OK(find(settings));
    TRY(auto key, MasterKey::open(key_file(settings)));
    auto bus = std::make_unique<EventBus>();
    auto const wake = [bus = bus.get()](std::vector<WorkspaceId> const& workspaces) {
        for (auto const& workspace : workspaces) bus->wake(workspace);
    };
    TRY(auto db, open_database({.url = database_url(settings),
                                .readers = static_cast<unsigned>(settings.database_readers()),
                                .schema = how == Opening::make ? SchemaPolicy::migrate : SchemaPolicy::verify,
                                .on_commit = wake}));
    auto sealer = std::make_unique<Sealer>(key);
    TRY(auto clients, make_engine(settings, *db, *sealer, clock));
    return std::unique_ptr<House>{
        new House{settings, std::move(key), std::move(bus), std::move(db), std::move(sealer), std::move(clients)}};
}

House::~House() {
    pool.join();
    db->close();
}

}   // namespace waqtor
