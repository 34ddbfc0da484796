#pragma once
#include "server/routes/contact_routes.hpp"

// What WaQtor 2.3 shows of contacts and tags.

namespace waqtor {

struct GroupName23 {
    TagId id;
    std::string name;
    std::string color;
    std::string icon;
};
BOOST_DESCRIBE_STRUCT(GroupName23, (), (id, name, color, icon))
template <>
inline constexpr std::array kFields<GroupName23>{Field{"id", "The group: a tag"}, Field{"name", "Its name"},
                                                 Field{"color", "Its colour"}, Field{"icon", "Its icon"}};

struct Recipient23 {
    ContactId id;
    std::string phone;
    std::string name;
    std::string email;
    std::string company;
    std::vector<std::string> tags;
    std::map<std::string, std::string> custom_fields_;
    bool is_active_ = true;
    std::string notes;
    Timestamp created_at_{};
    Timestamp updated_at_{};
    std::vector<GroupName23> groups{};
};
BOOST_DESCRIBE_STRUCT(Recipient23, (),
                      (id, phone, name, email, company, tags, custom_fields_, is_active_, notes, created_at_, updated_at_, groups))
template <>
inline constexpr std::array kFields<Recipient23>{
    Field{"id", "The contact"},
    Field{"phone", "Number, E.164; empty when only another identity is known"},
    Field{"name", "How you call them"},
    Field{"email", "E-mail address"},
    Field{"company", "Company"},
    Field{"tags", "Tags, by name"},
    Field{"custom_fields_", "Fields of your own"},
    Field{"is_active_", "False: in no audience but one that names them"},
    Field{"notes", "Notes"},
    Field{"created_at_", "When it was made"},
    Field{"updated_at_", "When it was changed"},
    Field{"groups", "The same tags as groups"},
};

struct Removed23 {
    std::int64_t removed = 0;
};
BOOST_DESCRIBE_STRUCT(Removed23, (), (removed))
template <> inline constexpr std::array kFields<Removed23>{Field{"removed", "How many"}};

struct RecipientMessage23 {
    std::string message;
};
BOOST_DESCRIBE_STRUCT(RecipientMessage23, (), (message))
template <> inline constexpr std::array kFields<RecipientMessage23>{Field{"message", "What was done"}};

/// A workspace's tags by their names.
using ByName = std::map<std::string, Tag>;
Task<ByName> tags_by_name(TagService& tags, Caller who);

Recipient23 recipient_of(Contact const& contact, ByName const& tags);

}   // namespace waqtor
