#pragma once
#include "core/contacts/contact.hpp"

// What happens to contacts. The events carry ids and no names or numbers of people: the event log is kept longer than they may be.

namespace waqtor {

struct ContactCreated {
    static constexpr std::string_view kName = "contact.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A contact was made; those of an import are counted in contact.imported instead";
    ContactId contact;
    ContactSource source{};
};
BOOST_DESCRIBE_STRUCT(ContactCreated, (), (contact, source))
template <>
inline constexpr std::array kFields<ContactCreated>{Field{"contact", "The contact"}, Field{"source", "Where it came from"}};

struct ContactUpdated {
    static constexpr std::string_view kName = "contact.updated";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "Fields or tags of a contact were changed, by people or by what WhatsApp told";
    ContactId contact;
    std::vector<std::string> changed;
};
BOOST_DESCRIBE_STRUCT(ContactUpdated, (), (contact, changed))
template <>
inline constexpr std::array kFields<ContactUpdated>{Field{"contact", "The contact"},
                                                    Field{"changed", "Names of the fields that changed"}};

struct ContactRemoved {
    static constexpr std::string_view kName = "contact.removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A contact was deleted";
    ContactId contact;
};
BOOST_DESCRIBE_STRUCT(ContactRemoved, (), (contact))
template <> inline constexpr std::array kFields<ContactRemoved>{Field{"contact", "The contact"}};

struct ContactMerged {
    static constexpr std::string_view kName = "contact.merged";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp =
        "Two contacts turned out to be one person: what was `merged` is `contact` from now on";
    ContactId contact;
    ContactId merged;
};
BOOST_DESCRIBE_STRUCT(ContactMerged, (), (contact, merged))
template <>
inline constexpr std::array kFields<ContactMerged>{Field{"contact", "The contact that stays, the older one"},
                                                   Field{"merged", "The id that from now on means the same contact"}};

struct ContactOptedOut {
    static constexpr std::string_view kName = "contact.opted_out";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person wants no more messages";
    ContactId contact;
    OptOutSource source{};
};
BOOST_DESCRIBE_STRUCT(ContactOptedOut, (), (contact, source))
template <>
inline constexpr std::array kFields<ContactOptedOut>{Field{"contact", "The contact"}, Field{"source", "How they said it"}};

struct ContactOptedIn {
    static constexpr std::string_view kName = "contact.opted_in";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A person agreed to messages";
    ContactId contact;
    OptOutSource source{};
};
BOOST_DESCRIBE_STRUCT(ContactOptedIn, (), (contact, source))
template <>
inline constexpr std::array kFields<ContactOptedIn>{Field{"contact", "The contact"}, Field{"source", "How they said it"}};

struct ContactBlocked {
    static constexpr std::string_view kName = "contact.blocked";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A contact was blocked or unblocked";
    ContactId contact;
    bool blocked = true;
};
BOOST_DESCRIBE_STRUCT(ContactBlocked, (), (contact, blocked))
template <>
inline constexpr std::array kFields<ContactBlocked>{Field{"contact", "The contact"}, Field{"blocked", "False when unblocked"}};

struct TagChanged {
    static constexpr std::string_view kName = "tag.changed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A tag was made, changed or removed";
    TagId tag;
    bool removed = false;
};
BOOST_DESCRIBE_STRUCT(TagChanged, (), (tag, removed))
template <> inline constexpr std::array kFields<TagChanged>{Field{"tag", "The tag"}, Field{"removed", "True when it is gone"}};

struct SegmentChanged {
    static constexpr std::string_view kName = "segment.changed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A saved filter was made, changed or removed";
    SegmentId segment;
    bool removed = false;
};
BOOST_DESCRIBE_STRUCT(SegmentChanged, (), (segment, removed))
template <>
inline constexpr std::array kFields<SegmentChanged>{Field{"segment", "The saved filter"}, Field{"removed", "True when it is gone"}};

enum class ImportState : std::uint8_t { ready, running, done, failed, undoing, undone };
BOOST_DESCRIBE_ENUM(ImportState, ready, running, done, failed, undoing, undone)

struct ContactsImported {
    static constexpr std::string_view kName = "contact.imported";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "An import went on, ended or was undone; the counts are of the whole import so far";
    ImportId import;
    ImportState state{};
    std::int64_t total = 0;
    std::int64_t rows = 0;
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t skipped = 0;
    std::int64_t errors = 0;
};
BOOST_DESCRIBE_STRUCT(ContactsImported, (), (import, state, total, rows, created, updated, skipped, errors))
template <>
inline constexpr std::array kFields<ContactsImported>{
    Field{"import", "The import"},
    Field{"state", "How far it is"},
    Field{"total", "Rows in the file"},
    Field{"rows", "Rows dealt with"},
    Field{"created", "Contacts made"},
    Field{"updated", "Contacts changed"},
    Field{"skipped", "Rows that bring nothing new, or a number a second time"},
    Field{"errors", "Rows that could not be taken"},
};

using ContactEvents = boost::mp11::mp_list<ContactCreated, ContactUpdated, ContactRemoved, ContactMerged, ContactOptedOut,
                                           ContactOptedIn, ContactBlocked, TagChanged, SegmentChanged, ContactsImported>;

}   // namespace waqtor
