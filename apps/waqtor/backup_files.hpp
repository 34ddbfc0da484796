#pragma once
#include "core/base/described.hpp"
#include "core/base/result.hpp"

#include <filesystem>

namespace waqtor {

/// One file of a backup, as its manifest names it.
struct BackupFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (name, bytes, sha256))
template <>
inline constexpr std::array kFields<BackupFile>{Field{"name", "File in this folder"}, Field{"bytes", "Its size", 0},
                                                Field{"sha256", "Its hash"}};

/// A folder that is being filled: removed again unless it was kept.
class NewFolder {
public:
    /// Only its owner may enter. Code::conflict when it exists.
    static Result<NewFolder> make(std::filesystem::path folder);
    NewFolder(NewFolder&& other) noexcept : folder_{std::exchange(other.folder_, {})} {}
    NewFolder& operator=(NewFolder&&) = delete;
    ~NewFolder();

    std::filesystem::path operator/(std::filesystem::path const& name) const { return folder_ / name; }
    std::filesystem::path const& path() const { return folder_; }
    /// Everything in it and its name survive a loss of power from now on.
    Result<void> sync() const;
    void keep() { folder_.clear(); }

private:
    explicit NewFolder(std::filesystem::path folder) : folder_{std::move(folder)} {}
    std::filesystem::path folder_;
};

/// "media/ab/abcdef…", the stored files of a data folder; none when there is no such folder.
Result<std::vector<std::string>> media_names(std::filesystem::path const& data);
bool is_media_name(std::string_view name);

/// Size and hash. Code::not_found without the file.
Result<BackupFile> describe(std::filesystem::path const& folder, std::string const& name);
/// A file that never changes gets a second name where the file system can do that, else it is copied. Code::not_found.
Result<void> link_or_copy(std::filesystem::path const& from, std::filesystem::path const& to);
Result<void> copy_one(std::filesystem::path const& from, std::filesystem::path const& to);
Result<void> write_new(std::filesystem::path const& file, std::string_view text);
/// A file or folder.
Result<void> sync(std::filesystem::path const& path);

}   // namespace waqtor
