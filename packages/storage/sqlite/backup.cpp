#include "storage/sqlite/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace waqtor::sqlite {
namespace {

Result<void> copy(sqlite3* source, std::filesystem::path const& to) {
    TRY(auto target, open(to, SQLITE_OPEN_READWRITE, std::chrono::milliseconds{0}));
    auto* const job = sqlite3_backup_init(target.get(), "main", source, "main");
    if (!job) return error_of(target.get(), sqlite3_errcode(target.get()));
    // All pages in one step: between steps a writer would make it start again, under steady load for ever.
    auto const code = sqlite3_backup_step(job, -1);
    auto const finished = sqlite3_backup_finish(job);
    if (code != SQLITE_DONE) return error_of(target.get(), finished == SQLITE_OK ? code : finished);
    // The copy inherits WAL mode; without it the copy is one file that can be read from a read-only place.
    return execute(target.get(), "PRAGMA journal_mode = DELETE");
}

Result<void> sync(std::filesystem::path const& path) {
    auto const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    auto const outcome = file < 0 ? -1 : ::fsync(file);
    auto const cause = errno;
    if (file >= 0) ::close(file);
    if (outcome == 0) return {};
    return fail_with_cause(cause == ENOSPC ? Code::storage_full : Code::unavailable, "The backup cannot be written",
                           std::error_code{cause, std::generic_category()}.message());
}

}   // namespace

Result<void> backup(sqlite3* source, std::filesystem::path const& to) {
    if (std::filesystem::exists(to)) return fail(Code::conflict, "The backup's file exists already");
    auto const part = std::filesystem::path{to.string() + ".part"};
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    auto const file = ::open(part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return fail_with_cause(Code::unavailable, "The backup's file cannot be made",
                               std::error_code{errno, std::generic_category()}.message());
    ::close(file);
    auto outcome = copy(source, part);
    if (outcome) outcome = sync(part);
    if (outcome) {
        std::error_code failure;
        std::filesystem::rename(part, to, failure);
        if (failure) outcome = fail_with_cause(Code::unavailable, "The backup cannot be given its name", failure.message());
    }
    if (!outcome) std::filesystem::remove(part, ignored);
    if (outcome) outcome = sync(to.has_parent_path() ? to.parent_path() : ".");
    return outcome;
}

Result<void> quick_check(sql::Connection& connection) {
    std::vector<std::string> findings;
    auto take = [](void* state, sql::Row const& row) {
        return sql::read_row(row, static_cast<std::vector<std::string>*>(state)->emplace_back());
    };
    TRY_OK(connection.run("PRAGMA quick_check(1)", {}, {&findings, take}));
    if (findings.size() == 1 && findings.front() == "ok") return {};
    return fail_with_cause(Code::internal, "The database file is damaged", findings.empty() ? "" : findings.front());
}

}   // namespace waqtor::sqlite
