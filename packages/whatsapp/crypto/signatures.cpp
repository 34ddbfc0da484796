#include "whatsapp/crypto/signatures.hpp"

#include "whatsapp/crypto/digest.hpp"

namespace waqtor::whatsapp::crypto {

namespace {
constexpr std::size_t kWorthIt = 3;   // fewer cost less one by one
}

bool Signatures::verify(PublicKey const& key, ByteView message, ByteView signature) {
    constexpr auto kSize = std::tuple_size_v<Signature>;
    if (signature.size() != kSize) return false;
    auto const name = sha256({key, signature, message});
    if (collecting_) {
        if (answers_.try_emplace(name, false).second) claims_.push_back({key, to_bytes(message), to_array<kSize>(signature), name});
        return true;
    }
    auto const found = answers_.find(name);
    return found != answers_.end() ? found->second : crypto::verify(key, message, signature);
}

void Signatures::run() {
    collecting_ = false;
    for (std::size_t from = 0; from < claims_.size(); from += Lanes::kCount) {
        auto const some = std::span{claims_}.subspan(from, std::min(Lanes::kCount, claims_.size() - from));
        unsigned good = 0;
        if (Lanes::usable() && some.size() >= kWorthIt) {
            std::vector<SignedBytes> all;
            all.reserve(some.size());
            for (auto const& one : some) all.push_back({one.key, one.message, one.signature});
            good = verify_eight(all);
        }
        for (std::size_t i = 0; i < some.size(); ++i)
            answers_[some[i].name] = (good >> i & 1) != 0 || crypto::verify(some[i].key, some[i].message, some[i].signature);
    }
    claims_.clear();
}

}   // namespace waqtor::whatsapp::crypto
