#pragma once
#include "core/contacts/contact_import_store.hpp"

namespace waqtor::sql {

/// Imports in SQLite or PostgreSQL. Their files are kept beside them, so that any process on the database can go on.
class SqlContactImportStore : public ContactImportStore {
public:
    Result<void> add(waqtor::Transaction& tx, ContactImportRow const& import) override;
    Result<ContactImportRow> find(waqtor::Transaction& tx, WorkspaceId workspace, ImportId import) override;
    Result<Page<ContactImportRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    Result<bool> save(waqtor::Transaction& tx, ContactImportRow const& import, ImportState state, std::int64_t rows) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, ImportId import) override;
    Result<std::vector<ContactImportRow>> busy(waqtor::Transaction& tx) override;
    Result<std::int64_t> forget_ready(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp before) override;
    Result<void> add_part(waqtor::Transaction& tx, ImportId import, std::int64_t number, std::string_view bytes) override;
    Result<std::string> file(waqtor::Transaction& tx, ImportId import) override;
    Result<void> forget_file(waqtor::Transaction& tx, ImportId import) override;
    Result<void> note(waqtor::Transaction& tx, std::vector<ImportLineRow> const& lines) override;
    Result<Page<ImportLineRow>> lines(waqtor::Transaction& tx, ImportId import, std::optional<ImportOutcome> outcome,
                                      PageRequest page) override;
    Result<std::vector<ImportLineRow>> lines_after(waqtor::Transaction& tx, ImportId import, ImportOutcome outcome,
                                                   std::int64_t after, std::int64_t limit) override;
    Result<void> add_changes(waqtor::Transaction& tx, std::vector<ImportChangeRow> const& changes) override;
    Result<std::vector<ImportChangeRow>> changes(waqtor::Transaction& tx, ImportId import, std::int64_t limit) override;
    Result<void> forget_change(waqtor::Transaction& tx, ImportId import, ContactId contact) override;
};

}   // namespace waqtor::sql
