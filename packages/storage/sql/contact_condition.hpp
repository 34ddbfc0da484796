#pragma once
#include "core/contacts/contact_filter.hpp"
#include "storage/sql/arguments.hpp"

namespace waqtor::sql {

/// A filter with the ids of the tags it names; a name that no tag has stands for no id.
struct ContactCondition {
    ContactFilter filter;
    std::vector<TagId> tags{};
    std::vector<std::optional<TagId>> all_tags{};
    std::vector<TagId> without_tags{};
};

/// Which contacts a filter takes, as SQL about the table `contact`: "… AND …". The condition outlives the
/// statement: `arguments` refers to its texts.
std::string condition_text(ContactCondition const& condition, Arguments& arguments);

}   // namespace waqtor::sql
