#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/content_codec.hpp"

namespace waqtor::whatsapp::messaging {

namespace {
constexpr std::uint8_t kMostPadding = 16;
}

void pad(Bytes& message) {
    auto const size = static_cast<std::uint8_t>(crypto::random_array<1>()[0] % kMostPadding + 1);
    message.insert(message.end(), size, size);
}

Result<ByteView> unpad(ByteView padded) {
    auto const size = padded.empty() ? std::uint8_t{0} : padded.back();
    if (size < 1 || size > kMostPadding || size > padded.size())
        return refuse(Refusal::malformed, "message: the padding has a wrong size");
    for (auto const byte : padded.last(size))
        if (byte != size) return refuse(Refusal::malformed, "message: the padding is not of one value");
    return padded.first(padded.size() - size);
}

}   // namespace waqtor::whatsapp::messaging
