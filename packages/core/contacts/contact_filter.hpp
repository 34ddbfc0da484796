#pragma once
#include "core/contacts/contact.hpp"

namespace waqtor {

/// Which contacts: every condition that is given must hold. What a segment saves and a list asks for.
struct ContactFilter {
    std::optional<std::string> search{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::vector<std::string>> all_tags{};
    std::optional<std::vector<std::string>> without_tags{};
    std::optional<bool> opted_out{};
    std::optional<bool> opted_in{};
    std::optional<bool> blocked{};
    std::optional<bool> active{};
    std::optional<bool> has_phone{};
    std::optional<std::string> country{};
    std::optional<std::string> language{};
    std::optional<ContactSource> source{};
    std::optional<ImportId> import{};
    std::optional<Timestamp> created_after{};
    std::optional<Timestamp> created_before{};
    std::optional<std::map<std::string, std::string>> fields{};
};
BOOST_DESCRIBE_STRUCT(ContactFilter, (),
                      (search, tags, all_tags, without_tags, opted_out, opted_in, blocked, active, has_phone, country, language,
                       source, import, created_after, created_before, fields))
template <>
inline constexpr std::array kFields<ContactFilter>{
    Field{"search", "In names, numbers, e-mail, company; Arabic and case folded", 0, 100},
    Field{"tags", "With at least one of these tags", 1, 50},
    Field{"all_tags", "With every one of these tags", 1, 50},
    Field{"without_tags", "With none of these tags", 1, 50},
    Field{"opted_out", "Whether they want no messages"},
    Field{"opted_in", "Whether they agreed to messages"},
    Field{"blocked", "Whether they are blocked"},
    Field{"active", "Whether they are in use"},
    Field{"has_phone", "Whether their number is known"},
    Field{"country", "Country of the number, ISO 3166: SA", 2, 2},
    Field{"language", "Language: ar, en", 2, 8},
    Field{"source", "Where they came from"},
    Field{"import", "Made by this import"},
    Field{"created_after", "Made at this time or later"},
    Field{"created_before", "Made before this time"},
    Field{"fields", "Custom fields with exactly these values"},
};

struct SegmentRow {
    SegmentId id;
    WorkspaceId workspace;
    std::string name;
    json::value filter;   // a ContactFilter
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(SegmentRow, (), (id, workspace, name, filter, created_at, updated_at))

}   // namespace waqtor
