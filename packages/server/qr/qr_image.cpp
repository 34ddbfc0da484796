#include "server/qr/qr_image.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <qrcodegen/qrcodegen.hpp>

namespace waqtor {
namespace {
using qrcodegen::QrCode;
constexpr int kQuiet = 4;
constexpr int kScale = 8;

Result<QrCode> encode(std::string const& text) {
    try {
        return QrCode::encodeText(text.c_str(), QrCode::Ecc::MEDIUM);
    } catch (qrcodegen::data_too_long const&) {
        return fail(Code::too_large, "The text is too long for a QR code");
    }
}

std::string big_endian(std::uint32_t value) {
    return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U), static_cast<char>(value >> 8U),
            static_cast<char>(value)};
}

/// PNG, section 5.3: length, type, data, CRC of type and data.
std::string chunk(std::string const& type, std::string const& data) {
    auto const body = type + data;
    auto const crc = ::crc32(0, reinterpret_cast<Bytef const*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(std::string const& data) {
    auto size = ::compressBound(data.size());
    std::string out(size, '\0');
    ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<Bytef const*>(data.data()), data.size(), 9);
    out.resize(size);
    return out;
}
}   // namespace

Result<std::string> qr_png(std::string const& text) {
    TRY(auto const code, encode(text));
    auto const side = (code.getSize() + 2 * kQuiet) * kScale;
    std::string rows;
    for (int y = 0; y < side; ++y) {
        rows += '\0';   // no filter
        for (int x = 0; x < side; x += 8) {
            static_assert(kScale == 8, "a byte of eight pixels is one module");
            rows += code.getModule(x / kScale - kQuiet, y / kScale - kQuiet) ? '\0' : '\xff';
        }
    }
    auto const size = big_endian(static_cast<std::uint32_t>(side));
    auto const header = size + size + std::string{"\x01\x00\x00\x00\x00", 5};   // 1 bit, grey
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

Result<std::string> qr_svg(std::string const& text) {
    TRY(auto const code, encode(text));
    auto const side = code.getSize() + 2 * kQuiet;
    std::string path;
    for (int y = 0; y < code.getSize(); ++y)
        for (int x = 0; x < code.getSize(); ++x)
            if (code.getModule(x, y)) path += fmt::format("M{},{}h1v1h-1z", x + kQuiet, y + kQuiet);
    return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges">)"
                       R"(<path fill="#fff" d="M0,0h{0}v{0}h-{0}z"/><path d="{1}"/></svg>)",
                       side, path);
}

Result<std::string> qr_terminal(std::string const& text) {
    TRY(auto const code, encode(text));
    std::string out;
    auto const light = [&](int x, int y) { return !code.getModule(x, y); };
    for (int y = -2; y < code.getSize() + 2; y += 2) {
        for (int x = -2; x < code.getSize() + 2; ++x)
            out += light(x, y) ? (light(x, y + 1) ? "█" : "▀") : (light(x, y + 1) ? "▄" : " ");
        out += '\n';
    }
    return out;
}

}   // namespace waqtor
