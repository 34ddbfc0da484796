#include "backup_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace waqtor {
namespace {
namespace fs = std::filesystem;

std::unexpected<Error> cannot(std::string const& what, fs::path const& path, std::error_code why) {
    auto const code = why == std::errc::no_space_on_device          ? Code::storage_full
                      : why == std::errc::no_such_file_or_directory ? Code::not_found
                                                                    : Code::unavailable;
    return fail(code, fmt::format("{} {}: {}", what, path.string(), why.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

fs::path parent_of(fs::path const& path) { return path.has_parent_path() ? path.parent_path() : fs::path{"."}; }
}   // namespace

Result<NewFolder> NewFolder::make(fs::path folder) {
    std::error_code failure;
    auto const made = fs::create_directory(folder, failure);
    if (failure || !made)
        return fail(Code::conflict,
                    fmt::format("Cannot make the folder {}: {}", folder.string(), failure ? failure.message() : "it exists"));
    NewFolder out{std::move(folder)};
    fs::permissions(out.folder_, fs::perms::owner_all, failure);
    if (failure) return cannot("Cannot close to others the folder", out.folder_, failure);
    return out;
}

NewFolder::~NewFolder() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<void> NewFolder::sync() const {
    std::error_code failure;
    for (fs::recursive_directory_iterator entry{folder_, failure}, end; !failure && entry != end; entry.increment(failure))
        TRY_OK(waqtor::sync(entry->path()));
    if (failure) return cannot("Cannot read the folder", folder_, failure);
    TRY_OK(waqtor::sync(folder_));
    return waqtor::sync(parent_of(folder_));
}

bool is_media_name(std::string_view name) {
    constexpr std::string_view kFolder = "media/";
    if (!name.starts_with(kFolder) || name.size() != kFolder.size() + 3 + 64) return false;
    auto const part = name.substr(kFolder.size(), 2);
    auto const id = name.substr(kFolder.size() + 3);
    return name[kFolder.size() + 2] == '/' && is_hex(id) && id.starts_with(part);
}

Result<std::vector<std::string>> media_names(fs::path const& data) {
    std::vector<std::string> out;
    std::error_code failure;
    if (!fs::exists(data / "media", failure) && !failure) return out;
    for (fs::recursive_directory_iterator entry{data / "media", failure}, end; !failure && entry != end; entry.increment(failure)) {
        auto name = entry->path().lexically_relative(data).generic_string();
        if (is_media_name(name)) out.push_back(std::move(name));   // what is still coming has other names
    }
    if (failure) return cannot("Cannot read the folder", data / "media", failure);
    std::ranges::sort(out);
    return out;
}

Result<BackupFile> describe(fs::path const& folder, std::string const& name) {
    auto const file = folder / name;
    std::ifstream in{file, std::ios::binary};
    if (!in) return fail(Code::not_found, "There is no file " + file.string());
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::vector<char> buffer(std::size_t{1} << 16);
    BackupFile out{name, 0, {}};
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
        crypto_hash_sha256_update(&state, reinterpret_cast<unsigned char*>(buffer.data()),
                                  static_cast<unsigned long long>(in.gcount()));
        out.bytes += in.gcount();
    }
    if (in.bad()) return cannot("Cannot read", file, last_error());
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    for (auto byte : hash) out.sha256 += fmt::format("{:02x}", byte);
    return out;
}

Result<void> copy_one(fs::path const& from, fs::path const& to) {
    std::error_code failure;
    fs::create_directories(parent_of(to), failure);
    if (!failure) fs::copy_file(from, to, failure);
    if (failure) return cannot("Cannot copy " + from.string() + " to", to, failure);
    return {};
}

Result<void> link_or_copy(fs::path const& from, fs::path const& to) {
    std::error_code failure;
    fs::create_directories(parent_of(to), failure);
    if (!failure) fs::create_hard_link(from, to, failure);
    return failure ? copy_one(from, to) : Result<void>{};
}

Result<void> write_new(fs::path const& file, std::string_view text) {
    std::ofstream out{file, std::ios::binary};
    out << text << std::flush;
    if (!out) return cannot("Cannot write", file, last_error());
    return sync(file);
}

Result<void> sync(fs::path const& path) {
    auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    auto const outcome = file < 0 ? -1 : ::fsync(file);
    auto const why = last_error();
    if (file >= 0) ::close(file);
    if (outcome != 0) return cannot("Cannot write", path, why);
    return {};
}

}   // namespace waqtor
