#include "core/contacts/contact_service.hpp"

#include "core/base/csv.hpp"

// Every contact as a file.

namespace waqtor {
namespace {
constexpr std::int64_t kPage = 1000;

/// RFC 2426, section 4: line breaks, commas, semicolons and backslashes are escaped.
std::string vcard_text(std::string_view text) {
    std::string out;
    for (auto c : text) {
        if (c == '\r') continue;
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == ',' || c == ';' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string name_of(Contact const& contact) {
    if (!contact.name.empty()) return contact.name;
    if (!contact.push_name.empty()) return contact.push_name;
    return contact.username.value_or(contact.phone.value_or(""));
}

/// Never made text: it begins with + because it is a number.
std::string phone_cell(Contact const& contact) { return contact.phone ? "\"" + *contact.phone + "\"" : ""; }

std::string joined(std::vector<std::string> const& all) {
    std::string out;
    for (auto const& one : all) out += (out.empty() ? "" : ";") + one;
    return out;
}
}   // namespace

Task<void> ContactService::for_each(WorkspaceId workspace, std::function<void(Contact const&)> use) {
    for (ContactId after{};;) {
        CO_TRY(auto const contacts,
               co_await parts_.db.read([this, workspace, after](Transaction& tx) -> Result<std::vector<Contact>> {
                   ContactFilter const everybody;
                   TRY(auto const rows, parts_.contacts.walk(tx, workspace, std::span{&everybody, 1}, after, kPage));
                   return shown_all(tx, rows);
               }));
        if (contacts.empty()) co_return Result<void>{};
        after = contacts.back().id;
        for (auto const& contact : contacts) use(contact);
    }
}

Task<std::string> ContactService::csv(Caller who) {
    std::string out = "\xef\xbb\xbfName,Phone,Email,Company,Position,Language,Tags,Notes,Opted out\r\n";
    CO_TRY_OK(co_await for_each(who.workspace, [&out](Contact const& contact) {
        out += csv_cell(name_of(contact)) + ',' + phone_cell(contact);
        for (std::string_view cell : {std::string_view{contact.email}, std::string_view{contact.company},
                                      std::string_view{contact.position}, std::string_view{contact.language}})
            out += ',' + csv_cell(cell);
        out += ',' + csv_cell(joined(contact.tags)) + ',' + csv_cell(contact.notes) + (contact.opted_out ? ",yes\r\n" : ",no\r\n");
    }));
    co_return out;
}

Task<std::string> ContactService::csv_23(Caller who) {
    std::string out = "\xef\xbb\xbfPhone,Name,Email,Company,Tags,Notes,Active\r\n";
    CO_TRY_OK(co_await for_each(who.workspace, [&out](Contact const& contact) {
        out += phone_cell(contact) + ',' + csv_cell(name_of(contact)) + ',' + csv_cell(contact.email) + ',' +
               csv_cell(contact.company) + ',' + csv_cell(joined(contact.tags)) + ',' + csv_cell(contact.notes) +
               (contact.is_active ? ",true\r\n" : ",false\r\n");
    }));
    co_return out;
}

Task<std::string> ContactService::json_list(Caller who) {
    std::string out = "[";
    CO_TRY_OK(co_await for_each(who.workspace, [&out](Contact const& contact) {
        out += out.size() == 1 ? "\n" : ",\n";
        append_json(out, contact);
    }));
    co_return out + "\n]\n";
}

Task<std::string> ContactService::vcards(Caller who) {
    std::string out;
    CO_TRY_OK(co_await for_each(who.workspace, [&out](Contact const& contact) {
        auto const name = vcard_text(name_of(contact));
        out += "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name + "\r\nN:;" + name + ";;;\r\n";
        if (contact.phone) out += "TEL;TYPE=CELL:" + *contact.phone + "\r\n";
        if (!contact.email.empty()) out += "EMAIL:" + vcard_text(contact.email) + "\r\n";
        if (!contact.company.empty()) out += "ORG:" + vcard_text(contact.company) + "\r\n";
        if (!contact.notes.empty()) out += "NOTE:" + vcard_text(contact.notes) + "\r\n";
        out += "END:VCARD\r\n";
    }));
    co_return out;
}

}   // namespace waqtor
