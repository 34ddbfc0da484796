#pragma once
#include "core/contacts/contact_book.hpp"
#include "core/contacts/contact_import_store.hpp"
#include "core/contacts/import/columns.hpp"
#include "core/contacts/import/numbers.hpp"

#include <unordered_map>

namespace waqtor::import {

/// A row with a number that can be used and that no row before has.
struct Wanted {
    std::int64_t line = 0;
    PhoneNumber number;
    std::string time_zone;
    Entry entry;
    std::vector<std::string> cells;
};

/// Some rows of a file.
struct Batch {
    std::vector<Wanted> wanted;
    std::vector<ImportLineRow> notes;   // on the others
    std::int64_t rows = 0;              // 0 at the end of the file
};

/// Reads a file's rows in batches, and remembers where each number stood first.
class Scan {
public:
    /// `known`: the numbers that an earlier scan of the same file found.
    Scan(People people, ImportId import, std::string country, Numbers known = {})
        : people_{std::move(people)}, import_{import}, country_{std::move(country)}, known_{std::move(known)} {}
    /// Notes the numbers it finds, for a later scan. They outlive it.
    void note_in(Numbers& found) { noted_ = &found; }

    Result<Batch> next(std::int64_t most);
    /// Reads past rows that were dealt with before.
    Result<void> pass(std::int64_t rows);

private:
    void look_at(Row row, Batch& batch);
    Result<PhoneNumber> number_of(Entry const& entry, std::int64_t line);
    std::string const& time_zone(std::string const& country);

    People people_;
    ImportId import_;
    std::string country_;
    Numbers known_;
    Numbers* noted_ = nullptr;
    std::unordered_map<std::uint64_t, std::int64_t> lines_;   // by the number's digits
    std::unordered_map<std::string, std::string> zones_;      // by country: finding one takes long
};

/// What a batch changes. Its contacts cannot be searched yet.
struct Plan {
    std::vector<ContactRow> fresh;
    std::vector<ContactRow> changed;
    std::vector<ImportChangeRow> changes;                   // of the changed ones
    std::vector<ImportLineRow> notes;                       // on those that bring nothing new, and what the batch has noted
    std::map<std::string, std::vector<ContactId>> tagged;   // by the tag's name
};
Result<Plan> plan(ContactParts const& parts, Transaction& tx, ContactImportRow const& import, ImportSettings const& settings,
                  Batch batch, Timestamp now);

/// Counts the plan in the import's row.
void count(ContactImportRow& import, Plan const& plan, std::int64_t rows);
/// Writes it. Contacts whose number somebody else took meanwhile are left out and counted as skipped; tags that it makes are noted
/// in the import's row.
Result<void> carry_out(ContactParts const& parts, ContactImportStore& imports, Transaction& tx, ContactImportRow& import, Plan plan,
                       Timestamp now);

/// Puts a contact back as it was. False when it was changed since.
Result<bool> put_back(ContactParts const& parts, Transaction& tx, WorkspaceId workspace, ImportChangeRow const& change,
                      Timestamp now);

/// The row as one line, shortened.
std::string shortened(std::vector<std::string> const& cells);

}   // namespace waqtor::import
