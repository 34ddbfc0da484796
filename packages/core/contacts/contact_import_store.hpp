#pragma once
#include "core/contacts/contact_import.hpp"
#include "core/contacts/contact_store.hpp"

namespace waqtor {

/// Imports, their files and what they did. Every method works inside the caller's transaction.
class ContactImportStore {
public:
    virtual ~ContactImportStore() = default;

    virtual Result<void> add(Transaction& tx, ContactImportRow const& import) = 0;
    virtual Result<ContactImportRow> find(Transaction& tx, WorkspaceId workspace, ImportId import) = 0;
    /// Newest first.
    virtual Result<Page<ContactImportRow>> list(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    /// Writes every column if the import still is in `state` with so many rows dealt with. False when somebody else was quicker.
    virtual Result<bool> save(Transaction& tx, ContactImportRow const& import, ImportState state, std::int64_t rows) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, ImportId import) = 0;
    /// Those of every workspace that run or are undone.
    virtual Result<std::vector<ContactImportRow>> busy(Transaction& tx) = 0;
    /// Removes those that were never started and came before. Returns how many.
    virtual Result<std::int64_t> forget_ready(Transaction& tx, WorkspaceId workspace, Timestamp before) = 0;

    /// Part `number` of its file, from 0.
    virtual Result<void> add_part(Transaction& tx, ImportId import, std::int64_t number, std::string_view bytes) = 0;
    virtual Result<std::string> file(Transaction& tx, ImportId import) = 0;
    virtual Result<void> forget_file(Transaction& tx, ImportId import) = 0;

    /// A line that is noted already stays as it is.
    virtual Result<void> note(Transaction& tx, std::vector<ImportLineRow> const& lines) = 0;
    virtual Result<Page<ImportLineRow>> lines(Transaction& tx, ImportId import, std::optional<ImportOutcome> outcome,
                                              PageRequest page) = 0;
    /// In the order of lines, after `after`.
    virtual Result<std::vector<ImportLineRow>> lines_after(Transaction& tx, ImportId import, ImportOutcome outcome,
                                                           std::int64_t after, std::int64_t limit) = 0;

    virtual Result<void> add_changes(Transaction& tx, std::vector<ImportChangeRow> const& changes) = 0;
    virtual Result<std::vector<ImportChangeRow>> changes(Transaction& tx, ImportId import, std::int64_t limit) = 0;
    virtual Result<void> forget_change(Transaction& tx, ImportId import, ContactId contact) = 0;
};

}   // namespace waqtor
