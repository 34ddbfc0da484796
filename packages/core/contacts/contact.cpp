#include "core/contacts/contact.hpp"

#include "core/contacts/fold.hpp"

namespace waqtor {

std::string search_text(ContactRow const& row) {
    std::string out;
    auto add = [&](std::string_view text) {
        if (text.empty()) return;
        if (!out.empty()) out += '\n';   // so that no search runs over from one field into the next
        out += fold(text);
    };
    add(row.name);
    add(row.push_name);
    add(row.book_name);
    if (row.phone) add(*row.phone);
    if (row.username) add(*row.username);
    if (row.lid) add(*row.lid);
    add(row.email);
    add(row.company);
    return out;
}

std::string shown_name(ContactRow const& row) {
    if (!row.name.empty()) return row.name;
    if (!row.book_name.empty()) return row.book_name;
    if (!row.push_name.empty()) return row.push_name;
    if (row.username) return *row.username;
    return row.phone.value_or("");
}

}   // namespace waqtor
