#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// WebSocket frames on the wire: RFC 6455 §5.

namespace waqtor::realtime {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Why a connection ends (RFC 6455 §7.4 and the IANA registry). 1005 and 1006 are what a peer sees when nothing was said; they are
/// never sent.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported = 1003,
    no_status = 1005,
    bad_data = 1007,
    policy = 1008,
    too_big = 1009,
    internal = 1011,
    restart = 1012,
    try_again_later = 1013,
};

/// May a peer send this code in a close frame?
constexpr bool may_be_sent(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

inline constexpr std::size_t kMostHeaderBytes = 14;
inline constexpr std::size_t kMostControlBytes = 125;

struct FrameOptions {
    bool fin = true;
    bool rsv1 = false;   // the message is compressed (RFC 7692)
};

/// Appends a frame's first bytes, as a server writes them: without a mask.
void append_frame_head(std::string& out, Opcode opcode, std::size_t payload, FrameOptions options = {});
void append_frame(std::string& out, Opcode opcode, std::string_view payload, FrameOptions options = {});
/// The same as a client writes it; `key` is what the payload is masked with.
void append_masked_frame(std::string& out, Opcode opcode, std::string_view payload, std::uint32_t key, FrameOptions options = {});
/// `reason` is cut to what a close frame holds, between characters.
void append_close(std::string& out, CloseCode code, std::string_view reason);

/// XORs bytes with the mask, of which `offset` bytes were used before (RFC 6455 §5.3). `key` as its four bytes stand on the wire.
void apply_mask(char* bytes, std::size_t size, std::uint32_t key, std::size_t offset);

}   // namespace waqtor::realtime
