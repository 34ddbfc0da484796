#pragma once
#include "core/messages/media.hpp"

#include <filesystem>

namespace waqtor {

/// Files in a folder, named by their SHA-256: "ab/abcdef…". Written beside and renamed, so a file that is there is whole.
class FileMediaStore final : public MediaStore {
public:
    explicit FileMediaStore(std::filesystem::path folder) : folder_{std::move(folder)} {}

    Result<std::string> put(std::string_view bytes) override;
    Result<std::string> get(std::string_view file) const override;
    void remove(std::string_view file) override;
    Result<std::filesystem::path> path(std::string_view file) const override;
    Result<std::filesystem::path> place() override;
    Result<void> adopt(std::filesystem::path const& written, std::string_view file) override;

private:
    std::filesystem::path path_of(std::string_view file) const;

    std::filesystem::path folder_;
};

}   // namespace waqtor
