#include "server/http/chunked.hpp"

#include "server/fuzz/fuzz.hpp"

using namespace waqtor;

/// A chunked body, at once and byte by byte: both give the same body, the same end, or are both refused.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0) return 0;
    auto const limit = std::size_t{data[0]} * 16;
    auto const bytes = fuzz::text_of(data, size).substr(1);
    ChunkedReader at_once{limit};
    std::string body;
    auto const used = at_once.feed(bytes, body);
    fuzz::must(body.size() <= limit);

    ChunkedReader slowly{limit};
    std::string same_body;
    std::size_t begin = 0;
    for (std::size_t end = 1; end <= bytes.size() && !slowly.done(); ++end) {
        auto const step = slowly.feed(bytes.substr(begin, end - begin), same_body);
        if (!step) {
            fuzz::must(!used.has_value());
            return 0;
        }
        begin += *step;
    }
    fuzz::must(used.has_value());
    fuzz::must(at_once.done() == slowly.done() && *used == begin && body == same_body);
    return 0;
}
