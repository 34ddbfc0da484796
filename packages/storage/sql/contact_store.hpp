#pragma once
#include "core/contacts/contact_store.hpp"
#include "storage/sql/contact_condition.hpp"

namespace waqtor::sql {

/// Contacts and consents in SQLite or PostgreSQL: the same SQL, $1 style, no dialect here.
class SqlContactStore final : public ContactStore {
public:
    Result<bool> add(waqtor::Transaction& tx, ContactRow const& contact) override;
    Result<std::vector<ContactId>> add_all(waqtor::Transaction& tx, std::vector<ContactRow> const& contacts) override;
    Result<ContactRow> find(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) override;
    Result<std::optional<ContactId>> heir(waqtor::Transaction& tx, WorkspaceId workspace, ContactId merged) override;
    Result<std::vector<ContactRow>> known_as(waqtor::Transaction& tx, WorkspaceId workspace, Person const& who) override;
    Result<std::vector<ContactRow>> with_phones(waqtor::Transaction& tx, WorkspaceId workspace,
                                                std::span<std::string const> phones) override;
    Result<std::vector<ContactRow>> those(waqtor::Transaction& tx, WorkspaceId workspace, std::span<ContactId const> ids) override;
    Result<std::vector<ContactId>> resolve(waqtor::Transaction& tx, WorkspaceId workspace, std::vector<ContactId> ids) override;
    Result<void> save(waqtor::Transaction& tx, ContactRow const& contact) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) override;
    Result<Page<ContactRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter, ContactOrder order,
                                  PageRequest page) override;
    Result<std::int64_t> count(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter) override;
    Result<std::vector<ContactRow>> walk(waqtor::Transaction& tx, WorkspaceId workspace, std::span<ContactFilter const> any,
                                         ContactId after, std::int64_t limit) override;
    Result<ContactCounts> counts(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<std::vector<CountryCount>> countries(waqtor::Transaction& tx, WorkspaceId workspace, std::int64_t limit) override;
    Result<void> merge(waqtor::Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId merged, Timestamp at) override;
    Result<void> add(waqtor::Transaction& tx, ConsentRow const& consent) override;
    Result<std::vector<ConsentRow>> consents(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) override;

private:
    static Result<ContactCondition> condition(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter);
};

}   // namespace waqtor::sql
