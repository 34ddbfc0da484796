#pragma once
#include "core/base/bytes.hpp"

#include <filesystem>
#include <optional>
#include <span>

namespace waqtor::whatsapp::media {

/// What phones show of a picture before they fetch it.
struct Preview {
    std::int64_t width = 0, height = 0;   // pixels, as it is to be seen: turned as its camera says
    Bytes thumbnail;                      // JPEG, at most 72 pixels wide and high; empty when the picture is too large to be read
};

/// Of a JPEG, PNG or WebP; nothing for everything else, damaged ones too. Reads one picture at a time, whoever asks, so that its
/// memory is bounded (150 MiB for the worst, a progressive JPEG of 24 million pixels that keeps all its colours). Blocking: call it
/// on a worker.
std::optional<Preview> preview_of(std::span<std::uint8_t const> picture);
/// The same of a file of at most 16 MiB.
std::optional<Preview> preview_of(std::filesystem::path const& file);

}   // namespace waqtor::whatsapp::media
