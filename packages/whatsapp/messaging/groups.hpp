#pragma once
#include "core/base/time.hpp"
#include "whatsapp/binary/node.hpp"

// Groups as stanzas: builders give an `<iq>` without its id, parsers take the answer. Facts: xmlns w:g2 of WhatsApp's public
// clients.

namespace waqtor::whatsapp::messaging {

enum class Rank : std::uint8_t { member, admin, owner };

struct GroupMember {
    Jid jid;       // as the group addresses people: LID or number
    Jid phone{};   // none when hidden
    Jid lid{};     // none when unknown
    Rank rank = Rank::member;
    std::optional<unsigned> error{};   // in answers to changes: 403 (wants an invitation), 404, 408 (left lately), 409 (is one)
    bool operator==(GroupMember const&) const = default;
};

struct GroupInfo {
    Jid jid;
    std::string subject;
    Timestamp subject_at{};
    Jid creator{};
    Timestamp created_at{};
    bool by_lid = false;   // addressing_mode
    std::string description{};
    std::string description_id{};
    bool announcement = false;        // only admins write
    bool locked = false;              // only admins change subject, description, picture, timer
    bool approval = false;            // admins approve who joins
    bool members_add = true;          // every member may add people
    std::int64_t expires_after = 0;   // of new messages, seconds; 0: never
    Jid parent{};                     // the community it belongs to
    bool community = false;
    std::uint64_t size = 0;
    std::vector<GroupMember> members{};
};

// ---- asking

Node group_query(Jid const& group);
/// All groups this number is in, with members and descriptions.
Node groups_query();
/// What a link leads to. `code` is the part after https://chat.whatsapp.com/.
Node group_by_code_query(std::string_view code);

/// Of group_query, create_group and group_by_code_query. Refusal::malformed.
Result<GroupInfo> parse_group(Node const& answer);
/// Of groups_query. Groups that cannot be read are left out.
Result<std::vector<GroupInfo>> parse_groups(Node const& answer);

// ---- changing

/// `key` is any new text; it comes back in the notification. At most 1,024 people.
Node create_group(std::string_view subject, std::vector<Jid> const& members, std::string_view key);
enum class MemberChange : std::uint8_t { add, remove, promote, demote };
Node change_members(Jid const& group, MemberChange change, std::vector<Jid> const& people);
/// One row a person, with an error when it did not happen.
Result<std::vector<GroupMember>> parse_member_changes(Node const& answer);

Node set_subject(Jid const& group, std::string_view subject);
/// An empty text deletes it. `previous` is description_id as it is now, `id` a new one.
Node set_description(Jid const& group, std::string_view text, std::string_view previous, std::string_view id);

enum class GroupSetting : std::uint8_t { announcement, locked, approval, members_add };
Node set_group(Jid const& group, GroupSetting setting, bool on);
/// Seconds; 0 turns it off.
Node set_group_timer(Jid const& group, std::int64_t seconds);
Node leave_groups(std::vector<Jid> const& groups);

// ---- invitations

enum class Invite : std::uint8_t { get, revoke };
Node invite_query(Jid const& group, Invite what);
/// The code; a link is https://chat.whatsapp.com/CODE.
Result<std::string> parse_invite(Node const& answer);
/// The code of a link, or of itself; nothing for anything else.
std::optional<std::string> code_of_link(std::string_view link);
Node join_group(std::string_view code);
struct Joined {
    Jid group;
    bool waits = false;   // for an admin's approval
};
Result<Joined> parse_join(Node const& answer);

struct JoinRequest {
    Jid jid;
    Jid phone{};
    Timestamp at{};
};
Node join_requests_query(Jid const& group);
Result<std::vector<JoinRequest>> parse_join_requests(Node const& answer);
enum class Verdict : std::uint8_t { approve, reject };
Node answer_join_requests(Jid const& group, Verdict verdict, std::vector<Jid> const& people);
Result<std::vector<GroupMember>> parse_join_verdicts(Node const& answer);

// ---- what others did

struct GroupChange {
    enum class Kind : std::uint8_t {
        created,   // or we were added: `info`
        added,
        removed,   // or left: then `by` is the one
        promoted,
        demoted,
        subject,       // `text`
        description,   // `text`, empty when deleted; `id`
        announcement,
        locked,
        approval,
        members_add,
        timer,      // `number` seconds
        invite,     // `text` is the new code
        requests,   // `members` want to join
        deleted,
        other,   // not known here: `text` is its name
    };
    Kind kind = Kind::other;
    std::vector<GroupMember> members{};
    std::string text{};
    std::string id{};
    std::int64_t number = 0;
    bool on = false;   // of the settings
    std::optional<GroupInfo> info{};
};

struct GroupNotice {
    Jid group;
    Jid by{};   // who did it; none: the service
    Jid by_phone{};
    Timestamp at{};
    std::vector<GroupChange> changes{};
};

/// Of `<notification type=w:gp2>`. Refusal::malformed without a group.
Result<GroupNotice> parse_group_notice(Node const& notification);

}   // namespace waqtor::whatsapp::messaging
