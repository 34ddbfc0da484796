#include "backup_files.hpp"
#include "command.hpp"
#include "house.hpp"

#include <fstream>

namespace waqtor {

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

std::string stamp(Timestamp at) {
    auto text = to_iso(at).substr(0, 19);
    std::ranges::replace(text, ':', '-');
    return text;
}

struct Made {
    std::string folder;
    std::size_t media = 0;
};

/// After the database, so that what its rows name is there, unless it was deleted meanwhile.
Result<std::size_t> add_media(fs::path const& data, NewFolder const& folder, Manifest& manifest) {
    TRY(auto const names, media_names(data));
    std::size_t count = 0;
    for (auto const& name : names) {
        auto const put = link_or_copy(data / name, folder / name);
        if (!put && put.error().code == Code::not_found) continue;
        TRY_OK(put);
        TRY(auto file, describe(folder.path(), name));
        manifest.files.push_back(std::move(file));
        ++count;
    }
    return count;
}

Result<Made> make_backup(Settings const& settings, std::string name, bool with_key) {
    TRY(auto const house, House::open(settings, Opening::find));
    auto const now = house->clock.now();
    if (name.empty()) name = "waqtor-backup-" + stamp(now);
    TRY(auto folder, NewFolder::make(name));
    fs::path const data = settings.data();

    TRY_OK(run_here(house->db->backup(folder / kDatabase)));
    if (with_key) TRY_OK(copy_one(data / kMasterKey, folder / kMasterKey));
    Manifest manifest{"waqtor", WAQTOR_VERSION, house->db->schema_version(), now, {}};
    for (auto const* one : {kDatabase, kMasterKey}) {
        if (one == kMasterKey && !with_key) continue;
        TRY(auto file, describe(folder.path(), one));
        manifest.files.push_back(std::move(file));
    }
    TRY(auto const media, add_media(data, folder, manifest));
    TRY_OK(folder.sync());
    // Last, so that a folder with a manifest is whole.
    TRY_OK(write_new(folder / kManifest, pretty(write_json(manifest))));
    TRY_OK(sync(folder.path()));
    folder.keep();
    return Made{std::move(name), media};
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
        if (file.name != kDatabase && file.name != kMasterKey && !is_media_name(file.name))
            return invalid("files", "names the file " + file.name + ", which no backup has");
        TRY(auto const found, describe(folder, file.name));
        if (found.sha256 != file.sha256)
            return fail(Code::conflict, "The backup is damaged: " + file.name + " is not what was backed up");
        whole = whole || file.name == kDatabase;
    }
    if (!whole) return invalid("files", "does not name " + std::string{kDatabase});
    return manifest;
}

/// Everything the data folder shall have, on disk.
Result<NewFolder> build(fs::path const& data, fs::path const& from, Manifest const& manifest, std::string const& suffix) {
    TRY(auto fresh, NewFolder::make(data.string() + ".restoring-" + suffix));
    for (auto const& file : manifest.files)
        TRY_OK((is_media_name(file.name) ? link_or_copy : copy_one)(from / file.name, fresh / file.name));
    auto const key = fresh / kMasterKey;
    if (!fs::exists(key) && fs::exists(data / kMasterKey)) TRY_OK(copy_one(data / kMasterKey, key));
    if (fs::exists(key)) fs::permissions(key, fs::perms::owner_read);
    TRY(auto const version, file_schema_version(fresh / kDatabase));
    if (version != manifest.schema_version)
        return fail(Code::conflict, "The backup's database has another schema than its manifest says");
    TRY_OK(fresh.sync());
    return fresh;
}

/// Builds the new folder beside the old one, then swaps them by renaming: at every moment one of them is whole.
Result<fs::path> restore(Settings const& settings, fs::path const& from) {
    TRY(auto const manifest, check_backup(from));
    if (!settings.database_url().empty()) return fail(Code::not_implemented, "On PostgreSQL restore with pg_restore");
    auto data = fs::absolute(settings.data()).lexically_normal();
    if (!data.has_filename()) data = data.parent_path();   // "data/"
    TRY(auto const lock, FolderLock::take(data));
    auto const suffix = stamp(SystemClock{}.now());
    auto const old = fs::path{data.string() + ".before-restore-" + suffix};
    TRY(auto fresh, build(data, from, manifest, suffix));
    fs::rename(data, old);
    std::error_code failure;
    fs::rename(fresh.path(), data, failure);
    if (failure) {
        fs::rename(old, data);
        return fail(Code::unavailable, "The restored folder cannot be put in place: " + failure.message());
    }
    fresh.keep();
    TRY_OK(sync(data.parent_path()));
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
        program.app, "backup", "Copy the database and the media files into a new folder, while the server runs",
        [&program, folder, with_key](Settings& settings) {
            return guarded(program, [&] {
                auto const made = make_backup(settings, *folder, *with_key);
                if (!made) return program.output.failure(made.error());
                auto const note =
                    *with_key
                        ? ""
                        : ". The master key is not in it: keep a copy of it elsewhere, what is sealed cannot be read without it";
                return program.output.say(fmt::format("Backed up to {} with {} media files{}", made->folder, made->media, note));
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
