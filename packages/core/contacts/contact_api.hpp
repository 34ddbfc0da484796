#pragma once
#include "core/contacts/contact.hpp"

// What the API takes and shows of contacts.

namespace waqtor {

struct CreateContact {
    std::string phone;
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::string> company{};
    std::optional<std::string> position{};
    std::optional<std::string> notes{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> custom{};
};
BOOST_DESCRIBE_STRUCT(CreateContact, (), (phone, name, email, company, position, notes, tags, custom))
template <>
inline constexpr std::array kFields<CreateContact>{
    Field{"phone", "Number as people write it; national ones are read as of contacts.default_country", 3, 40, Format::single_line},
    Field{"name", "How you call them", 0, 200, Format::single_line},
    Field{"email", "E-mail address", 3, 254, Format::email},
    Field{"company", "Company", 0, 200, Format::single_line},
    Field{"position", "Position", 0, 200, Format::single_line},
    Field{"notes", "Notes", 0, 10'000},
    Field{"tags", "Tags; new ones are made", 0, 50, Format::single_line},
    Field{"custom", "Fields of your own, for templates", 0, 50},
};

struct UpdateContact {
    ContactId id;
    std::optional<std::string> phone{};
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::string> company{};
    std::optional<std::string> position{};
    std::optional<std::string> notes{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::map<std::string, std::string>> custom{};
    std::optional<bool> blocked{};
    std::optional<bool> is_active{};
};
BOOST_DESCRIBE_STRUCT(UpdateContact, (), (id, phone, name, email, company, position, notes, tags, custom, blocked, is_active))
template <>
inline constexpr std::array kFields<UpdateContact>{
    Field{"id", "The contact"},
    Field{"phone", "Another number, as people write it", 3, 40, Format::single_line},
    Field{"name", "How you call them", 0, 200, Format::single_line},
    Field{"email", "E-mail address; empty removes it", 0, 254},
    Field{"company", "Company", 0, 200, Format::single_line},
    Field{"position", "Position", 0, 200, Format::single_line},
    Field{"notes", "Notes", 0, 10'000},
    Field{"tags", "All of their tags from now on; new ones are made", 0, 50, Format::single_line},
    Field{"custom", "All of their own fields from now on", 0, 50},
    Field{"blocked", "Nothing is sent to blocked contacts"},
    Field{"is_active", "False: in no audience of everyone, of a tag or of a saved filter"},
};

/// What became of several contacts that were to be made at once.
struct CreatedContacts {
    struct Problem {
        std::string phone;
        std::string error;
    };
    std::int64_t created = 0;
    std::int64_t skipped = 0;
    std::vector<Problem> errors{};
};

struct Contact {
    ContactId id;
    std::optional<std::string> phone{};
    std::optional<std::string> lid{};
    std::optional<std::string> username{};
    std::string name;
    std::string push_name;
    std::string email;
    std::string company;
    std::string position;
    std::string language;
    std::string country;
    std::string time_zone;
    std::map<std::string, std::string> custom;
    std::string notes;
    std::vector<std::string> tags;
    ContactSource source{};
    bool is_active = true;
    bool blocked = false;
    bool opted_out = false;
    std::optional<Timestamp> opted_out_at{};
    std::optional<Timestamp> opted_in_at{};
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Contact, (),
                      (id, phone, lid, username, name, push_name, email, company, position, language, country, time_zone, custom,
                       notes, tags, source, is_active, blocked, opted_out, opted_out_at, opted_in_at, created_at, updated_at))
template <>
inline constexpr std::array kFields<Contact>{
    Field{"id", "The contact; stays the same when WhatsApp shows another identity of the person"},
    Field{"phone", "Number, E.164"},
    Field{"lid", "WhatsApp's identity without the number"},
    Field{"username", "Name on WhatsApp that others can search for"},
    Field{"name", "How you call them"},
    Field{"push_name", "How they call themselves"},
    Field{"email", "E-mail address"},
    Field{"company", "Company"},
    Field{"position", "Position"},
    Field{"language", "ar, en, or empty when unknown"},
    Field{"country", "Country of the number, ISO 3166; empty when unknown"},
    Field{"time_zone", "Where the number is from; empty when unknown"},
    Field{"custom", "Fields of your own"},
    Field{"notes", "Notes"},
    Field{"tags", "Tags, by name"},
    Field{"source", "Where the contact came from"},
    Field{"is_active", "False: in no audience but one that names them"},
    Field{"blocked", "Nothing is sent to blocked contacts"},
    Field{"opted_out", "True when they want no more messages"},
    Field{"opted_out_at", "When they said so"},
    Field{"opted_in_at", "When they agreed to messages"},
    Field{"created_at", "When it was made"},
    Field{"updated_at", "When it was changed"},
};

struct ListContacts {
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    std::optional<std::string> search{};
    std::optional<std::string> tag{};
    std::optional<SegmentId> segment{};
    std::optional<bool> opted_out{};
};
BOOST_DESCRIBE_STRUCT(ListContacts, (), (limit, offset, search, tag, segment, opted_out))
template <>
inline constexpr std::array kFields<ListContacts>{
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
    Field{"search", "In names, numbers, e-mail, company; Arabic and case folded", 0, 100},
    Field{"tag", "Only with this tag", 1, 100, Format::single_line},
    Field{"segment", "Only those of this saved filter; alone"},
    Field{"opted_out", "Only those who want no messages, or only the others"},
};

struct SetConsent {
    ContactId id;
    std::optional<std::string> proof{};
};
BOOST_DESCRIBE_STRUCT(SetConsent, (), (id, proof))
template <>
inline constexpr std::array kFields<SetConsent>{Field{"id", "The contact"},
                                                Field{"proof", "Where they said so: a form, a call, a message", 0, 500}};

}   // namespace waqtor
