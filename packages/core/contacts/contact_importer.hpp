#pragma once
#include "core/accounts/caller.hpp"
#include "core/contacts/contact_book.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>

namespace waqtor {

struct ImportOptions {
    std::string country = "SA";        // whose national numbers are read
    std::vector<std::string> tags{};   // given to everybody in the file
    bool preview = false;              // counts only; nothing is written
};

/// Why a row was not taken.
struct ImportProblem {
    std::int64_t line = 0;
    std::string reason;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(ImportProblem, (), (line, reason, text))
template <>
inline constexpr std::array kFields<ImportProblem>{Field{"line", "Line, row or card of the file, from 1"},
                                                   Field{"reason", "Why it was not taken"},
                                                   Field{"text", "The row as it stands in the file, shortened"}};

struct ImportReport {
    ImportId id;
    std::string format;
    std::string encoding;
    std::int64_t rows = 0;
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t skipped = 0;
    std::int64_t rejected = 0;
    std::vector<ImportProblem> problems;
};
BOOST_DESCRIBE_STRUCT(ImportReport, (), (id, format, encoding, rows, created, updated, skipped, rejected, problems))
template <>
inline constexpr std::array kFields<ImportReport>{
    Field{"id", "The import"},
    Field{"format", "csv, xlsx or vcard"},
    Field{"encoding", "How its text was encoded"},
    Field{"rows", "People in the file"},
    Field{"created", "New contacts"},
    Field{"updated", "Contacts that learned something"},
    Field{"skipped", "Known already, or the same number a second time"},
    Field{"rejected", "Rows without a usable number"},
    Field{"problems", "Why rows were skipped twice or rejected; at most 10,000"},
};

/// Brings lists of people in.
class ContactImporter {
public:
    /// `pool` is where files are read.
    ContactImporter(ContactParts parts, asio::any_io_executor pool) : parts_{parts}, pool_{std::move(pool)} {}

    /// Code::invalid (field "file") for what cannot be read. Rows that cannot be used are in the report, the others are taken;
    /// people who opted out stay so.
    Task<ImportReport> import_file(Caller who, std::filesystem::path file, ImportOptions options);
    Task<ImportReport> import_bytes(Caller who, std::string bytes, ImportOptions options);

private:
    ContactParts parts_;
    asio::any_io_executor pool_;
};

}   // namespace waqtor
