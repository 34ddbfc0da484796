#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/bytes.hpp"

namespace waqtor::whatsapp::noise {

inline constexpr std::size_t kLargestFrame = (1U << 24) - 1;
inline constexpr std::size_t kLargestRoutingInfo = 4096;

/// What a client sends once, before its first frame: the header "WA" 6 3, and before that the routing information of an
/// earlier login, if there is one ("ED" 0 1, 3 bytes of length, the bytes).
Bytes intro(ByteView routing_info = {});

/// Appends one frame: 3 bytes of length, big-endian, then the payload. Code::too_large beyond kLargestFrame.
Result<void> append_frame(Bytes& out, ByteView payload);

enum class Start { frame, intro };   // what the other side sends first: a server sends frames, a client its intro

/// Cuts a byte stream into frames; where the WebSocket message ends means nothing. An idle reader holds no memory.
class FrameReader {
public:
    explicit FrameReader(Start start = Start::frame, std::size_t largest = kLargestFrame)
        : largest_{largest}, intro_pending_{start == Start::intro} {}

    /// Takes over what arrived. Views from next() end here.
    void feed(ByteView received);

    /// The next whole payload; nothing when more bytes are needed. The view lives until the next call of feed() or next().
    /// Refusal::malformed for a wrong intro, Refusal::limit for a frame above `largest`; the stream is then unusable.
    Result<std::optional<ByteView>> next();

    /// For a handshake that is over: raises or lowers what next() accepts.
    void set_largest(std::size_t bytes) { largest_ = bytes; }

    /// What the client's intro carried; empty before the first frame and when there was none.
    Bytes const& routing_info() const { return routing_info_; }
    /// Bytes held at the moment.
    std::size_t buffered() const { return buffer_.size() - done_; }

private:
    Result<bool> read_intro();
    void drop_when_empty();

    Bytes buffer_;
    std::size_t done_ = 0;   // bytes of buffer_ that were handed out
    std::size_t largest_;
    bool intro_pending_;
    Bytes routing_info_;
};

}   // namespace waqtor::whatsapp::noise
