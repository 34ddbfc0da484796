#pragma once
#include "core/base/json.hpp"
#include "core/contacts/contact_directory.hpp"

// The rows of the contacts feature, as stored: member order is column order. What the API shows of them is in contact_api.hpp.

namespace waqtor {

using TagId = Id<struct ContactTagTag>;
using SegmentId = Id<struct SegmentTag>;
using ImportId = Id<struct ContactImportTag>;

/// Where a contact came from.
enum class ContactSource : std::uint8_t { person, api, import, whatsapp };
BOOST_DESCRIBE_ENUM(ContactSource, person, api, import, whatsapp)

struct ContactRow {
    ContactId id;
    WorkspaceId workspace;
    std::optional<std::string> phone{};   // E.164; of one contact only, as the LID and the username
    std::optional<std::string> lid{};
    std::optional<std::string> username{};
    std::string name;        // as the workspace calls them
    std::string push_name;   // as they call themselves
    std::string book_name;   // as the address book of a linked phone calls them
    std::string email;
    std::string company;
    std::string position;
    std::string language;    // "ar", "en" or empty
    std::string country;     // "SA"; empty when unknown
    std::string time_zone;   // "Asia/Riyadh"; empty when unknown
    std::map<std::string, std::string> custom;
    std::string notes;
    bool is_active = true;
    ContactSource source{};
    std::optional<ImportId> import_id{};
    std::string search;   // made by search_text()
    std::optional<Timestamp> blocked_at{};
    std::optional<Timestamp> opted_out_at{};
    std::optional<Timestamp> opted_in_at{};
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(ContactRow, (),
                      (id, workspace, phone, lid, username, name, push_name, book_name, email, company, position, language, country,
                       time_zone, custom, notes, is_active, source, import_id, search, blocked_at, opted_out_at, opted_in_at,
                       created_at, updated_at))

struct TagRow {
    TagId id;
    WorkspaceId workspace;
    std::string name;
    std::string folded;   // fold(name): what makes two names the same tag
    std::string description;
    std::string color;
    std::string icon;
    bool is_active = true;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(TagRow, (), (id, workspace, name, folded, description, color, icon, is_active, created_at, updated_at))

enum class ConsentKind : std::uint8_t { opt_in, opt_out };
BOOST_DESCRIBE_ENUM(ConsentKind, opt_in, opt_out)

using ConsentId = Id<struct ConsentTag>;

/// Append only: what a person said about messages to them, and what proves it.
struct ConsentRow {
    ConsentId id;
    WorkspaceId workspace;
    ContactId contact;
    ConsentKind kind{};
    OptOutSource source{};
    std::string proof;
    Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(ConsentRow, (), (id, workspace, contact, kind, source, proof, at))

/// What the search looks at: names, numbers, e-mail, company, each folded.
std::string search_text(ContactRow const& row);
/// The name to show: the workspace's, else that of the address book, else their own, else the number.
std::string shown_name(ContactRow const& row);

}   // namespace waqtor
