#include "core/messages/media_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace waqtor {
namespace {

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
    std::string out;
    for (auto byte : hash) out += fmt::format("{:02x}", byte);
    return out;
}

bool is_file_id(std::string_view file) {
    return file.size() == 64 && std::ranges::all_of(file, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        auto const written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::unexpected<Error> cannot_write(int why) {
    if (why == ENOSPC || why == EDQUOT) return fail(Code::storage_full, "The disk is full; nothing was written");
    return fail_with_cause(Code::unavailable, "The media folder cannot be written",
                           std::error_code{why, std::generic_category()}.message());
}

/// Into its place under its name, so that it survives a loss of power.
Result<void> move_in(char const* from, std::filesystem::path const& to) {
    if (::rename(from, to.c_str()) != 0) return cannot_write(errno);
    if (auto const folder = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}
}   // namespace

std::filesystem::path FileMediaStore::path_of(std::string_view file) const {
    return folder_ / std::string{file.substr(0, 2)} / std::string{file};
}

Result<std::string> FileMediaStore::put(std::string_view bytes) {
    auto const name = sha256_hex(bytes);
    auto const path = path_of(name);
    std::error_code failure;
    if (std::filesystem::exists(path, failure)) return name;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) return cannot_write(failure.value());
    auto temporary = path.string() + ".XXXXXX";
    auto const fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return cannot_write(errno);
    auto const written = write_all(fd, bytes) && ::fsync(fd) == 0;
    auto const why = errno;
    ::close(fd);
    auto moved = written ? move_in(temporary.c_str(), path) : Result<void>{cannot_write(why)};
    if (!moved) {
        ::unlink(temporary.c_str());
        return std::unexpected(std::move(moved).error());
    }
    return name;
}

Result<std::filesystem::path> FileMediaStore::path(std::string_view file) const {
    if (!is_file_id(file)) return fail(Code::not_found, "There is no such file");
    auto out = path_of(file);
    std::error_code failure;
    if (!std::filesystem::exists(out, failure)) return fail(Code::gone, "The file is not kept any more");
    return out;
}

Result<std::filesystem::path> FileMediaStore::place() {
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    if (failure) return cannot_write(failure.value());
    std::array<unsigned char, 8> random{};
    randombytes_buf(random.data(), random.size());
    std::string name = "coming.";
    for (auto byte : random) name += fmt::format("{:02x}", byte);
    return folder_ / name;
}

Result<void> FileMediaStore::adopt(std::filesystem::path const& written, std::string_view file) {
    if (!is_file_id(file)) return invalid("file", "must be a SHA-256 in hex");
    auto const path = path_of(file);
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) return cannot_write(failure.value());
    auto const fd = ::open(written.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot_write(errno);
    auto const synced = ::fsync(fd) == 0;
    auto const why = errno;
    ::close(fd);
    return synced ? move_in(written.c_str(), path) : Result<void>{cannot_write(why)};
}

Result<std::string> FileMediaStore::get(std::string_view file) const {
    if (!is_file_id(file)) return fail(Code::not_found, "There is no such file");
    std::ifstream in{path_of(file), std::ios::binary};
    if (!in) return fail(Code::gone, "The file is not kept any more");
    auto bytes = std::string{std::istreambuf_iterator<char>{in}, {}};
    if (sha256_hex(bytes) != file) return fail(Code::internal, "A stored file was changed on disk: " + std::string{file});
    return bytes;
}

void FileMediaStore::remove(std::string_view file) {
    std::error_code ignored;
    if (is_file_id(file)) std::filesystem::remove(path_of(file), ignored);
}

}   // namespace waqtor
