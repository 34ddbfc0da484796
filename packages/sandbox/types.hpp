#pragma once
#include "core/base/time.hpp"
#include "whatsapp/binary/node.hpp"

/// The names of packages/whatsapp that the whole sandbox uses.
namespace waqtor::whatsapp::crypto {}
namespace waqtor::whatsapp::e2e {}
namespace waqtor::whatsapp::noise {}
namespace waqtor::whatsapp::signal {}

namespace waqtor::sandbox {

namespace crypto = whatsapp::crypto;
namespace e2e = whatsapp::e2e;
namespace noise = whatsapp::noise;
namespace signal = whatsapp::signal;

using whatsapp::append;
using whatsapp::Attrs;
using whatsapp::big_endian;
using whatsapp::ByteArray;
using whatsapp::Bytes;
using whatsapp::bytes_of;
using whatsapp::ByteView;
using whatsapp::concat;
using whatsapp::from_big_endian;
using whatsapp::Jid;
using whatsapp::Node;
using whatsapp::Server;
using whatsapp::server_jid;
using whatsapp::Text;
using whatsapp::text_of;
using whatsapp::to_array;
using whatsapp::to_bytes;
using whatsapp::Value;

}   // namespace waqtor::sandbox
