#pragma once
#include "core/messages/message_api.hpp"

namespace waqtor {

Message shown(MessageRow const& row);
Chat shown(ChatRow const& row);
/// How WhatsApp names a message, to answer, edit or react to it.
MessageReference reference_to(MessageRow const& row);

}   // namespace waqtor
