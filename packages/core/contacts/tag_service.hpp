#pragma once
#include "core/accounts/caller.hpp"
#include "core/contacts/contact_book.hpp"

// Tags that contacts carry, and segments: saved filters.

namespace waqtor {

struct Tag {
    TagId id;
    std::string name;
    std::string description;
    std::string color;
    std::string icon;
    bool is_active = true;
    std::int64_t contacts = 0;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Tag, (), (id, name, description, color, icon, is_active, contacts, created_at, updated_at))
template <>
inline constexpr std::array kFields<Tag>{
    Field{"id", "The tag"},
    Field{"name", "Its name"},
    Field{"description", "What it is for"},
    Field{"color", "Its colour, #RRGGBB"},
    Field{"icon", "Its icon"},
    Field{"is_active", "Whether it is in use"},
    Field{"contacts", "How many contacts have it"},
    Field{"created_at", "When it was made"},
    Field{"updated_at", "When it was changed"},
};

struct CreateTag {
    std::string name;
    std::optional<std::string> description{};
    std::optional<std::string> color{};
    std::optional<std::string> icon{};
};
BOOST_DESCRIBE_STRUCT(CreateTag, (), (name, description, color, icon))
template <>
inline constexpr std::array kFields<CreateTag>{
    Field{"name", "Its name; two that differ only in how Arabic or capitals are written are the same", 1, 100, Format::single_line},
    Field{"description", "What it is for", 0, 1000},
    Field{"color", "Its colour, #RRGGBB; #3B82F6 by default", 4, 20, Format::single_line},
    Field{"icon", "Its icon", 0, 100, Format::single_line},
};

struct UpdateTag {
    TagId id;
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<std::string> color{};
    std::optional<std::string> icon{};
    std::optional<bool> is_active{};
};
BOOST_DESCRIBE_STRUCT(UpdateTag, (), (id, name, description, color, icon, is_active))
template <>
inline constexpr std::array kFields<UpdateTag>{
    Field{"id", "The tag"},
    Field{"name", "Its name", 1, 100, Format::single_line},
    Field{"description", "What it is for", 0, 1000},
    Field{"color", "Its colour, #RRGGBB", 4, 20, Format::single_line},
    Field{"icon", "Its icon", 0, 100, Format::single_line},
    Field{"is_active", "Whether it is in use"},
};

struct TagContacts {
    TagId id;
    std::vector<ContactId> contacts;
};
BOOST_DESCRIBE_STRUCT(TagContacts, (), (id, contacts))
template <>
inline constexpr std::array kFields<TagContacts>{Field{"id", "The tag"}, Field{"contacts", "Which contacts", 1, 10'000}};

struct TagGiven {
    std::int64_t changed = 0;
    std::int64_t unchanged = 0;
};
BOOST_DESCRIBE_STRUCT(TagGiven, (), (changed, unchanged))
template <>
inline constexpr std::array kFields<TagGiven>{Field{"changed", "Contacts that got it, or lost it"},
                                              Field{"unchanged", "Contacts that had it already, or did not have it"}};

struct Segment {
    SegmentId id;
    std::string name;
    ContactFilter filter;
    std::int64_t contacts = 0;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Segment, (), (id, name, filter, contacts, created_at, updated_at))
template <>
inline constexpr std::array kFields<Segment>{
    Field{"id", "The saved filter"},         Field{"name", "Its name"},
    Field{"filter", "Which contacts"},       Field{"contacts", "How many contacts it takes now"},
    Field{"created_at", "When it was made"}, Field{"updated_at", "When it was changed"},
};

struct CreateSegment {
    std::string name;
    ContactFilter filter;
};
BOOST_DESCRIBE_STRUCT(CreateSegment, (), (name, filter))
template <>
inline constexpr std::array kFields<CreateSegment>{Field{"name", "Its name", 1, 100, Format::single_line},
                                                   Field{"filter", "Which contacts: every condition that is given must hold"}};

struct UpdateSegment {
    SegmentId id;
    std::optional<std::string> name{};
    std::optional<ContactFilter> filter{};
};
BOOST_DESCRIBE_STRUCT(UpdateSegment, (), (id, name, filter))
template <>
inline constexpr std::array kFields<UpdateSegment>{Field{"id", "The saved filter"},
                                                   Field{"name", "Its name", 1, 100, Format::single_line},
                                                   Field{"filter", "Which contacts, from now on"}};

class TagService {
public:
    explicit TagService(ContactParts parts) : parts_{parts} {}

    /// By name; those whose name contains `search`, however it is written.
    Task<std::vector<Tag>> list(Caller who, std::string search);
    Task<Tag> get(Caller who, TagId tag);
    /// Code::conflict when there is one of that name.
    Task<Tag> create(Caller who, CreateTag wish);
    Task<Tag> update(Caller who, UpdateTag wish);
    /// Contacts lose it.
    Task<void> remove(Caller who, TagId tag);
    /// Code::invalid (field "contacts[n]") for one of another workspace.
    Task<TagGiven> give(Caller who, TagContacts wish);
    Task<TagGiven> take(Caller who, TagContacts wish);

    Task<std::vector<Segment>> segments(Caller who);
    Task<Segment> segment(Caller who, SegmentId segment);
    Task<Segment> create_segment(Caller who, CreateSegment wish);
    Task<Segment> update_segment(Caller who, UpdateSegment wish);
    Task<void> remove_segment(Caller who, SegmentId segment);

private:
    Result<std::vector<ContactId>> check(Transaction& tx, WorkspaceId workspace, std::vector<ContactId> const& contacts);
    Result<Segment> shown(Transaction& tx, SegmentRow const& row);

    ContactParts parts_;
};

}   // namespace waqtor
