#pragma once
#include <cstddef>
#include <string_view>

namespace waqtor {

/// A file in the binary, made by tools/embed. Either `raw` or both compressed forms are there.
struct EmbeddedFile {
    std::string_view name{};   // "index.html"; empty ends a list
    std::string_view content_type{};
    std::string_view hash{};   // of the content
    std::size_t size = 0;
    std::string_view raw{};
    std::string_view gzip{};
    std::string_view brotli{};
};

}   // namespace waqtor
