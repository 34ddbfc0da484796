#pragma once
#include "core/base/result.hpp"
#include "whatsapp/crypto/bytes.hpp"

namespace waqtor::whatsapp {

/// zlib data (RFC 1950) of a whole stanza or history blob. Refusal::limit beyond `most` bytes, Refusal::malformed when it is
/// broken, cut short, or followed by anything.
Result<Bytes> inflate(ByteView deflated, std::size_t most);

}   // namespace waqtor::whatsapp
