#pragma once
#include "whatsapp/crypto/curve.hpp"

#include <map>
#include <vector>

namespace waqtor::whatsapp::crypto {

/// Signatures that come together are checked together, which costs a fraction where the processor can (see Lanes). Whoever checks
/// them is run twice: the first time it only says what it will want to know and believes everything, after run() it gets the true
/// answers.
///
///     Signatures signatures;
///     for (auto const& one : all) (void)check(one, signatures);
///     signatures.run();
///     for (auto const& one : all) if (check(one, signatures)) …
class Signatures {
public:
    /// As crypto::verify(); true before run().
    bool verify(PublicKey const& key, ByteView message, ByteView signature);
    void run();

private:
    struct Claim {
        PublicKey key;
        Bytes message;
        Signature signature{};
        ByteArray<32> name{};   // in `answers_`
    };

    bool collecting_ = true;
    std::vector<Claim> claims_;
    std::map<ByteArray<32>, bool> answers_;
};

/// Among `together`, or at once when there is none.
inline bool verify(PublicKey const& key, ByteView message, ByteView signature, Signatures* together) {
    return together ? together->verify(key, message, signature) : verify(key, message, signature);
}

/// One signature for verify_eight().
struct SignedBytes {
    PublicKey key;
    ByteView message;
    ByteView signature;   // 64 bytes
};

/// Up to eight at once, a bit for each that is right for certain; ask verify() about the others. Only when Lanes::usable(), and
/// only public values: the time tells about them.
unsigned verify_eight(std::span<SignedBytes const> claims);

}   // namespace waqtor::whatsapp::crypto
