#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/bytes.hpp"

#include <functional>
#include <vector>

namespace waqtor::whatsapp::messaging {

/// A protobuf that is too large to be parsed at once: comes in pieces, fields go out one by one.
class WireStream {
public:
    enum class Do : std::uint8_t {
        take,    // hand it over whole
        enter,   // it is a message: hand over its fields, then left()
        skip,
    };
    struct Hooks {
        /// What to do with a length-delimited field at this depth (0 is the outermost).
        std::function<Do(int depth, std::uint32_t field, std::uint64_t size)> decide;
        /// Content of a taken field; `raw` has tag and length in front.
        std::function<Result<void>(int depth, std::uint32_t field, ByteView content, ByteView raw)> taken;
        /// A number field; `raw` is tag and value.
        std::function<Result<void>(int depth, std::uint32_t field, std::uint64_t value, ByteView raw)> number;
        std::function<Result<void>(int depth, std::uint32_t field)> left;
    };
    explicit WireStream(Hooks hooks) : hooks_{std::move(hooks)} {}

    /// Refusal::malformed for wire types 3, 4, 6, 7, field 0 and lengths that reach over their message's end.
    Result<void> add(ByteView piece);
    /// Refusal::malformed when a field is not complete.
    Result<void> finish() const;

private:
    struct Level {
        std::uint32_t field = 0;
        std::uint64_t end = 0;   // absolute position
    };
    Hooks hooks_;
    Bytes held_;
    std::uint64_t position_ = 0;   // of held_'s front
    std::uint64_t skip_ = 0;
    std::vector<Level> levels_;

    Result<std::size_t> field(ByteView rest);
    Result<std::size_t> delimited(ByteView rest, std::size_t head, std::uint32_t number, std::uint64_t size);
    Result<void> leave();
    int depth() const { return static_cast<int>(levels_.size()); }
    bool fits(std::uint64_t size) const { return levels_.empty() || position_ + size <= levels_.back().end; }
};

}   // namespace waqtor::whatsapp::messaging
