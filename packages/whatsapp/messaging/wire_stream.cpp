#include "whatsapp/messaging/wire_stream.hpp"

#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

std::unexpected<Error> malformed(char const* what) { return refuse(Refusal::malformed, std::string{"protobuf: "} + what); }

struct Varint {
    std::uint64_t value = 0;
    std::size_t size = 0;   // 0: not complete; over 10: no varint
};

Varint varint(ByteView bytes) {
    Varint out;
    for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
        out.value |= static_cast<std::uint64_t>(bytes[i] & 0x7f) << (7 * i);
        if (bytes[i] < 0x80) {
            out.size = i + 1;
            return out;
        }
    }
    out.size = bytes.size() >= 10 ? 11 : 0;
    return out;
}

}   // namespace

Result<void> WireStream::leave() {
    while (!levels_.empty() && position_ == levels_.back().end) {
        auto const field = levels_.back().field;
        levels_.pop_back();
        TRY_OK(hooks_.left(depth(), field));
    }
    return {};
}

/// Handles the length-delimited field whose tag and length take `head` bytes of `rest`. 0: more is needed.
Result<std::size_t> WireStream::delimited(ByteView rest, std::size_t head, std::uint32_t number, std::uint64_t size) {
    if (size > (std::uint64_t{1} << 40) || !fits(head + size)) return malformed("a field longer than its message");
    switch (hooks_.decide(depth(), number, size)) {
        case Do::take:
            if (rest.size() < head + size) return std::size_t{0};
            TRY_OK(hooks_.taken(depth(), number, rest.subspan(head, static_cast<std::size_t>(size)),
                                rest.first(head + static_cast<std::size_t>(size))));
            return head + static_cast<std::size_t>(size);
        case Do::enter: levels_.push_back({.field = number, .end = position_ + head + size}); return head;
        case Do::skip: break;
    }
    skip_ = size;
    return head;
}

/// Reads one field at the front of `rest`: how many bytes it took, 0 when more are needed.
Result<std::size_t> WireStream::field(ByteView rest) {
    auto const tag = varint(rest);
    if (tag.size == 0) return std::size_t{0};
    auto const number = static_cast<std::uint32_t>(tag.value >> 3);
    if (tag.size > 5 || number == 0 || tag.value > 0xffff'ffffU) return malformed("a tag that cannot be");
    auto const type = tag.value & 7;
    std::uint64_t value = 0;
    std::size_t size = 0;
    if (type == 0 || type == 2) {
        auto const read = varint(rest.subspan(tag.size));
        if (read.size == 0) return std::size_t{0};
        if (read.size > 10) return malformed("a number that cannot be");
        if (type == 2) return delimited(rest, tag.size + read.size, number, read.value);
        value = read.value;
        size = tag.size + read.size;
    } else if (type == 1 || type == 5) {
        auto const width = type == 1 ? 8U : 4U;
        if (rest.size() < tag.size + width) return std::size_t{0};
        for (std::size_t i = width; i-- > 0;) value = value << 8 | rest[tag.size + i];
        size = tag.size + width;
    } else {
        return malformed("a wire type that cannot be");
    }
    if (!fits(size)) return malformed("a field longer than its message");
    TRY_OK(hooks_.number(depth(), number, value, rest.first(size)));
    return size;
}

Result<void> WireStream::add(ByteView piece) {
    append(held_, piece);
    std::size_t at = 0;
    auto const advance = [&](std::size_t by) {
        at += by;
        position_ += by;
    };
    for (;;) {
        if (skip_ > 0) {
            auto const some = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, held_.size() - at));
            skip_ -= some;
            advance(some);
            if (skip_ > 0) break;
        }
        TRY_OK(leave());
        if (at == held_.size()) break;
        TRY(auto const size, field(ByteView{held_}.subspan(at)));
        if (size == 0) break;
        advance(size);
    }
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
}

Result<void> WireStream::finish() const {
    if (!held_.empty() || skip_ > 0 || !levels_.empty()) return malformed("it is cut short");
    return {};
}

}   // namespace waqtor::whatsapp::messaging
