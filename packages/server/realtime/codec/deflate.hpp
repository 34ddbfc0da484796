#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace waqtor::realtime {

// permessage-deflate (RFC 7692), each message on its own: no context is taken over in either direction, so one of these serves all
// connections of a thread. Not for use on two threads at once.

/// Compresses messages.
class Deflater {
public:
    explicit Deflater(int level = 1);
    ~Deflater();
    Deflater(Deflater&&) noexcept;
    /// The payload of a frame with RSV1. Empty when that would be no shorter than the text.
    std::string compress(std::string_view text);

private:
    std::unique_ptr<z_stream_s> stream_;
};

enum class InflateProblem : std::uint8_t { damaged, too_big };

/// Expands messages.
class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;
    /// At most `limit` bytes come out; what needs more is refused as soon as the limit is reached.
    std::expected<std::string, InflateProblem> expand(std::string_view payload, std::size_t limit);

private:
    std::unique_ptr<z_stream_s> stream_;
};

}   // namespace waqtor::realtime
