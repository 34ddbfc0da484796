#pragma once
#include "core/accounts/caller.hpp"
#include "core/contacts/contact_book.hpp"
#include "core/contacts/contact_import_store.hpp"
#include "core/contacts/import/numbers.hpp"
#include "core/events/event_bus.hpp"

#include <stop_token>

namespace waqtor {

/// Brings lists of people in: a file is uploaded and looked at, then started, then carried out by run(), which also undoes. All
/// that is known of an import is in the database, each batch is one transaction, so it goes on after a crash where it stopped.
class ContactImporter {
public:
    /// `workers` is where files are read, which takes seconds that no thread of the network has. `country` is whose national
    /// numbers are read when an upload names none.
    ContactImporter(ContactParts parts, ContactImportStore& store, EventBus& bus, asio::any_io_executor workers,
                    std::string country)
        : parts_{parts}, store_{store}, bus_{bus}, workers_{std::move(workers)}, country_{std::move(country)} {}

    /// Keeps the file and says what it would bring. Code::invalid (field "file") for what cannot be read; rows that cannot be used
    /// are among the problems.
    Task<ContactImport> upload(Caller who, UploadImport wish);
    /// Looks again, with other columns, tags or country. Code::conflict once it has started.
    Task<ContactImport> preview(Caller who, SetImport wish);
    /// Code::invalid (field "columns") when none holds a number, Code::conflict once it has started.
    Task<ContactImport> start(Caller who, SetImport wish);
    /// Removes what it made and puts back what it changed, except what was changed since.
    Task<ContactImport> undo(Caller who, ImportId import);
    Task<ContactImport> get(Caller who, ImportId import);
    Task<Page<ContactImport>> list(Caller who, PageRequest page);
    Task<Page<ImportLine>> lines(Caller who, ListImportLines wish);
    /// The rows with an error as a CSV file with the columns of the import's and two more, which can be corrected and imported.
    Task<std::string> rejected_csv(Caller who, ImportId import);
    /// Its account; the contacts stay. Code::conflict while it runs.
    Task<void> remove(Caller who, ImportId import);
    /// Returns when it neither runs nor is undone any more.
    Task<ContactImport> wait(Caller who, ImportId import);

    /// Carries imports out until `stop` fires (from any thread). Started once by the composition root.
    asio::awaitable<void> run(std::stop_token stop);
    /// Everything that waits. Stops between two batches when `stop` fires.
    Task<void> step(std::stop_token stop);

private:
    asio::awaitable<void> loop(std::stop_token stop);
    Task<ContactImport> look(ContactImportRow row, std::string bytes);
    Task<void> keep(ContactImportRow row, std::string bytes);
    Result<ContactImportRow> settle(Transaction& tx, WorkspaceId workspace, SetImport const& wish);
    Task<void> carry_on(ContactImportRow row, std::stop_token stop);
    Task<void> finish(ContactImportRow row);
    Task<void> give_up(ContactImportRow row, std::string problem);
    Task<void> take_back(ContactImportRow row, std::stop_token stop);
    Result<bool> take_back_some(Transaction& tx, ContactImportRow& row, ContactId& after);
    Result<void> end_undo(Transaction& tx, ContactImportRow& row);
    Task<void> let_go(ContactImportRow row);
    Result<void> tell(Transaction& tx, ContactImportRow const& row);

    ContactParts parts_;
    ContactImportStore& store_;
    EventBus& bus_;
    asio::any_io_executor workers_;
    std::string country_;
    import::SeenNumbers seen_;
};

}   // namespace waqtor
