#pragma once
#include "core/accounts/caller.hpp"
#include "core/contacts/contact_api.hpp"
#include "core/contacts/contact_book.hpp"

namespace waqtor {

/// What people do with contacts.
class ContactService {
public:
    ContactService(ContactParts parts, ContactBook& book, std::string country)
        : parts_{parts}, book_{book}, country_{std::move(country)} {}

    /// Code::invalid for a number that is none, Code::conflict when a contact has it.
    Task<Contact> create(Caller who, CreateContact wish);
    Task<Page<Contact>> list(Caller who, ListContacts wish);
    Task<Contact> get(Caller who, ContactId contact);
    Task<Contact> update(Caller who, UpdateContact wish);
    /// With its messages' link to the person; what was sent stays counted.
    Task<void> remove(Caller who, ContactId contact);
    Task<Contact> opt_out(Caller who, SetConsent wish);
    Task<Contact> opt_in(Caller who, SetConsent wish);
    /// Every contact as CSV (cells that a spreadsheet would take for formulas are made text) or vCard 3.0.
    Task<std::string> csv(Caller who);
    Task<std::string> vcards(Caller who);

private:
    Result<Contact> shown(Transaction& tx, ContactRow const& row);
    Result<void> set_tags(Transaction& tx, ContactRow const& row, std::vector<std::string> const& names);
    Task<std::vector<ContactRow>> all(WorkspaceId workspace);

    ContactParts parts_;
    ContactBook& book_;
    std::string country_;
};

}   // namespace waqtor
