#include "whatsapp/media/media.hpp"
#include "whatsapp/binary/inflate.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

using namespace waqtor::whatsapp;

/// Downloaded files, in two pieces, and zlib data (history). What we did not encrypt is never accepted.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const key = crypto::random_secret();
    ByteView const input{data, size};
    media::Decryptor decryptor{key, media::Kind::image, {.size = 1000}};
    Bytes out;
    if (decryptor.update(input.first(size / 2), out) && decryptor.update(input.subspan(size / 2), out))
        fuzz::must(!decryptor.finish(out));
    auto const inflated = inflate(input, 10'000);
    if (inflated) fuzz::must(inflated->size() <= 10'000);
    return 0;
}
