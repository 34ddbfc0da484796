#include "whatsapp/noise/handshake.hpp"
#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/pairing/adv.hpp"

using namespace waqtor::whatsapp;

/// Everything that is read before the other side has proven anything, and the signed data of pairing.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const keys = crypto::KeyPair::generate();
    ByteView const input{data, size};
    noise::ClientHandshake client{keys};
    fuzz::must(!client.finish(input, keys, noise::TrustRoot::whatsapp(), {}, {}));
    noise::ServerHandshake server{keys, {}, keys};
    if (server.answer(input)) fuzz::must(!server.finish(input));
    fuzz::must(!noise::verify_chain(input, keys.pub, noise::TrustRoot::whatsapp(), {}));
    fuzz::must(!pairing::accept_device(input, keys.secret, keys));
    (void)pairing::verify_device(input, keys.pub, keys.pub);
    (void)pairing::verify_key_index_list(input, keys.pub);
    return 0;
}
