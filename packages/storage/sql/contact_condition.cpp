#include "storage/sql/contact_condition.hpp"

#include "core/contacts/fold.hpp"

namespace waqtor::sql {
namespace {

std::string has_tag(Arguments& arguments, std::span<TagId const> tags) {
    if (tags.empty()) return "1 = 0";
    return "EXISTS (SELECT 1 FROM contact_tag WHERE contact_tag.contact = contact.id AND contact_tag.tag IN " +
           arguments.list(tags) + ")";
}

std::string present(std::string_view column, bool wanted) { return std::string{column} + (wanted ? " IS NOT NULL" : " IS NULL"); }

/// The pattern of one pair in the text of a JSON object as we write it.
std::string pair_text(std::string_view key, std::string_view value) {
    return json::serialize(json::value(key)) + ":" + json::serialize(json::value(value));
}
}   // namespace

std::string like_anywhere(std::string_view text) {
    std::string out = "%";
    for (char c : text) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out + '%';
}

std::string condition_text(ContactCondition const& condition, Arguments& arguments) {
    auto const& filter = condition.filter;
    std::string out;
    auto add = [&](std::string text) { out += (out.empty() ? "" : " AND ") + std::move(text); };
    auto like = [&](std::string_view column, std::string_view text) {
        add(std::string{column} + " LIKE " + arguments.own(like_anywhere(text)) + " ESCAPE '\\'");
    };
    if (filter.search)
        if (auto const wanted = fold(*filter.search); !wanted.empty()) like("contact.search", wanted);
    if (filter.tags) add(has_tag(arguments, condition.tags));
    for (auto const& tag : condition.all_tags) add(tag ? has_tag(arguments, std::array{*tag}) : "1 = 0");
    if (!condition.without_tags.empty()) add("NOT " + has_tag(arguments, condition.without_tags));
    if (filter.opted_out) add(present("contact.opted_out_at", *filter.opted_out));
    if (filter.opted_in) add(present("contact.opted_in_at", *filter.opted_in));
    if (filter.blocked) add(present("contact.blocked_at", *filter.blocked));
    if (filter.has_phone) add(present("contact.phone", *filter.has_phone));
    if (filter.active) add("contact.is_active = " + arguments.add(*filter.active));
    if (filter.country) add("contact.country = " + arguments.add(*filter.country));
    if (filter.language) add("contact.language = " + arguments.add(*filter.language));
    if (filter.source) add("contact.source = " + arguments.add(*filter.source));
    if (filter.import) add("contact.import_id = " + arguments.add(*filter.import));
    if (filter.created_after) add("contact.created_at >= " + arguments.add(*filter.created_after));
    if (filter.created_before) add("contact.created_at < " + arguments.add(*filter.created_before));
    if (filter.fields)
        for (auto const& [key, value] : *filter.fields) like("contact.custom", pair_text(key, value));
    return out.empty() ? "1 = 1" : out;
}

}   // namespace waqtor::sql
