#pragma once
#include "core/base/result.hpp"
#include "server/http/message.hpp"

namespace waqtor::realtime {

/// What a client's request to speak WebSocket asks for (RFC 6455 §4.2.1, RFC 7692 §7.1).
struct Handshake {
    std::string accept;       // Sec-WebSocket-Accept of the answer
    std::string extensions;   // Sec-WebSocket-Extensions of the answer; empty: none
    bool inflates = false;    // permessage-deflate was agreed on
    bool deflates = false;    // and what we send may be compressed too: the client did not ask for a smaller window than ours
};

/// Code::malformed when it is not a WebSocket request of version 13.
Result<Handshake> read_handshake(Request const& request, bool compression);

/// The words after `prefix` of the subprotocols the client offers; empty when there is none.
std::string_view offered_protocol(Request const& request, std::string_view prefix);

/// What a signed handshake covers, each as it stands in the request.
struct Signed {
    std::string_view key;
    std::string_view time;
    std::string_view address;   // empty unless signatures are bound to it
    std::string_view nonce;
};

/// WaQtor 2.3's signature, and our nonce: HMAC-SHA256 of the parts without separators, in hexadecimal.
std::string handshake_signature(std::string_view secret, Signed const& parts);

/// The answer that begins the WebSocket; `protocol` is left out when empty.
Response switching(Handshake const& handshake, std::string_view protocol);

}   // namespace waqtor::realtime
