#include "whatsapp/signal/chain.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <algorithm>

namespace waqtor::whatsapp::signal {

Result<crypto::Secret32> ReceivingChain::seed_for(std::uint32_t index) {
    if (index < chain.index()) {
        auto const found = std::ranges::lower_bound(skipped, index, {}, &SkippedKey::index);
        if (found == skipped.end() || found->index != index)
            return refuse(Refusal::message_duplicate, "this message was decrypted before, or is too old");
        auto seed = std::move(found->seed);
        skipped.erase(found);
        return seed;
    }
    if (index - chain.index() > kMostAhead)
        return refuse(Refusal::message_too_far, "too many messages before this one are missing");
    while (chain.index() < index) {
        auto const at = chain.index();
        skipped.push_back({at, chain.next()});
    }
    if (skipped.size() > kMostSkipped)
        skipped.erase(skipped.begin(), skipped.begin() + static_cast<std::ptrdiff_t>(skipped.size() - kMostSkipped));
    return chain.next();
}

}   // namespace waqtor::whatsapp::signal
