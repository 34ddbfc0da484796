#include "whatsapp/binary/codec.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

using namespace waqtor::whatsapp;

/// A decrypted frame. What can be read can be written, and is then the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const node = decode({data, size}, {.inflated_bytes = 1 << 20, .items = 100'000});
    if (!node) return 0;
    auto const written = encode(*node);
    auto const again = decode(written);
    fuzz::must(again.has_value());
    fuzz::must(encode(*again) == written);
    (void)node->describe();
    return 0;
}
