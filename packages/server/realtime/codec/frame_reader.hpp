#pragma once
#include "server/realtime/codec/frame.hpp"
#include "server/realtime/codec/utf8.hpp"

#include <array>
#include <expected>
#include <optional>
#include <span>

namespace waqtor::realtime {

class Inflater;

/// A whole message, or a control frame, which may come between a message's fragments.
struct Incoming {
    Opcode opcode;   // text, binary, close, ping, pong
    std::string_view payload;
};

/// The peer broke the protocol or our limits: the connection ends with this code.
struct Violation {
    CloseCode code;
    std::string_view why;   // static
};

/// Reads the frames of one peer (RFC 6455, and RFC 7692 when an Inflater is given) from bytes as they come, however they are cut.
/// Between messages it holds no memory but its own.
class FrameReader {
public:
    enum class From : std::uint8_t { client, server };   // a client masks, a server does not
    struct Limits {
        std::size_t message = std::size_t{1024} * 1024;   // bytes of a whole message, expanded
        std::size_t fragments = 1024;                     // frames of one message
    };

    explicit FrameReader(From from, Limits limits) : limits_{limits}, from_{from} {}

    /// Takes bytes from the front of `in` (and unmasks them there). Nothing when more are needed: then all of `in` was taken. The
    /// payload lives until the next call, or until the bytes of `in` go. After a Violation the reader is of no more use.
    std::expected<std::optional<Incoming>, Violation> next(std::span<char>& in, Inflater* inflater = nullptr);

    /// A message has begun and not ended.
    bool in_message() const { return opcode_ != Opcode::continuation || head_size_ > 0 || in_frame_; }
    std::size_t buffered() const { return message_.capacity() + control_.capacity(); }

private:
    using Step = std::expected<std::optional<Incoming>, Violation>;

    std::expected<bool, Violation> take_head(std::span<char>& in, bool may_compress);
    std::expected<void, Violation> check_head(bool may_compress, bool rsv1, bool rsv23, bool masked);
    std::expected<void, Violation> check_control(bool fin, bool rsv1);
    Step control(std::string_view part);
    Step data(std::string_view part, Inflater* inflater);
    Step finish(std::string_view whole, Inflater* inflater);
    static Step close_frame(std::string_view payload);

    Limits limits_;
    std::string message_;      // fragments so far
    std::string control_;      // a control frame that came in pieces
    std::uint64_t left_ = 0;   // payload of the frame still to come
    std::size_t fragments_ = 0;
    std::uint32_t key_ = 0;
    std::uint32_t key_offset_ = 0;
    std::array<unsigned char, kMostHeaderBytes> head_{};
    std::uint8_t head_size_ = 0;
    Utf8Check utf8_;
    From from_;
    Opcode frame_ = Opcode::continuation;    // of the frame in progress
    Opcode opcode_ = Opcode::continuation;   // of the message in progress; continuation: none
    bool in_frame_ = false;
    bool fin_ = false;
    bool compressed_ = false;
    bool given_ = false;   // the last result points into message_ or control_
};

}   // namespace waqtor::realtime
