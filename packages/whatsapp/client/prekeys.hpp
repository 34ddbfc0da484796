#pragma once
#include "whatsapp/client/context.hpp"

namespace waqtor::whatsapp {

/// Keeps the service's stock of this device's prekeys filled.
class Prekeys {
public:
    explicit Prekeys(Context& context) : context_{context} {}

    /// Asks how many are left, uploads more when few, and renews the signed prekey when it is old.
    Task<void> look_after();
    /// Compares what the service keeps of this device with what it is, and uploads everything again where they differ.
    Task<void> compare();
    /// Uploads more at once; the service has told that few are left.
    Task<void> upload(unsigned count);
    /// One fresh one-time prekey, written with the caller's draft; for `<keys>` of a retry receipt.
    Task<signal::PreKey> take(Draft& draft);

private:
    Context& context_;
    Task<void> rotate();
};

/// The `<registration>`, `<type>`, `<identity>` and so on of this device in uploads and retry receipts.
Node identity_node(Account const& account);
Node type_node();
Node key_node(Text tag, signal::KeyId id, crypto::PublicKey const& key);
Node signed_key_node(signal::SignedPreKey const& key);
template <std::size_t N> Bytes number_bytes(std::uint64_t value) {
    auto const bytes = big_endian<N>(value);
    return {bytes.begin(), bytes.end()};
}

/// What `<user>` of a prekey answer, or `<keys>` of a retry receipt, holds. Refusal::malformed.
struct FetchedBundle {
    signal::Bundle bundle;
    Bytes signed_identity{};   // of companions
};
Result<FetchedBundle> read_bundle(Node const& holder, std::optional<std::uint32_t> registration_id = {});

}   // namespace waqtor::whatsapp
