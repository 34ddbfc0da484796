#include "files.hpp"

#include <fstream>

namespace waqtor {

Result<std::string> read_file(std::filesystem::path const& file) {
    std::error_code failure;
    auto const size = std::filesystem::file_size(file, failure);
    if (failure) return invalid("file", "cannot be read: " + file.string());
    if (size > (64U << 20U)) return invalid("file", "is larger than 64 MiB");
    std::ifstream in{file, std::ios::binary};
    std::string bytes(size, '\0');
    if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) return invalid("file", "cannot be read: " + file.string());
    return bytes;
}

}   // namespace waqtor
