#include "whatsapp/media/preview.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

using namespace waqtor::whatsapp;

/// Pictures that people send. Whatever they hold, a thumbnail is a small one.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const preview = media::preview_of(ByteView{data, size});
    if (!preview || preview->thumbnail.empty()) return 0;
    auto const again = media::preview_of(preview->thumbnail);
    fuzz::must(again && again->width <= 72 && again->height <= 72);
    return 0;
}
