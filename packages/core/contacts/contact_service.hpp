#pragma once
#include "core/accounts/caller.hpp"
#include "core/contacts/contact_api.hpp"
#include "core/contacts/contact_book.hpp"

#include <functional>

namespace waqtor {

/// What people do with contacts.
class ContactService {
public:
    ContactService(ContactParts parts, ContactBook& book, std::string country)
        : parts_{parts}, book_{book}, country_{std::move(country)} {}

    /// Code::invalid for a number that is none, Code::conflict when a contact has it.
    Task<Contact> create(Caller who, CreateContact wish);
    /// As many as can be: those whose number is none are errors, those whose number is known are skipped.
    Task<CreatedContacts> create_all(Caller who, std::vector<CreateContact> wishes);
    Task<Page<Contact>> list(Caller who, ListContacts wish);
    Task<Contact> get(Caller who, ContactId contact);
    Task<Contact> update(Caller who, UpdateContact wish);
    /// With its messages' link to the person; what was sent stays counted.
    Task<void> remove(Caller who, ContactId contact);
    /// Those that are there; returns how many.
    Task<std::int64_t> remove_all(Caller who, std::vector<ContactId> contacts);
    Task<Contact> opt_out(Caller who, SetConsent wish);
    Task<Contact> opt_in(Caller who, SetConsent wish);
    /// Every contact as CSV (cells that a spreadsheet would take for formulas are made text), JSON (a list) or vCard 3.0.
    Task<std::string> csv(Caller who);
    Task<std::string> json_list(Caller who);
    Task<std::string> vcards(Caller who);
    /// CSV with the columns of WaQtor 2.3.
    Task<std::string> csv_23(Caller who);

private:
    Result<Contact> shown(Transaction& tx, ContactRow const& row);
    Result<void> set_tags(Transaction& tx, ContactRow const& row, std::vector<std::string> const& names);
    Result<std::vector<Contact>> shown_all(Transaction& tx, std::vector<ContactRow> const& rows);
    Result<ContactRow> row_of(Caller const& who, CreateContact const& wish, Timestamp now) const;
    Result<bool> add(Transaction& tx, ContactRow const& row, std::vector<std::string> const& tags);
    Result<void> change_phone(Transaction& tx, ContactRow& row, std::string const& phone);
    Task<void> for_each(WorkspaceId workspace, std::function<void(Contact const&)> use);

    ContactParts parts_;
    ContactBook& book_;
    std::string country_;
};

}   // namespace waqtor
