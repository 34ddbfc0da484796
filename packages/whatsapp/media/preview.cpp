#include "whatsapp/media/preview.hpp"

#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <mutex>
#include <vector>

namespace waqtor::whatsapp::media {
namespace {

using Picture = std::span<std::uint8_t const>;

constexpr int kEdge = 72;
constexpr int kQuality = 60;
constexpr std::uintmax_t kLargestFile = 16U << 20;
constexpr std::int64_t kMostPixels = 8 << 20;        // decoded whole, three bytes each
constexpr std::int64_t kMostJpegPixels = 24 << 20;   // decoded at an eighth; a progressive one needs three to six bytes each

struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> rgb;

    Pixels(int wide, int high)
        : width{wide}, height{high}, rgb(static_cast<std::size_t>(wide) * static_cast<std::size_t>(high) * 3) {}
    std::uint8_t* at(int x, int y) {
        return rgb.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
    }
    std::uint8_t const* at(int x, int y) const { return const_cast<Pixels*>(this)->at(x, y); }
};

bool too_many(std::int64_t width, std::int64_t height, std::int64_t most) { return width * height > most; }

/// The size that fits the edge; what fits already stays.
std::pair<int, int> fitting(int width, int height) {
    auto const longer = std::max(width, height);
    if (longer <= kEdge) return {width, height};
    return {std::max(1, width * kEdge / longer), std::max(1, height * kEdge / longer)};
}

/// Each pixel is the mean of those it stands for.
Pixels shrunk(Pixels const& from) {
    auto const [width, height] = fitting(from.width, from.height);
    Pixels out{width, height};
    for (auto y = 0; y < height; ++y)
        for (auto x = 0; x < width; ++x) {
            auto const left = x * from.width / width, right = std::max(left + 1, (x + 1) * from.width / width);
            auto const top = y * from.height / height, bottom = std::max(top + 1, (y + 1) * from.height / height);
            std::array<unsigned, 3> sum{};
            for (auto v = top; v < bottom; ++v)
                for (auto u = left; u < right; ++u)
                    for (auto c = 0U; c < 3; ++c) sum[c] += from.at(u, v)[c];
            auto const count = static_cast<unsigned>((right - left) * (bottom - top));
            for (auto c = 0U; c < 3; ++c) out.at(x, y)[c] = static_cast<std::uint8_t>(sum[c] / count);
        }
    return out;
}

/// Turned and mirrored as EXIF's orientation (1 to 8) asks, from 5 on with width and height exchanged.
Pixels turned(Pixels const& from, int orientation) {
    if (orientation == 1) return from;
    auto const exchanged = orientation >= 5;
    Pixels out{exchanged ? from.height : from.width, exchanged ? from.width : from.height};
    auto const right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    auto const bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (auto y = 0; y < out.height; ++y)
        for (auto x = 0; x < out.width; ++x) {
            auto const u = exchanged ? y : x, v = exchanged ? x : y;
            std::copy_n(from.at(right ? from.width - 1 - u : u, bottom ? from.height - 1 - v : v), 3, out.at(x, y));
        }
    return out;
}

/// A TIFF's numbers in its byte order; what lies outside is 0.
struct Tiff {
    Picture bytes;
    bool little = false;

    unsigned number(std::size_t at, std::size_t size) const {
        if (at > bytes.size() || bytes.size() - at < size) return 0;
        unsigned out = 0;
        for (std::size_t i = 0; i < size; ++i) out = out << 8 | bytes[at + (little ? size - 1 - i : i)];
        return out;
    }
};

/// EXIF 2.3, 4.6.4: tag 0x0112 of the first directory.
int orientation_in(Picture exif) {
    Tiff const tiff{exif, !exif.empty() && exif[0] == 'I'};
    std::size_t const directory = tiff.number(4, 4);
    for (std::size_t i = 0, count = tiff.number(directory, 2); i < count; ++i)
        if (auto const entry = directory + 2 + i * 12; tiff.number(entry, 2) == 0x0112) {
            auto const value = static_cast<int>(tiff.number(entry + 8, 2));
            return value >= 1 && value <= 8 ? value : 1;
        }
    return 1;
}

/// Looks through a JPEG's segments for EXIF.
int orientation_of(Picture jpeg) {
    constexpr std::array<std::uint8_t, 6> kExif{'E', 'x', 'i', 'f', 0, 0};
    for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] != 0xDA;) {
        auto const length = static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]);
        if (length < 2 || length > jpeg.size() - at - 2) return 1;
        auto const body = jpeg.subspan(at + 4, length - 2);
        if (jpeg[at + 1] == 0xE1 && body.size() > kExif.size() && std::ranges::equal(body.first(kExif.size()), kExif))
            return orientation_in(body.subspan(kExif.size()));
        at += 2 + length;
    }
    return 1;
}

