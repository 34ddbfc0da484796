#include "server/realtime/codec/deflate.hpp"
#include "server/realtime/codec/frame_reader.hpp"

#include <cstdlib>

using namespace waqtor::realtime;

namespace {
void must(bool holds) {
    if (!holds) std::abort();
}
}   // namespace

/// A client's bytes, whole and in single bytes: both give the same messages and the same end. The first byte chooses compression
/// and whose frames they are.
extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size) {
    if (size == 0) return 0;
    static Inflater inflater;
    auto* const used = data[0] & 1 ? &inflater : nullptr;
    auto const from = data[0] & 2 ? FrameReader::From::server : FrameReader::From::client;
    FrameReader::Limits const limits{.message = 4096, .fragments = 16};
    std::string whole{reinterpret_cast<char const*>(data) + 1, size - 1};
    auto pieces = whole;
    FrameReader first{from, limits};
    FrameReader second{from, limits};
    auto rest = std::span{whole};
    std::size_t fed = 0;
    std::span<char> piece;
    for (;;) {
        auto const expected = first.next(rest, used);
        auto got = second.next(piece, used);
        while (got && !*got && fed < pieces.size()) {
            piece = std::span{pieces}.subspan(fed++, 1);
            got = second.next(piece, used);
        }
        must(expected.has_value() == got.has_value());
        if (!expected) {
            must(expected.error().code == got.error().code);
            return 0;
        }
        must(expected->has_value() == got->has_value());
        if (!*expected) return 0;
        must((*expected)->opcode == (*got)->opcode && (*expected)->payload == (*got)->payload);
        must((*expected)->payload.size() <= limits.message);
    }
}
