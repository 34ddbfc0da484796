#include "core/messages/message_service.hpp"

// What was set on the phone.

namespace waqtor {

Result<void> MessageService::phone_changed(Transaction& tx, SessionRef session, PhoneChange const& change) {
    if (change.kind != PhoneChangeKind::contact || (!change.person.phone && !change.person.lid)) return {};
    auto who = change.person;
    who.name.reset();   // that would be how they call themselves
    return parts_.contacts.note_book_name(tx, session.workspace, who, change.on ? change.text : std::string{});
}

}   // namespace waqtor
