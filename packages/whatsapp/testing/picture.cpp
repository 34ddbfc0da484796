#include "whatsapp/testing/picture.hpp"

#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <memory>
#include <stdexcept>

namespace waqtor::whatsapp::testing {
namespace {
using Turbo = std::unique_ptr<void, decltype(&tjDestroy)>;

Bytes red_and_blue(int width, int height) {
    Bytes out;
    for (auto y = 0; y < height; ++y)
        for (auto x = 0; x < width; ++x)
            out.insert(out.end(), {std::uint8_t(x * 2 < width ? 255 : 0), 0, std::uint8_t(x * 2 < width ? 0 : 255)});
    return out;
}

void must(bool good) {
    if (!good) throw std::runtime_error{"a test picture could not be made or read"};
}
}   // namespace

Bytes make_jpeg(int width, int height) {
    Turbo const turbo{tjInitCompress(), &tjDestroy};
    Bytes out(tjBufSize(width, height, TJSAMP_444));
    auto* place = out.data();
    auto size = static_cast<unsigned long>(out.size());
    must(tjCompress2(turbo.get(), red_and_blue(width, height).data(), width, 0, height, TJPF_RGB, &place, &size, TJSAMP_444, 90,
                     TJFLAG_NOREALLOC) == 0);
    out.resize(size);
    return out;
}

Bytes make_png(int width, int height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_RGB;
    auto const pixels = red_and_blue(width, height);
    png_alloc_size_t size = 0;
    must(png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) != 0);
    Bytes out(size);
    must(png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr) != 0);
    out.resize(size);
    return out;
}

Bytes make_webp(int width, int height) {
    std::uint8_t* made = nullptr;
    auto const size = WebPEncodeLosslessRGB(red_and_blue(width, height).data(), width, height, width * 3, &made);
    must(size > 0);
    Bytes out(made, made + size);
    WebPFree(made);
    return out;
}

Seen see_jpeg(Bytes const& picture) {
    Turbo const turbo{tjInitDecompress(), &tjDestroy};
    Seen out;
    auto sampling = 0, colours = 0;
    must(tjDecompressHeader3(turbo.get(), picture.data(), picture.size(), &out.width, &out.height, &sampling, &colours) == 0);
    out.rgb.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height) * 3);
    must(tjDecompress2(turbo.get(), picture.data(), picture.size(), out.rgb.data(), out.width, 0, out.height, TJPF_RGB, 0) == 0);
    return out;
}

namespace {
std::uint8_t part(Seen const& seen, int x, int y, std::size_t colour) {
    return seen
        .rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(seen.width) + static_cast<std::size_t>(x)) * 3 + colour];
}
}   // namespace

bool Seen::red(int x, int y) const { return part(*this, x, y, 0) > 180 && part(*this, x, y, 2) < 80; }
bool Seen::blue(int x, int y) const { return part(*this, x, y, 2) > 180 && part(*this, x, y, 0) < 80; }

}   // namespace waqtor::whatsapp::testing
