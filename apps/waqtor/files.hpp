#pragma once
#include "core/base/result.hpp"

#include <filesystem>

namespace waqtor {

/// A file that a command was given, at most 64 MiB. Code::invalid (field "file") when it cannot be read.
Result<std::string> read_file(std::filesystem::path const& file);

}   // namespace waqtor
