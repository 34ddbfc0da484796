#include "storage/sql/contact_import_store.hpp"

#include "storage/sql/arguments.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kImport = "SELECT " + columns<ContactImportRow>() + " FROM contact_import";
auto const kLine = "SELECT " + columns<ImportLineRow>() + " FROM contact_import_row";
constexpr std::size_t kRowsAtOnce = 100;

template <RowStruct T> Result<void> insert_all(waqtor::Transaction& tx, std::string const& table, std::vector<T> const& rows) {
    for (auto rest = std::span{rows}; !rest.empty();) {
        auto const part = rest.first(std::min(kRowsAtOnce, rest.size()));
        rest = rest.subspan(part.size());
        Arguments arguments;
        auto sql = "INSERT INTO " + table + " (" + columns<T>() + ") VALUES ";
        for (auto const& row : part) sql += (&row == &part.front() ? "" : ", ") + arguments.row(row);
        TRY_OK(of(tx).exec_of(sql + " ON CONFLICT DO NOTHING", arguments.all()));
    }
    return {};
}
}   // namespace

Result<void> SqlContactImportStore::add(waqtor::Transaction& tx, ContactImportRow const& import) {
    return of(tx).insert("contact_import", import);
}

Result<ContactImportRow> SqlContactImportStore::find(waqtor::Transaction& tx, WorkspaceId workspace, ImportId import) {
    return of(tx).one<ContactImportRow>(kImport + " WHERE workspace = $1 AND id = $2", workspace, import);
}

Result<Page<ContactImportRow>> SqlContactImportStore::list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM contact_import WHERE workspace = $1", workspace));
    TRY(auto rows, of(tx).all<ContactImportRow>(kImport + " WHERE workspace = $1 ORDER BY id DESC LIMIT $2 OFFSET $3", workspace,
                                                page.limit, page.offset));
    return Page<ContactImportRow>{std::move(rows), total, page.limit, page.offset};
}

Result<bool> SqlContactImportStore::save(waqtor::Transaction& tx, ContactImportRow const& import, ImportState state,
                                         std::int64_t rows) {
    Arguments arguments;
    auto sql = "UPDATE contact_import SET (" + columns<ContactImportRow>() + ") = " + arguments.row(import);
    sql += " WHERE workspace = " + arguments.add(import.workspace) + " AND id = " + arguments.add(import.id);
    sql += " AND state = " + arguments.add(state) + " AND row_count = " + arguments.add(rows) + " RETURNING id";
    TRY(auto const saved, of(tx).all_of<ImportId>(sql, arguments.all()));
    return !saved.empty();
}

Result<void> SqlContactImportStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, ImportId import) {
    TRY(auto const removed, of(tx).exec("DELETE FROM contact_import WHERE workspace = $1 AND id = $2", workspace, import));
    if (removed == 0) return fail(Code::not_found, "There is no such import");
    return {};
}

Result<std::vector<ContactImportRow>> SqlContactImportStore::busy(waqtor::Transaction& tx) {
    return of(tx).all<ContactImportRow>(kImport + " WHERE state IN ('running', 'undoing') ORDER BY id");
}

Result<std::int64_t> SqlContactImportStore::forget_ready(waqtor::Transaction& tx, WorkspaceId workspace, Timestamp before) {
    return of(tx).exec(R"sql(
        DELETE FROM contact_import WHERE workspace = $1 AND created_at < $2
           AND (state = 'ready' OR (state = 'failed' AND finished_at IS NULL)))sql",
                       workspace, before);
}

Result<void> SqlContactImportStore::add_part(waqtor::Transaction& tx, ImportId import, std::int64_t number,
                                             std::string_view bytes) {
    TRY_OK(of(tx).exec("INSERT INTO contact_import_part (import_id, number, bytes) VALUES ($1, $2, $3)", import, number,
                       as_bytes(bytes)));
    return {};
}

Result<std::string> SqlContactImportStore::file(waqtor::Transaction& tx, ImportId import) {
    std::string out;
    for (std::int64_t number = 0;; ++number) {
        TRY(auto const part,
            of(tx).maybe<Bytes>("SELECT bytes FROM contact_import_part WHERE import_id = $1 AND number = $2", import, number));
        if (!part) return out;
        out.append(reinterpret_cast<char const*>(part->data()), part->size());
    }
}

Result<void> SqlContactImportStore::forget_file(waqtor::Transaction& tx, ImportId import) {
    TRY_OK(of(tx).exec("DELETE FROM contact_import_part WHERE import_id = $1", import));
    return {};
}

Result<void> SqlContactImportStore::note(waqtor::Transaction& tx, std::vector<ImportLineRow> const& lines) {
    return insert_all(tx, "contact_import_row", lines);
}

Result<Page<ImportLineRow>> SqlContactImportStore::lines(waqtor::Transaction& tx, ImportId import,
                                                         std::optional<ImportOutcome> outcome, PageRequest page) {
    constexpr std::string_view kWhich = " WHERE import_id = $1 AND ($2 = '' OR outcome = $2)";
    auto const wanted = outcome ? enum_name(*outcome) : std::string_view{};
    TRY(auto const total,
        of(tx).one<std::int64_t>("SELECT count(*) FROM contact_import_row" + std::string{kWhich}, import, wanted));
    TRY(auto rows, of(tx).all<ImportLineRow>(kLine + std::string{kWhich} + " ORDER BY line LIMIT $3 OFFSET $4", import, wanted,
                                             page.limit, page.offset));
    return Page<ImportLineRow>{std::move(rows), total, page.limit, page.offset};
}

Result<std::vector<ImportLineRow>> SqlContactImportStore::lines_after(waqtor::Transaction& tx, ImportId import,
                                                                      ImportOutcome outcome, std::int64_t after,
                                                                      std::int64_t limit) {
    return of(tx).all<ImportLineRow>(kLine + " WHERE import_id = $1 AND outcome = $2 AND line > $3 ORDER BY line LIMIT $4", import,
                                     outcome, after, limit);
}

Result<void> SqlContactImportStore::add_changes(waqtor::Transaction& tx, std::vector<ImportChangeRow> const& changes) {
    return insert_all(tx, "contact_import_change", changes);
}

Result<std::vector<ImportChangeRow>> SqlContactImportStore::changes(waqtor::Transaction& tx, ImportId import, std::int64_t limit) {
    return of(tx).all<ImportChangeRow>(
        "SELECT " + columns<ImportChangeRow>() + " FROM contact_import_change WHERE import_id = $1 ORDER BY contact LIMIT $2",
        import, limit);
}

Result<void> SqlContactImportStore::forget_change(waqtor::Transaction& tx, ImportId import, ContactId contact) {
    TRY_OK(of(tx).exec("DELETE FROM contact_import_change WHERE import_id = $1 AND contact = $2", import, contact));
    return {};
}

}   // namespace waqtor::sql
