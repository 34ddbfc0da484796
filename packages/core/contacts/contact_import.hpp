#pragma once
#include "core/base/page.hpp"
#include "core/contacts/contact_events.hpp"

// An import of a file of people: uploaded, looked at, started, carried out by the server, undone. Its rows and what the API shows.

namespace waqtor {

/// What a column holds. `custom` ones become fields of the contact under their heading.
enum class ImportMeaning : std::uint8_t {
    ignore,
    phone,
    name,
    first_name,
    middle_name,
    last_name,
    email,
    company,
    position,
    notes,
    tags,
    language,
    custom
};
BOOST_DESCRIBE_ENUM(ImportMeaning, ignore, phone, name, first_name, middle_name, last_name, email, company, position, notes, tags,
                    language, custom)

/// The two columns that a list of rejected rows has more than the file; ignored when it comes back corrected.
inline constexpr std::string_view kRejectedLine = "WaQtor line";
inline constexpr std::string_view kRejectedReason = "WaQtor reason";

/// How a file is read.
struct ImportSettings {
    std::string country = "SA";
    std::vector<std::string> tags;
    std::vector<ImportMeaning> columns;
};
BOOST_DESCRIBE_STRUCT(ImportSettings, (), (country, tags, columns))
template <>
inline constexpr std::array kFields<ImportSettings>{
    Field{"country", "Whose national numbers are read, ISO 3166"},
    Field{"tags", "Tags that everybody in the file gets"},
    Field{"columns", "What each column holds"},
};

struct ContactImportRow {
    ImportId id;
    WorkspaceId workspace;
    ImportState state{};
    std::string file_name;
    std::string format;
    std::string encoding;
    json::value options;            // ImportSettings
    std::int64_t row_count = 0;     // rows of the file that were dealt with
    std::int64_t total_count = 0;   // rows it has
    std::int64_t created_count = 0;
    std::int64_t updated_count = 0;
    std::int64_t skipped_count = 0;
    std::int64_t error_count = 0;
    std::int64_t undone_count = 0;
    std::int64_t kept_count = 0;
    std::vector<std::string> made_tags;   // ids of tags that it made
    std::string problem;
    std::vector<std::string> header;
    UserId created_by;
    Timestamp created_at{};
    std::optional<Timestamp> moved_at{};   // when it last went on
    std::optional<Timestamp> finished_at{};
    std::optional<Timestamp> undone_at{};
};
BOOST_DESCRIBE_STRUCT(ContactImportRow, (),
                      (id, workspace, state, file_name, format, encoding, options, row_count, total_count, created_count,
                       updated_count, skipped_count, error_count, undone_count, kept_count, made_tags, problem, header, created_by,
                       created_at, moved_at, finished_at, undone_at))

enum class ImportOutcome : std::uint8_t { skip, error };
BOOST_DESCRIBE_ENUM(ImportOutcome, skip, error)

/// A row of the file that brought nothing.
struct ImportLineRow {
    ImportId import_id;
    std::int64_t line = 0;
    ImportOutcome outcome{};
    std::string reason;
    std::vector<std::string> cells;
};
BOOST_DESCRIBE_STRUCT(ImportLineRow, (), (import_id, line, outcome, reason, cells))

/// A contact that an import changed, as it was before.
struct ImportChangeRow {
    ImportId import_id;
    ContactId contact;
    json::value before;       // ContactBefore
    Timestamp changed_at{};   // the contact's updated_at, while nobody else changes it
};
BOOST_DESCRIBE_STRUCT(ImportChangeRow, (), (import_id, contact, before, changed_at))

struct ContactBefore {
    std::string name;
    std::string email;
    std::string company;
    std::string position;
    std::string notes;
    std::string language;
    std::map<std::string, std::string> custom;
    std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(ContactBefore, (), (name, email, company, position, notes, language, custom, tags))
template <>
inline constexpr std::array kFields<ContactBefore>{
    Field{"name", ""},  Field{"email", ""},    Field{"company", ""}, Field{"position", ""},
    Field{"notes", ""}, Field{"language", ""}, Field{"custom", ""},  Field{"tags", "Names of the tags that the import gave"},
};

// ---- what the API takes and shows

/// A file that came.
struct UploadImport {
    std::string bytes;
    std::string file_name{};
    std::optional<std::string> country{};
    std::vector<std::string> tags{};
};

struct WhichImport {
    ImportId id;
};
BOOST_DESCRIBE_STRUCT(WhichImport, (), (id))
template <> inline constexpr std::array kFields<WhichImport>{Field{"id", "The import"}};

struct SetImport {
    ImportId id;
    std::optional<std::string> country{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<std::vector<ImportMeaning>> columns{};
};
BOOST_DESCRIBE_STRUCT(SetImport, (), (id, country, tags, columns))
template <>
inline constexpr std::array kFields<SetImport>{
    Field{"id", "The import"},
    Field{"country", "Whose national numbers are read, ISO 3166: SA", 2, 2, Format::single_line},
    Field{"tags", "Tags that everybody in the file gets; new ones are made", 0, 50, Format::single_line},
    Field{"columns", "What each column of the file holds, in its order; guessed when absent", 1, 256},
};

struct ListImportLines {
    ImportId id;
    std::optional<ImportOutcome> outcome{};
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
};
BOOST_DESCRIBE_STRUCT(ListImportLines, (), (id, outcome, limit, offset))
template <>
inline constexpr std::array kFields<ListImportLines>{
    Field{"id", "The import"},
    Field{"outcome", "Only rows that were skipped, or only those with an error"},
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
};

/// Why a row was not taken.
struct ImportProblem {
    std::int64_t line = 0;
    ImportOutcome outcome{};
    std::string reason;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(ImportProblem, (), (line, outcome, reason, text))
template <>
inline constexpr std::array kFields<ImportProblem>{
    Field{"line", "Line, row or card of the file, from 1"},
    Field{"outcome", "skip: it brings nothing new; error: it cannot be used"},
    Field{"reason", "Why it was not taken"},
    Field{"text", "The row as it stands in the file, shortened"},
};

struct ImportColumn {
    std::string title;
    ImportMeaning meaning{};
    std::optional<std::vector<std::string>> samples{};
};
BOOST_DESCRIBE_STRUCT(ImportColumn, (), (title, meaning, samples))
template <>
inline constexpr std::array kFields<ImportColumn>{
    Field{"title", "Its heading"},
    Field{"meaning", "What it holds"},
    Field{"samples", "What stands in it in the first rows; only while the import is looked at"},
};

struct ContactImport {
    ImportId id;
    ImportState state{};
    std::string file_name;
    std::string format;
    std::string encoding;
    std::string country;
    std::vector<std::string> tags;
    std::vector<ImportColumn> columns;
    std::int64_t total = 0;
    std::int64_t rows = 0;
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t skipped = 0;
    std::int64_t errors = 0;
    std::int64_t undone = 0;
    std::int64_t kept = 0;
    std::optional<std::string> problem{};
    Timestamp created_at{};
    std::optional<Timestamp> finished_at{};
    std::optional<Timestamp> undone_at{};
    std::optional<std::vector<ImportProblem>> problems{};
};
BOOST_DESCRIBE_STRUCT(ContactImport, (),
                      (id, state, file_name, format, encoding, country, tags, columns, total, rows, created, updated, skipped,
                       errors, undone, kept, problem, created_at, finished_at, undone_at, problems))
template <>
inline constexpr std::array kFields<ContactImport>{
    Field{"id", "The import"},
    Field{"state", "ready: looked at and not started; running; done; failed; undoing; undone"},
    Field{"file_name", "The file's name"},
    Field{"format", "csv, xlsx or vcard"},
    Field{"encoding", "How its text is encoded"},
    Field{"country", "Whose national numbers are read"},
    Field{"tags", "Tags that everybody in the file gets"},
    Field{"columns", "The file's columns"},
    Field{"total", "Rows in the file"},
    Field{"rows", "Rows dealt with so far; while it is ready, rows looked at"},
    Field{"created", "New contacts; while it is ready, those it would make"},
    Field{"updated", "Contacts that learned something, or would"},
    Field{"skipped", "Rows that bring nothing new, or a number a second time"},
    Field{"errors", "Rows that cannot be used"},
    Field{"undone", "Contacts removed or put back when it was undone"},
    Field{"kept", "Contacts that stayed as they were changed since"},
    Field{"problem", "Why it failed, or cannot start"},
    Field{"created_at", "When the file came"},
    Field{"finished_at", "When it ended"},
    Field{"undone_at", "When it was undone"},
    Field{"problems", "The first rows that would not be taken, at most 1,000; only while the import is looked at"},
};

struct ImportLine {
    std::int64_t line = 0;
    ImportOutcome outcome{};
    std::string reason;
    std::vector<std::string> cells;
};
BOOST_DESCRIBE_STRUCT(ImportLine, (), (line, outcome, reason, cells))
template <>
inline constexpr std::array kFields<ImportLine>{
    Field{"line", "Line, row or card of the file, from 1"},
    Field{"outcome", "skip: it brings nothing new; error: it cannot be used"},
    Field{"reason", "Why it was not taken"},
    Field{"cells", "The row as it stands in the file"},
};

}   // namespace waqtor
