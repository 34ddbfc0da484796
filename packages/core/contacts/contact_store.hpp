#pragma once
#include "core/base/page.hpp"
#include "core/contacts/contact_filter.hpp"

// The seams of the contacts feature. Every method works inside the caller's transaction. "find" answers Code::not_found when
// there is none in that workspace.

namespace waqtor {

enum class ContactOrder : std::uint8_t { newest, oldest, name };
BOOST_DESCRIBE_ENUM(ContactOrder, newest, oldest, name)

/// How many contacts there are of each kind.
struct ContactCounts {
    std::int64_t total = 0;
    std::int64_t active = 0;
    std::int64_t opted_out = 0;
    std::int64_t opted_in = 0;
    std::int64_t blocked = 0;
    std::int64_t with_phone = 0;
    std::int64_t with_lid = 0;
};
BOOST_DESCRIBE_STRUCT(ContactCounts, (), (total, active, opted_out, opted_in, blocked, with_phone, with_lid))

struct CountryCount {
    std::string country;
    std::int64_t contacts = 0;
};
BOOST_DESCRIBE_STRUCT(CountryCount, (), (country, contacts))

class ContactStore {
public:
    virtual ~ContactStore() = default;

    /// False when the number, LID or username is another contact's.
    virtual Result<bool> add(Transaction& tx, ContactRow const& contact) = 0;
    /// All of one workspace, none known before; those whose number is taken are left out. Returns the ids that were written.
    virtual Result<std::vector<ContactId>> add_all(Transaction& tx, std::vector<ContactRow> const& contacts) = 0;
    virtual Result<ContactRow> find(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;
    /// What a merged contact went into.
    virtual Result<std::optional<ContactId>> heir(Transaction& tx, WorkspaceId workspace, ContactId merged) = 0;
    /// Those with the phone, the LID or the username, oldest first: at most three.
    virtual Result<std::vector<ContactRow>> known_as(Transaction& tx, WorkspaceId workspace, Person const& who) = 0;
    virtual Result<std::vector<ContactRow>> with_phones(Transaction& tx, WorkspaceId workspace,
                                                        std::span<std::string const> phones) = 0;
    virtual Result<std::vector<ContactRow>> those(Transaction& tx, WorkspaceId workspace, std::span<ContactId const> ids) = 0;
    /// The same ids with the merged ones replaced by their heirs; sorted, each once. Unknown ids stay.
    virtual Result<std::vector<ContactId>> resolve(Transaction& tx, WorkspaceId workspace, std::vector<ContactId> ids) = 0;
    /// Writes every column of the row.
    virtual Result<void> save(Transaction& tx, ContactRow const& contact) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;

    virtual Result<Page<ContactRow>> list(Transaction& tx, WorkspaceId workspace, ContactFilter const& filter, ContactOrder order,
                                          PageRequest page) = 0;
    virtual Result<std::int64_t> count(Transaction& tx, WorkspaceId workspace, ContactFilter const& filter) = 0;
    /// Those that any of the filters takes, after `after` in the order of ids.
    virtual Result<std::vector<ContactRow>> walk(Transaction& tx, WorkspaceId workspace, std::span<ContactFilter const> any,
                                                 ContactId after, std::int64_t limit) = 0;
    virtual Result<ContactCounts> counts(Transaction& tx, WorkspaceId workspace) = 0;
    /// The countries with the most contacts, at most `limit`.
    virtual Result<std::vector<CountryCount>> countries(Transaction& tx, WorkspaceId workspace, std::int64_t limit) = 0;

    /// Tags, consents and earlier merges of `merged` go over to `heir`; then `merged` is removed and its id means `heir`.
    virtual Result<void> merge(Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId merged, Timestamp at) = 0;

    virtual Result<void> add(Transaction& tx, ConsentRow const& consent) = 0;
    /// Newest first.
    virtual Result<std::vector<ConsentRow>> consents(Transaction& tx, WorkspaceId workspace, ContactId contact) = 0;
};

/// A tag and how many contacts have it.
struct CountedTag {
    TagId id;
    std::int64_t contacts = 0;
};
BOOST_DESCRIBE_STRUCT(CountedTag, (), (id, contacts))

/// One tag of one contact.
struct TagOfContact {
    ContactId contact;
    TagId tag;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(TagOfContact, (), (contact, tag, name))

class TagStore {
public:
    virtual ~TagStore() = default;

    /// The tag of this name, made when there is none.
    virtual Result<TagRow> ensure(Transaction& tx, TagRow const& wanted) = 0;
    /// False when the name is taken.
    virtual Result<bool> add(Transaction& tx, TagRow const& tag) = 0;
    virtual Result<TagRow> find(Transaction& tx, WorkspaceId workspace, TagId tag) = 0;
    virtual Result<std::optional<TagRow>> find_by_name(Transaction& tx, WorkspaceId workspace, std::string_view folded) = 0;
    /// By name; those whose folded name contains `search`.
    virtual Result<std::vector<TagRow>> list(Transaction& tx, WorkspaceId workspace, std::string_view search) = 0;
    virtual Result<std::vector<CountedTag>> counted(Transaction& tx, WorkspaceId workspace) = 0;
    /// False when the name is another's.
    virtual Result<bool> save(Transaction& tx, TagRow const& tag) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, TagId tag) = 0;

    /// By name.
    virtual Result<std::vector<TagOfContact>> of(Transaction& tx, std::span<ContactId const> contacts) = 0;
    /// Gives every contact the tag; returns how many did not have it.
    virtual Result<std::int64_t> give(Transaction& tx, TagId tag, std::span<ContactId const> contacts) = 0;
    virtual Result<std::int64_t> take(Transaction& tx, TagId tag, std::span<ContactId const> contacts) = 0;
};

class SegmentStore {
public:
    virtual ~SegmentStore() = default;

    /// False when the name is taken.
    virtual Result<bool> add(Transaction& tx, SegmentRow const& segment) = 0;
    virtual Result<SegmentRow> find(Transaction& tx, WorkspaceId workspace, SegmentId segment) = 0;
    virtual Result<std::vector<SegmentRow>> list(Transaction& tx, WorkspaceId workspace) = 0;
    /// False when the name is another's.
    virtual Result<bool> save(Transaction& tx, SegmentRow const& segment) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, SegmentId segment) = 0;
};

}   // namespace waqtor
