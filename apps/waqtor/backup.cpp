#include "command.hpp"
#include "house.hpp"

#include <sodium.h>

#include <fstream>

namespace waqtor {

struct BackupFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (name, bytes, sha256))
template <>
inline constexpr std::array kFields<BackupFile>{Field{"name", "File in this folder"}, Field{"bytes", "Its size", 0},
                                                Field{"sha256", "Its hash"}};

struct Manifest {
    std::string product;
    std::string version;
    std::int64_t schema_version = 0;
    Timestamp created_at{};
    std::vector<BackupFile> files;
};
BOOST_DESCRIBE_STRUCT(Manifest, (), (product, version, schema_version, created_at, files))
template <>
inline constexpr std::array kFields<Manifest>{
    Field{"product", "Always waqtor"},
    Field{"version", "Of the program that made it"},
    Field{"schema_version", "Of the database", 1},
    Field{"created_at", "When"},
    Field{"files", "What belongs to the backup"},
};

namespace {
namespace fs = std::filesystem;
constexpr auto kManifest = "manifest.json";
constexpr auto kDatabase = "waqtor.db";
constexpr auto kMasterKey = "master.key";

Result<BackupFile> describe(fs::path const& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) return fail(Code::not_found, "There is no file " + file.string());
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::vector<char> buffer(std::size_t{1} << 16);
    BackupFile out{file.filename().string(), 0, {}};
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
        crypto_hash_sha256_update(&state, reinterpret_cast<unsigned char*>(buffer.data()),
                                  static_cast<unsigned long long>(in.gcount()));
        out.bytes += in.gcount();
    }
    Bytes hash(crypto_hash_sha256_BYTES);
    crypto_hash_sha256_final(&state, hash.data());
    for (auto byte : hash) out.sha256 += fmt::format("{:02x}", byte);
    return out;
}

std::string stamp(Timestamp at) {
    auto text = to_iso(at).substr(0, 19);
    std::ranges::replace(text, ':', '-');
    return text;
}

Result<fs::path> make_backup(Settings const& settings, fs::path folder, bool with_key) {
    TRY(auto const house, House::open(settings));
    auto const now = house->clock.now();
    if (folder.empty()) folder = "waqtor-backup-" + stamp(now);
    std::error_code failure;
    if (!fs::create_directory(folder, failure))
        return fail(Code::conflict,
                    fmt::format("Cannot make the folder {}: {}", folder.string(), failure ? failure.message() : "it exists"));
    fs::permissions(folder, fs::perms::owner_all, failure);

    TRY_OK(run_here(house->db->backup(folder / kDatabase)));
    if (with_key) fs::copy_file(fs::path{settings.data()} / kMasterKey, folder / kMasterKey);
    Manifest manifest{"waqtor", WAQTOR_VERSION, house->db->schema_version(), now, {}};
    for (auto const* name : {kDatabase, kMasterKey}) {
        if (!fs::exists(folder / name)) continue;
        TRY(auto file, describe(folder / name));
        manifest.files.push_back(std::move(file));
    }
    // Last, so that a folder with a manifest is whole.
    std::ofstream{folder / kManifest} << pretty(write_json(manifest));
    return folder;
}

Result<Manifest> check_backup(fs::path const& folder) {
    std::ifstream in{folder / kManifest};
    if (!in) return fail(Code::not_found, folder.string() + " is not a backup: it has no " + kManifest);
    TRY(auto const value, parse_json(std::string{std::istreambuf_iterator<char>{in}, {}}));
    TRY(auto manifest, read_json<Manifest>(value));
    if (manifest.schema_version > newest_schema_version())
        return fail(Code::conflict,
                    fmt::format("The backup was made by WaQtor {} with schema {}; this program knows schemas up to {}",
                                manifest.version, manifest.schema_version, newest_schema_version()));
    auto whole = false;
    for (auto const& file : manifest.files) {
        if (file.name != kDatabase && file.name != kMasterKey)
            return invalid("files", "names the file " + file.name + ", which no backup has");
        TRY(auto const found, describe(folder / file.name));
        if (found.sha256 != file.sha256)
            return fail(Code::conflict, "The backup is damaged: " + file.name + " is not what was backed up");
        whole = whole || file.name == kDatabase;
    }
    if (!whole) return invalid("files", "does not name " + std::string{kDatabase});
    return manifest;
}

/// Builds the new folder beside the old one, then swaps them by renaming: at every moment one of them is whole.
Result<fs::path> restore(Settings const& settings, fs::path const& from) {
    TRY(auto const manifest, check_backup(from));
    if (!settings.database_url().empty()) return fail(Code::not_implemented, "On PostgreSQL restore with pg_restore");
    auto const data = fs::absolute(settings.data()).lexically_normal();
    TRY(auto const lock, FolderLock::take(data));
    auto const suffix = stamp(SystemClock{}.now());
    auto const fresh = fs::path{data.string() + ".restoring-" + suffix};
    auto const old = fs::path{data.string() + ".before-restore-" + suffix};
    fs::create_directory(fresh);
    fs::permissions(fresh, fs::perms::owner_all);
    for (auto const& file : manifest.files) fs::copy_file(from / file.name, fresh / file.name);
    if (!fs::exists(fresh / kMasterKey) && fs::exists(data / kMasterKey)) fs::copy_file(data / kMasterKey, fresh / kMasterKey);
    if (fs::exists(fresh / kMasterKey)) fs::permissions(fresh / kMasterKey, fs::perms::owner_read);
    TRY(auto const version, file_schema_version(fresh / kDatabase));
    if (version != manifest.schema_version)
        return fail(Code::conflict, "The backup's database has another schema than its manifest says");
    fs::rename(data, old);
    fs::rename(fresh, data);
    return old;
}

template <class F> int guarded(Program& program, F work) {
    try {
        return work();
    } catch (fs::filesystem_error const& error) {
        return program.output.failure({.code = Code::unavailable, .message = error.what()});
    }
}
}   // namespace

void add_backup(Program& program) {
    auto folder = std::make_shared<std::string>();
    auto with_key = std::make_shared<bool>(false);
    auto* backup = program.add(
        program.app, "backup", "Copy the database into a new folder, while the server runs",
        [&program, folder, with_key](Settings& settings) {
            return guarded(program, [&] {
                auto const made = make_backup(settings, *folder, *with_key);
                if (!made) return program.output.failure(made.error());
                auto const note =
                    *with_key
                        ? ""
                        : ". The master key is not in it: keep a copy of it elsewhere, what is sealed cannot be read without it";
                return program.output.say("Backed up to " + made->string() + note);
            });
        });
    backup->add_option("folder", *folder, "Folder to make; waqtor-backup-TIME by default");
    backup->add_flag("--include-key", *with_key, "Put the master key into the backup too");

    auto* back = program.add(program.app, "restore", "Put a backup in place of the data folder, which is kept under another name",
                             [&program, folder](Settings& settings) {
                                 return guarded(program, [&] {
                                     auto const old = restore(settings, *folder);
                                     if (!old) return program.output.failure(old.error());
                                     return program.output.say("Restored. What was there before is in " + old->string());
                                 });
                             });
    back->add_option("folder", *folder, "A folder that `waqtor backup` made")->required();
}

}   // namespace waqtor
