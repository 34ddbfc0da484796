#pragma once
#include "whatsapp/crypto/bytes.hpp"

#include <cstdlib>

namespace waqtor::whatsapp::fuzz {

/// A broken promise of ours, as opposed to input that is refused.
inline void must(bool holds) {
    if (!holds) std::abort();
}

}   // namespace waqtor::whatsapp::fuzz
