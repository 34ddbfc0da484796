#include "server/realtime/codec/frame.hpp"

#include <bit>
#include <cstring>

namespace waqtor::realtime {
namespace {
static_assert(std::endian::native == std::endian::little, "apply_mask turns the key for little endian");

void append_head(std::string& out, Opcode opcode, std::size_t payload, FrameOptions options, bool masked) {
    auto const mask = masked ? 0x80U : 0U;
    auto const put = [&](unsigned byte) { out += static_cast<char>(byte); };
    put((options.fin ? 0x80U : 0U) | (options.rsv1 ? 0x40U : 0U) | static_cast<unsigned>(opcode));
    if (payload < 126)
        put(mask | static_cast<unsigned>(payload));
    else if (payload <= 0xffff) {
        put(mask | 126U);
        put(static_cast<unsigned>(payload >> 8));
        put(static_cast<unsigned>(payload & 0xff));
    } else {
        put(mask | 127U);
        for (auto shift = 56; shift >= 0; shift -= 8) put(static_cast<unsigned>((std::uint64_t{payload} >> shift) & 0xff));
    }
}
}   // namespace

void append_frame_head(std::string& out, Opcode opcode, std::size_t payload, FrameOptions options) {
    append_head(out, opcode, payload, options, false);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, FrameOptions options) {
    append_frame_head(out, opcode, payload.size(), options);
    out += payload;
}

void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t key, FrameOptions options) {
    append_head(out, opcode, payload.size(), options, true);
    out.append(reinterpret_cast<char const*>(&key), sizeof key);
    auto const start = out.size();
    out += payload;
    apply_mask(out.data() + start, payload.size(), key, 0);
}

void append_close(std::string& out, CloseCode code, std::string_view reason) {
    auto size = std::min(reason.size(), kMostControlBytes - 2);
    while (size < reason.size() && size > 0 && (static_cast<unsigned char>(reason[size]) & 0xc0U) == 0x80) --size;
    std::string payload;
    payload += static_cast<char>(static_cast<unsigned>(code) >> 8);
    payload += static_cast<char>(static_cast<unsigned>(code) & 0xff);
    payload += reason.substr(0, size);
    append_frame(out, Opcode::close, payload);
}

void apply_mask(char* bytes, std::size_t size, std::uint32_t key, std::size_t offset) {
    auto const turned = std::rotr(key, static_cast<int>(8 * (offset % 4)));
    auto const wide = std::uint64_t{turned} << 32 | turned;
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {   // the compiler makes vector instructions of it
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + i, 8);
        word ^= wide;
        std::memcpy(bytes + i, &word, 8);
    }
    for (; i < size; ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ (turned >> (8 * (i % 4)) & 0xffU));
}

}   // namespace waqtor::realtime
