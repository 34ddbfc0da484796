#pragma once
#include "core/base/bytes.hpp"
#include "core/sessions/whatsapp_client.hpp"

// What one session can be asked beside messages: groups, the own profile, blocked people, presence, what all devices share.

namespace waqtor {

enum class GroupRank : std::uint8_t { member, admin, owner };
BOOST_DESCRIBE_ENUM(GroupRank, member, admin, owner)

struct GroupPerson {
    Address address;   // as the group names them
    Person who;
    GroupRank rank = GroupRank::member;
};

struct GroupCard {
    Address address;
    std::string subject;
    std::string description;
    Person creator;
    Timestamp created_at{};
    bool admins_write = false;        // only admins write
    bool admins_edit = false;         // only admins change subject, description, picture, timer
    bool approval = false;            // admins approve who joins
    bool members_add = true;          // every member may add people
    std::int64_t expires_after = 0;   // of new messages, seconds; 0: never
    std::int64_t size = 0;
    std::vector<GroupPerson> members;
};

enum class MemberStep : std::uint8_t { add, remove, promote, demote };
BOOST_DESCRIBE_ENUM(MemberStep, add, remove, promote, demote)

/// What became of one person.
struct MemberOutcome {
    Address address;
    Person who;
    std::optional<unsigned> refused{};   // WhatsApp's number: 403 wants an invitation, 404 nobody, 408 left lately, 409 is a member
};

/// What is given is changed.
struct GroupWish {
    std::optional<std::string> subject{};
    std::optional<std::string> description{};   // empty: none
    std::optional<bool> admins_write{};
    std::optional<bool> admins_edit{};
    std::optional<bool> approval{};
    std::optional<bool> members_add{};
    std::optional<std::int64_t> expires_after{};
};

struct JoinedGroup {
    Address group;
    bool waits = false;   // for an admin's approval
};

struct PictureLink {
    std::string id;
    std::string url;
};

/// All calls on the session's executor. Code::unavailable when the session is not working; Code::forbidden, not_found,
/// conflict, rate_limited and invalid as WhatsApp answers.
class AccountCalls {
public:
    virtual ~AccountCalls() = default;

    /// On all devices. Code::unavailable also while the phone has not shared its keys; Code::conflict when other devices were
    /// faster three times.
    virtual Task<void> change(PhoneChange change) = 0;

    virtual Task<std::vector<GroupCard>> groups() = 0;
    virtual Task<GroupCard> group(Address group) = 0;
    virtual Task<GroupCard> create_group(std::string subject, std::vector<Address> members) = 0;
    virtual Task<std::vector<MemberOutcome>> change_members(Address group, MemberStep step, std::vector<Address> people) = 0;
    virtual Task<void> change_group(Address group, GroupWish wish) = 0;
    virtual Task<void> leave_group(Address group) = 0;
    /// The link; `renew` makes those from before worthless.
    virtual Task<std::string> invitation(Address group, bool renew) = 0;
    /// By a link or its code.
    virtual Task<JoinedGroup> join_group(std::string link) = 0;
    virtual Task<std::vector<GroupPerson>> join_requests(Address group) = 0;
    virtual Task<std::vector<MemberOutcome>> answer_requests(Address group, bool approve, std::vector<Address> people) = 0;

    /// How this number calls itself: 1 to 25 characters.
    virtual Task<void> set_name(std::string name) = 0;
    virtual Task<void> set_about(std::string about) = 0;
    /// Of the own number, or of `group`; an empty JPEG removes it.
    virtual Task<void> set_picture(std::optional<Address> group, Bytes jpeg) = 0;
    /// Nothing when there is none or it is hidden from us.
    virtual Task<std::optional<PictureLink>> picture(Address of) = 0;

    virtual Task<std::vector<Person>> blocked() = 0;
    virtual Task<void> block(Address person, bool on) = 0;

    virtual Task<void> set_available(bool on) = 0;
    /// The listener hears of the person's presence until the connection ends.
    virtual Task<void> watch_presence(Address person) = 0;
};

}   // namespace waqtor
