#pragma once
#include "core/base/database.hpp"
#include "core/base/time.hpp"
#include "core/contacts/person.hpp"

#include <map>

namespace waqtor {

/// What other features know of a contact.
struct ContactCardRow {
    ContactId id;
    Person who;
    std::string language;    // "ar", "en"; empty when unknown
    std::string time_zone;   // IANA name, guessed from the number; empty when unknown
    bool opted_out = false;
    bool blocked = false;
    std::map<std::string, std::string> fields;   // for variables: name, phone, email, company and the custom ones
};

/// Who a campaign is for. More than one given: the union.
struct AudienceQuery {
    std::vector<ContactId> contacts{};
    std::vector<std::string> tags{};
    std::optional<Uuid> segment{};
    bool everyone = false;
};

enum class OptOutSource : std::uint8_t { keyword, api, import, campaign, person };
BOOST_DESCRIBE_ENUM(OptOutSource, keyword, api, import, campaign, person)

/// What other features ask of contacts, in their own transaction. core/contacts implements it.
class ContactDirectory {
public:
    virtual ~ContactDirectory() = default;

    /// The contact of this person, made when there is none. When `who` shows that two contacts are one person (a phone and a LID),
    /// they are merged and the older one's id is given; the events say so.
    virtual Result<ContactId> identify(Transaction& tx, WorkspaceId workspace, Person const& who) = 0;
    /// identify(), and gives what is known of them.
    virtual Result<ContactCardRow> recognise(Transaction& tx, WorkspaceId workspace, Person const& who) = 0;
    /// How the address book of a linked phone calls them; empty: it no longer does. Nobody becomes a contact by standing in it: a
    /// campaign to everyone is not for the owner's family.
    virtual Result<void> note_book_name(Transaction& tx, WorkspaceId workspace, Person const& who, std::string_view name) = 0;
    /// Code::not_found when there is none in that workspace. The id of a merged contact gives the one it went into.
    virtual Result<ContactCardRow> find(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;
    /// Those of the audience after `after` in the order of ids, at most `limit`; opted out and blocked ones are included.
    virtual Result<std::vector<ContactCardRow>> audience(Transaction& tx, WorkspaceId workspace, AudienceQuery const& query,
                                                         ContactId after, std::int64_t limit) = 0;
    /// Records that the person wants no more messages, with its proof. A second time changes nothing.
    virtual Result<void> opt_out(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                                 std::string_view proof) = 0;
    virtual Result<void> opt_in(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                                std::string_view proof) = 0;
};

/// Features that must act in the very transaction in which contacts change.
class ContactHook {
public:
    virtual ~ContactHook() = default;
    /// Two contacts are one person: what belonged to `gone` belongs to `heir` now.
    virtual Result<void> merged(Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId gone) = 0;
    /// Wants no more messages from now on.
    virtual Result<void> opted_out(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;
};

}   // namespace waqtor