using Turbo = std::unique_ptr<void, decltype(&tjDestroy)>;

Bytes as_jpeg(Pixels const& pixels) {
    Turbo const turbo{tjInitCompress(), &tjDestroy};
    Bytes out(tjBufSize(pixels.width, pixels.height, TJSAMP_420));
    auto* place = out.data();
    auto size = static_cast<unsigned long>(out.size());
    auto const done = turbo && tjCompress2(turbo.get(), pixels.rgb.data(), pixels.width, 0, pixels.height, TJPF_RGB, &place, &size,
                                           TJSAMP_420, kQuality, TJFLAG_NOREALLOC) == 0;
    out.resize(done ? size : 0);
    return out;
}

std::optional<Preview> of_jpeg(Picture picture) {
    Turbo const turbo{tjInitDecompress(), &tjDestroy};
    auto width = 0, height = 0, sampling = 0, colours = 0;
    if (!turbo || tjDecompressHeader3(turbo.get(), picture.data(), picture.size(), &width, &height, &sampling, &colours) != 0)
        return {};
    if (width < 1 || height < 1) return {};   // tables without a picture count as good
    auto const orientation = orientation_of(picture);
    Preview out{width, height, {}};
    if (orientation >= 5) std::swap(out.width, out.height);
    if (too_many(width, height, kMostJpegPixels)) return out;
    // The smallest that the decoder can make and that is not smaller than wanted.
    auto count = 0;
    auto const* factors = tjGetScalingFactors(&count);
    auto wide = width, high = height;
    for (auto const& factor : std::span{factors, static_cast<std::size_t>(count)})
        if (auto const w = TJSCALED(width, factor), h = TJSCALED(height, factor); std::max(w, h) >= kEdge && w < wide)
            wide = w, high = h;
    if (too_many(wide, high, kMostPixels)) return out;
    Pixels pixels{wide, high};
    if (tjDecompress2(turbo.get(), picture.data(), picture.size(), pixels.rgb.data(), wide, 0, high, TJPF_RGB, TJFLAG_LIMITSCANS) ==
        0)
        out.thumbnail = as_jpeg(turned(shrunk(pixels), orientation));
    return out;
}

std::optional<Preview> of_png(Picture picture) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    std::unique_ptr<png_image, decltype(&png_image_free)> const end{&image, &png_image_free};
    if (!png_image_begin_read_from_memory(&image, picture.data(), picture.size())) return {};
    Preview out{image.width, image.height, {}};
    if (too_many(out.width, out.height, kMostPixels)) return out;
    image.format = PNG_FORMAT_RGB;
    Pixels pixels{static_cast<int>(image.width), static_cast<int>(image.height)};
    png_color const white{255, 255, 255};   // behind what is transparent
    if (png_image_finish_read(&image, &white, pixels.rgb.data(), 0, nullptr)) out.thumbnail = as_jpeg(shrunk(pixels));
    return out;
}

std::optional<Preview> of_webp(Picture picture) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config) || WebPGetFeatures(picture.data(), picture.size(), &config.input) != VP8_STATUS_OK)
        return {};
    Preview out{config.input.width, config.input.height, {}};
    if (config.input.has_animation || too_many(out.width, out.height, kMostPixels)) return out;
    auto const [width, height] = fitting(config.input.width, config.input.height);
    Pixels pixels{width, height};
    config.options.use_scaling = 1;
    config.options.scaled_width = width;
    config.options.scaled_height = height;
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {pixels.rgb.data(), width * 3, pixels.rgb.size()};
    if (WebPDecode(picture.data(), picture.size(), &config) == VP8_STATUS_OK) out.thumbnail = as_jpeg(pixels);
    WebPFreeDecBuffer(&config.output);
    return out;
}

}   // namespace

std::optional<Preview> preview_of(std::span<std::uint8_t const> picture) {
    static std::mutex one_at_a_time;
    std::scoped_lock const lock{one_at_a_time};
    if (picture.size() < 12) return {};
    if (picture[0] == 0xFF && picture[1] == 0xD8) return of_jpeg(picture);
    if (picture[0] == 0x89 && picture[1] == 'P') return of_png(picture);
    if (picture[0] == 'R' && picture[8] == 'W') return of_webp(picture);
    return {};
}

std::optional<Preview> preview_of(std::filesystem::path const& file) {
    std::error_code missing;
    auto const size = std::filesystem::file_size(file, missing);
    if (missing || size > kLargestFile) return {};
    Bytes bytes(size);
    std::ifstream in{file, std::ios::binary};
    if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) return {};
    return preview_of(std::span<std::uint8_t const>{bytes});
}

}   // namespace waqtor::whatsapp::media
