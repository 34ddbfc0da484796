#include "whatsapp/signal/keys.hpp"

namespace waqtor::whatsapp::signal {

Identity Identity::generate() {
    auto const random = from_big_endian(crypto::random_array<4>());
    return {crypto::KeyPair::generate(), static_cast<std::uint32_t>(1 + random % 16380)};
}

SignedPreKey SignedPreKey::generate(KeyId id, Identity const& identity) {
    auto keys = crypto::KeyPair::generate();
    auto const signature = crypto::sign(identity.keys.secret, keys.pub.serialized());
    return {id, std::move(keys), signature};
}

}   // namespace waqtor::whatsapp::signal
