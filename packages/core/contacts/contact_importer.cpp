#include "core/contacts/contact_importer.hpp"

#include "core/base/csv.hpp"
#include "core/base/format.hpp"
#include "core/base/utf8.hpp"
#include "core/contacts/import/scan.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace waqtor {
namespace {
constexpr std::int64_t kBatch = 500;
constexpr std::size_t kMostProblems = 1000;
constexpr std::size_t kMostSamples = 3;
constexpr std::size_t kPart = 1U << 20U;
constexpr std::int64_t kPage = 1000;
constexpr auto kReadyFor = std::chrono::hours{7 * 24};
constexpr std::string_view kNoPhone =
    "has no column of phone numbers; call it Phone (or الهاتف) in the first row, or say which it is";
constexpr std::string_view kHalfUploaded = "The file did not come whole";

ContactImport shown(ContactImportRow const& row) {
    auto const settings = read_json<ImportSettings>(row.options).value_or(ImportSettings{});
    ContactImport out{.id = row.id,
                      .state = row.state,
                      .file_name = row.file_name,
                      .format = row.format,
                      .encoding = row.encoding,
                      .country = settings.country,
                      .tags = settings.tags,
                      .columns = {},
                      .total = row.total_count,
                      .rows = row.row_count,
                      .created = row.created_count,
                      .updated = row.updated_count,
                      .skipped = row.skipped_count,
                      .errors = row.error_count,
                      .undone = row.undone_count,
                      .kept = row.kept_count,
                      .created_at = row.created_at,
                      .finished_at = row.finished_at,
                      .undone_at = row.undone_at};
    if (!row.problem.empty()) out.problem = row.problem;
    for (std::size_t i = 0; i < row.header.size() && i < settings.columns.size(); ++i)
        out.columns.push_back({row.header[i], settings.columns[i]});
    return out;
}

Result<void> check(ImportSettings const& settings) {
    if (!is_country(settings.country)) return invalid("country", "must be a country's two letters, like SA");
    for (auto const& tag : settings.tags)
        if (tag.empty() || count_characters(tag) > 100) return invalid("tags", "must be of 1 to 100 characters each");
    return {};
}

void add_samples(ContactImport& out, std::vector<std::string> const& cells) {
    for (std::size_t i = 0; i < cells.size() && i < out.columns.size(); ++i) {
        auto& samples = out.columns[i].samples;
        if (!samples) samples.emplace();
        if (samples->size() < kMostSamples && !cells[i].empty()) samples->push_back(import::shortened({cells[i]}));
    }
}

void add_problems(ContactImport& out, std::vector<ImportLineRow> const& notes) {
    for (auto const& note : notes)
        if (out.problems->size() < kMostProblems)
            out.problems->push_back({note.line, note.outcome, note.reason, import::shortened(note.cells)});
}
}   // namespace

/// What the file would bring now, in the row's counts and with what people want to see of it.
Task<ContactImport> ContactImporter::look(ContactImportRow row, std::string bytes) {
    CO_TRY(auto settings, read_json<ImportSettings>(row.options));
    CO_TRY(auto people, import::People::open(std::move(bytes), settings.country, settings.columns));
    row.format = people.format();
    row.encoding = people.encoding();
    row.header = people.columns().titles;
    settings.columns = people.columns().meanings;
    row.options = write_json(settings);
    row.problem = people.columns().has_phone() ? "" : kNoPhone;
    row.row_count = row.created_count = row.updated_count = row.skipped_count = row.error_count = 0;
    auto out = shown(row);
    out.problems.emplace();
    import::Scan scan{std::move(people), row.id, settings.country};
    import::Numbers numbers;
    scan.note_in(numbers);
    for (;;) {
        CO_TRY(auto batch, scan.next(kBatch));
        if (batch.rows == 0) break;
        auto const rows = batch.rows;
        for (auto const& wanted : batch.wanted) add_samples(out, wanted.cells);
        for (auto const& note : batch.notes) add_samples(out, note.cells);
        CO_TRY(auto const plan, co_await parts_.db.read([this, row, settings, batch = std::move(batch)](Transaction& tx) mutable {
            return import::plan(parts_, tx, row, settings, std::move(batch), parts_.clock.now());
        }));
        import::count(row, plan, rows);
        add_problems(out, plan.notes);
    }
    seen_.keep(row.id, settings, std::move(numbers));
    row.total_count = row.row_count;
    auto full = shown(row);
    full.problems = std::move(out.problems);
    std::ranges::sort(*full.problems, {}, &ImportProblem::line);
    full.columns = std::move(out.columns);
    co_return full;
}

