#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/signal/group.hpp"
#include "whatsapp/signal/session.hpp"

using namespace waqtor::whatsapp;

namespace {

struct Pair {
    signal::Identity alice = signal::Identity::generate();
    signal::Identity bob = signal::Identity::generate();
    signal::SignedPreKey prekey = signal::SignedPreKey::generate(1, bob);
    signal::SessionRecord at_alice, at_bob;

    Pair() {
        (void)at_alice.start(alice, {bob.registration_id, bob.keys.pub, {1, prekey.keys.pub, prekey.signature}, {}});
        auto const first = at_alice.encrypt(alice, {});
        (void)at_bob.decrypt(bob, *signal::PreKeyMessage::parse(first->bytes), &prekey.keys, nullptr);
    }
};

}   // namespace

/// The ciphertexts of 1:1 chats and groups, and stored records. The first byte chooses.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Pair const pair;
    if (size == 0) return 0;
    auto const input = ByteView{data, size}.subspan(1);
    auto record = pair.at_bob;
    switch (data[0] % 6) {
        case 0:
            if (auto const message = signal::Message::parse(input)) fuzz::must(!record.decrypt(pair.bob, *message));
            break;
        case 1:
            if (auto const message = signal::PreKeyMessage::parse(input))
                (void)record.decrypt(pair.bob, *message, &pair.prekey.keys, &pair.prekey.keys);
            break;
        case 2:
            if (auto const message = signal::GroupMessage::parse(input)) {
                signal::SenderKeyRecord group;
                group.accept({message->id, 0, {}, pair.alice.keys.pub});
                fuzz::must(!group.decrypt(*message));
            }
            break;
        case 3:
            if (auto const distribution = signal::Distribution::parse(input)) signal::SenderKeyRecord{}.accept(*distribution);
            break;
        case 4:
            if (auto const stored = signal::SessionRecord::parse(input)) fuzz::must(std::ranges::equal(stored->serialize(), input));
            break;
        default:
            if (auto const stored = signal::SenderKeyRecord::parse(input))
                fuzz::must(std::ranges::equal(stored->serialize(), input));
            break;
    }
    return 0;
}
