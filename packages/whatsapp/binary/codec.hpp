#pragma once
#include "core/base/result.hpp"
#include "whatsapp/binary/node.hpp"

namespace waqtor::whatsapp {

/// What decode() accepts from the other side; all of it is checked before memory is taken.
struct NodeLimits {
    std::size_t inflated_bytes = 32U << 20;   // after zlib
    std::size_t items = 2'000'000;            // nodes and attributes together
    std::size_t depth = 48;
};

enum class Compression { none, deflate };

/// One stanza as it is sent inside a frame: a flag byte (00, or 02 when deflated), then the node.
/// Written in whatsmeow's order: single token, double token, nibbles, hex, raw; addresses as their Jid says.
Bytes encode(Node const& node, Compression compression = Compression::none);

/// The inverse. Refusal::malformed for anything that is no single whole node, Refusal::limit when `limits` would be passed.
Result<Node> decode(ByteView frame, NodeLimits const& limits = {});

}   // namespace waqtor::whatsapp