namespace {
/// The row as it is after a look.
void take_look(ContactImportRow& row, ContactImport const& seen) {
    row.format = seen.format;
    row.encoding = seen.encoding;
    row.total_count = row.row_count = seen.rows;
    row.created_count = seen.created;
    row.updated_count = seen.updated;
    row.skipped_count = seen.skipped;
    row.error_count = seen.errors;
    row.problem = seen.problem.value_or("");
    row.header.clear();
    ImportSettings settings{.country = seen.country, .tags = seen.tags};
    for (auto const& column : seen.columns) {
        row.header.push_back(column.title);
        settings.columns.push_back(column.meaning);
    }
    row.options = write_json(settings);
}
}   // namespace

/// Writes the import with its file, in pieces: a large one would keep other writers waiting.
Task<void> ContactImporter::keep(ContactImportRow row, std::string bytes) {
    auto half = row;
    half.state = ImportState::failed;
    half.problem = kHalfUploaded;
    CO_TRY_OK(co_await parts_.db.write([this, half](Transaction& tx) -> Result<void> {
        TRY_OK(store_.forget_ready(tx, half.workspace, parts_.clock.now() - kReadyFor));
        return store_.add(tx, half);
    }));
    auto const all = std::string_view{bytes};
    for (std::size_t at = 0; at < all.size(); at += kPart)
        CO_TRY_OK(co_await parts_.db.write([this, row, at, part = std::string{all.substr(at, kPart)}](Transaction& tx) {
            return store_.add_part(tx, row.id, static_cast<std::int64_t>(at / kPart), part);
        }));
    co_return co_await parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY(auto const saved, store_.save(tx, row, ImportState::failed, row.row_count));
        return saved ? Result<void>{} : fail(Code::conflict, "The import was removed while its file came");
    });
}

Task<ContactImport> ContactImporter::upload(Caller who, UploadImport wish) {
    ImportSettings const settings{.country = wish.country.value_or(country_), .tags = std::move(wish.tags)};
    CO_TRY_OK(check(settings));
    auto const now = parts_.clock.now();
    ContactImportRow row{.id = ImportId::make(now),
                         .workspace = who.workspace,
                         .state = ImportState::ready,
                         .file_name = std::string{beginning(wish.file_name, 255)},
                         .options = write_json(settings),
                         .created_by = who.user,
                         .created_at = now};
    CO_TRY(auto seen, co_await asio::co_spawn(workers_, look(row, wish.bytes), asio::use_awaitable));
    take_look(row, seen);
    CO_TRY_OK(co_await keep(row, std::move(wish.bytes)));
    co_return seen;
}

/// The import with the wish in its settings; refused once it has started.
Result<ContactImportRow> ContactImporter::settle(Transaction& tx, WorkspaceId workspace, SetImport const& wish) {
    TRY(auto row, store_.find(tx, workspace, wish.id));
    if (row.state != ImportState::ready)
        return fail(Code::conflict,
                    fmt::format("The import is {}; only one that is ready can be looked at or started", enum_name(row.state)));
    TRY(auto settings, read_json<ImportSettings>(row.options));
    if (wish.country) settings.country = *wish.country;
    if (wish.tags) settings.tags = *wish.tags;
    if (wish.columns) settings.columns = *wish.columns;
    TRY_OK(check(settings));
    if (settings.columns.size() != row.header.size())
        return invalid("columns", fmt::format("must name {} columns, as many as the file has", row.header.size()));
    row.options = write_json(settings);
    return row;
}

Task<ContactImport> ContactImporter::preview(Caller who, SetImport wish) {
    using Found = std::pair<ContactImportRow, std::string>;
    CO_TRY(auto found, co_await parts_.db.read([this, who, wish](Transaction& tx) -> Result<Found> {
        TRY(auto row, settle(tx, who.workspace, wish));
        TRY(auto file, store_.file(tx, row.id));
        return Found{std::move(row), std::move(file)};
    }));
    auto& [row, file] = found;
    auto const before = row.row_count;
    CO_TRY(auto seen, co_await asio::co_spawn(workers_, look(row, std::move(file)), asio::use_awaitable));
    take_look(row, seen);
    CO_TRY_OK(co_await parts_.db.write([this, row, before](Transaction& tx) -> Result<void> {
        TRY(auto const saved, store_.save(tx, row, ImportState::ready, before));
        return saved ? Result<void>{} : fail(Code::conflict, "The import was started or removed meanwhile");
    }));
    co_return seen;
}

Task<ContactImport> ContactImporter::start(Caller who, SetImport wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<ContactImport> {
        TRY(auto row, settle(tx, who.workspace, wish));
        TRY(auto const settings, read_json<ImportSettings>(row.options));
        if (std::ranges::find(settings.columns, ImportMeaning::phone) == settings.columns.end())
            return invalid("columns", std::string{kNoPhone});
        auto const before = row.row_count;
        row.state = ImportState::running;
        row.row_count = row.created_count = row.updated_count = row.skipped_count = row.error_count = 0;
        row.problem.clear();
        TRY(auto const saved, store_.save(tx, row, ImportState::ready, before));
        if (!saved) return fail(Code::conflict, "The import was started or removed meanwhile");
        TRY_OK(tell(tx, row));
        return shown(row);
    });
}

