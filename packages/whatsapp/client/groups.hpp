#pragma once
#include "whatsapp/client/directory.hpp"

namespace waqtor::whatsapp {

namespace proto {
class GroupState;
}

/// What is known of groups: who is in them, and which devices hold our sender key.
class Groups {
public:
    explicit Groups(Context& context) : context_{context} {}

    struct Members {
        std::vector<Jid> people;   // LID addresses where the group has them
        bool by_phone = false;     // stanzas of this group name people by phone address
    };
    /// Asks the service when the members are not known. Code::not_found, Code::forbidden when we are no member.
    Task<Members> members(Jid group);
    /// `<notification type=w:gp2>`: asks again next time; when somebody left, the next message gets a new key.
    Task<void> changed(Node notification);
    /// The same when we changed it ourselves: the service does not tell the device that asked.
    Task<void> forget(Jid group, bool somebody_left);

    /// Which devices hold our key, and whether it must be replaced.
    struct Told {
        std::set<Jid> devices;
        bool rotate = false;
    };
    Task<Told> told(Jid group);
    Task<void> set_told(Draft& draft, Jid group, Told told);

private:
    Context& context_;
    Task<void> read(Jid group, proto::GroupState& state);
};

}   // namespace waqtor::whatsapp
