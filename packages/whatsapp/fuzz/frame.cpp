#include "whatsapp/noise/frame.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

using namespace waqtor::whatsapp;

/// A byte stream, cut as it comes and cut in single bytes: both give the same frames.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const start = data[0] & 1 ? noise::Start::intro : noise::Start::frame;
    auto const stream = ByteView{data, size}.subspan(1);
    noise::FrameReader whole{start, 4096};
    noise::FrameReader pieces{start, 4096};
    whole.feed(stream);
    std::size_t fed = 0;
    for (;;) {
        auto const expected = whole.next();
        auto got = pieces.next();
        while (got && !*got && fed < stream.size()) {
            pieces.feed(stream.subspan(fed++, 1));
            got = pieces.next();
        }
        fuzz::must(expected.has_value() == got.has_value());
        if (!expected) return 0;
        fuzz::must(expected->has_value() == got->has_value());
        if (!*expected) return 0;
        fuzz::must(std::ranges::equal(**expected, **got));
    }
}