Task<ContactImport> ContactImporter::undo(Caller who, ImportId import) {
    return parts_.db.write([this, who, import](Transaction& tx) -> Result<ContactImport> {
        TRY(auto row, store_.find(tx, who.workspace, import));
        auto const before = row.state;
        if (before != ImportState::done && before != ImportState::failed)
            return fail(Code::conflict, fmt::format("The import is {}; only one that has ended can be undone", enum_name(before)));
        row.state = ImportState::undoing;
        row.undone_count = row.kept_count = 0;
        row.moved_at.reset();
        TRY(auto const saved, store_.save(tx, row, before, row.row_count));
        if (!saved) return fail(Code::conflict, "The import was changed meanwhile");
        TRY_OK(store_.forget_file(tx, row.id));
        TRY_OK(tell(tx, row));
        return shown(row);
    });
}

Task<ContactImport> ContactImporter::get(Caller who, ImportId import) {
    return parts_.db.read([this, who, import](Transaction& tx) -> Result<ContactImport> {
        TRY(auto const row, store_.find(tx, who.workspace, import));
        return shown(row);
    });
}

Task<Page<ContactImport>> ContactImporter::list(Caller who, PageRequest page) {
    return parts_.db.read([this, who, page](Transaction& tx) -> Result<Page<ContactImport>> {
        TRY(auto rows, store_.list(tx, who.workspace, page));
        return map_page(std::move(rows), [](ContactImportRow const& row) { return shown(row); });
    });
}

Task<Page<ImportLine>> ContactImporter::lines(Caller who, ListImportLines wish) {
    return parts_.db.read([this, who, wish](Transaction& tx) -> Result<Page<ImportLine>> {
        TRY_OK(store_.find(tx, who.workspace, wish.id));
        TRY(auto rows, store_.lines(tx, wish.id, wish.outcome, {wish.limit.value_or(50), wish.offset.value_or(0)}));
        return map_page(std::move(rows),
                        [](ImportLineRow const& row) { return ImportLine{row.line, row.outcome, row.reason, row.cells}; });
    });
}

Task<std::string> ContactImporter::rejected_csv(Caller who, ImportId import) {
    CO_TRY(auto const row,
           co_await parts_.db.read([this, who, import](Transaction& tx) { return store_.find(tx, who.workspace, import); }));
    std::string out = "\xef\xbb\xbf";
    for (auto const& title : row.header) out += csv_cell(title) + ',';
    out += csv_cell(kRejectedLine) + ',' + csv_cell(kRejectedReason) + "\r\n";
    for (std::int64_t after = 0;;) {
        CO_TRY(auto const lines, co_await parts_.db.read([this, import, after](Transaction& tx) {
            return store_.lines_after(tx, import, ImportOutcome::error, after, kPage);
        }));
        if (lines.empty()) co_return out;
        after = lines.back().line;
        for (auto const& line : lines) {
            for (std::size_t i = 0; i < row.header.size(); ++i)
                out += csv_cell(i < line.cells.size() ? std::string_view{line.cells[i]} : std::string_view{}) + ',';
            out += std::to_string(line.line) + ',' + csv_cell(line.reason) + "\r\n";
        }
    }
}

Task<void> ContactImporter::remove(Caller who, ImportId import) {
    return parts_.db.write([this, who, import](Transaction& tx) -> Result<void> {
        TRY(auto const row, store_.find(tx, who.workspace, import));
        if (row.state == ImportState::running || row.state == ImportState::undoing)
            return fail(Code::conflict, fmt::format("The import is {}; wait until it has ended", enum_name(row.state)));
        return store_.remove(tx, who.workspace, import);
    });
}

Task<ContactImport> ContactImporter::wait(Caller who, ImportId import) {
    auto const executor = co_await asio::this_coro::executor;
    EventBus::Subscription subscription{bus_, who.workspace, executor};
    for (;;) {
        CO_TRY(auto now, co_await get(who, import));
        if (now.state != ImportState::running && now.state != ImportState::undoing) co_return now;
        co_await subscription.wait(std::chrono::milliseconds{500});   // another process may carry it out
    }
}

Result<void> ContactImporter::tell(Transaction& tx, ContactImportRow const& row) {
    TRY_OK(parts_.events.append(tx, row.workspace,
                                ContactsImported{.import = row.id,
                                                 .state = row.state,
                                                 .total = row.total_count,
                                                 .rows = row.row_count,
                                                 .created = row.created_count,
                                                 .updated = row.updated_count,
                                                 .skipped = row.skipped_count,
                                                 .errors = row.error_count}));
    return {};
}

}   // namespace waqtor
