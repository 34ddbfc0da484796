#pragma once
#include "core/contacts/contact_store.hpp"
#include "core/events/event_log.hpp"

namespace waqtor {

/// What the services of this feature work with. All of it outlives them; all of it may be used from any thread.
struct ContactParts {
    Database& db;
    ContactStore& contacts;
    TagStore& tags;
    SegmentStore& segments;
    EventLog& events;
    Clock const& clock;
};

/// Identities: one contact a person, whatever WhatsApp shows of them in one place or another.
class ContactBook final : public ContactDirectory {
public:
    explicit ContactBook(ContactParts parts) : parts_{parts} {}
    /// Before anything runs; the hook outlives this.
    void add_hook(ContactHook& hook) { hooks_.push_back(&hook); }

    Result<ContactId> identify(Transaction& tx, WorkspaceId workspace, Person const& who) override;
    Result<ContactCardRow> recognise(Transaction& tx, WorkspaceId workspace, Person const& who) override;
    Result<void> note_book_name(Transaction& tx, WorkspaceId workspace, Person const& who, std::string_view name) override;
    Result<ContactCardRow> find(Transaction& tx, WorkspaceId workspace, ContactId contact) override;
    Result<std::vector<ContactCardRow>> audience(Transaction& tx, WorkspaceId workspace, AudienceQuery const& query,
                                                 ContactId after, std::int64_t limit) override;
    Result<void> opt_out(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                         std::string_view proof) override;
    Result<void> opt_in(Transaction& tx, WorkspaceId workspace, ContactId contact, OptOutSource source,
                        std::string_view proof) override;

    /// The row; that of the heir when the contact was merged.
    Result<ContactRow> row(Transaction& tx, WorkspaceId workspace, ContactId contact);

private:
    Result<ContactRow> person(Transaction& tx, WorkspaceId workspace, Person const& who);
    Result<ContactRow> make(Transaction& tx, WorkspaceId workspace, Person const& who);
    Result<ContactRow> merge(Transaction& tx, ContactRow heir, ContactRow const& merged);
    Result<ContactRow> learn(Transaction& tx, ContactRow row, Person const& who);
    Result<void> consent(Transaction& tx, ContactRow row, ConsentKind kind, OptOutSource source, std::string_view proof);

    ContactParts parts_;
    std::vector<ContactHook*> hooks_;
};

ContactCardRow card_of(ContactRow const& row);

}   // namespace waqtor
