#include "core/contacts/contact_importer.hpp"

#include "core/base/format.hpp"
#include "core/base/utf8.hpp"
#include "core/contacts/contact_events.hpp"
#include "core/contacts/fold.hpp"
#include "core/contacts/import/columns.hpp"
#include "core/contacts/phone_number.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fstream>
#include <set>
#include <unordered_map>

namespace waqtor {
namespace {
constexpr std::size_t kBatch = 500;
constexpr std::size_t kMostProblems = 10'000;
constexpr std::size_t kMostCustom = 50;

std::string shortened(import::Table::Row const& row) {
    std::string out;
    for (auto const& cell : row.cells) out += (out.empty() ? "" : ", ") + cell;
    return out.size() <= 200 ? out : std::string{beginning(out, 200)} + "…";
}

/// The first number that works, mobile ones before others.
Result<PhoneNumber> choose(std::vector<std::string> const& phones, std::string_view country) {
    if (phones.empty()) return fail(Code::invalid, "has no phone number");
    std::optional<PhoneNumber> usable;
    std::optional<Error> problem;
    for (auto const& text : phones) {
        if (text.contains("E+") || text.contains("e+")) {
            problem = Error{.code = Code::invalid, .message = "the number was shortened by a spreadsheet: " + text};
            continue;
        }
        auto number = read_phone(text, country);
        if (number && number->mobile) return *number;
        if (number && !usable) usable = *number;
        if (!number && !problem) problem = number.error();
    }
    if (usable) return *usable;
    return std::unexpected(*std::move(problem));
}

/// Takes what the row has into a contact; true when that changed anything.
bool learn(ContactRow& row, import::Entry const& entry) {
    auto changed = false;
    auto const take = [&](std::string& field, std::string const& value, std::size_t most) {
        if (value.empty() || count_characters(value) > most || field == value) return;
        field = value;
        changed = true;
    };
    take(row.name, entry.name, 200);
    take(row.email, entry.email, 254);
    take(row.company, entry.company, 200);
    take(row.position, entry.position, 200);
    if (row.notes.empty()) take(row.notes, entry.notes, 10'000);
    auto const language = fold(entry.language);
    if (language.starts_with("ar") || language.starts_with(fold("عربي"))) take(row.language, "ar", 2);
    if (language.starts_with("en") || language.starts_with(fold("إنجليزي"))) take(row.language, "en", 2);
    for (auto const& [key, value] : entry.custom)
        if (count_characters(key) <= 64 && (row.custom.contains(key) || row.custom.size() < kMostCustom))
            take(row.custom[key], value, 1000);
    return changed;
}

struct Wanted {
    std::int64_t line;
    PhoneNumber number;
    import::Entry entry;
};

/// One run over one file.
class Run {
public:
    Run(ContactParts& parts, Caller who, ImportOptions options)
        : parts_{parts}, who_{std::move(who)}, options_{std::move(options)}, now_{parts.clock.now()} {
        report_.id = ImportId::make(now_);
    }

    Task<ImportReport> over(import::Table table) {
        CO_TRY(auto const columns, import::guess_columns(table, options_.country));
        report_.format = table.format;
        report_.encoding = table.encoding;
        std::vector<Wanted> batch;
        for (auto i = std::size_t{columns.header && table.format != "vcard" ? 1U : 0U}; i < table.rows.size(); ++i) {
            look_at(columns, table.rows[i], batch);
            if (batch.size() == kBatch) CO_TRY_OK(co_await write(std::exchange(batch, {})));
        }
        if (!batch.empty()) CO_TRY_OK(co_await write(std::move(batch)));
        if (!options_.preview) CO_TRY_OK(co_await tell());
        co_return std::move(report_);
    }

private:
    void look_at(import::Columns const& columns, import::Table::Row const& row, std::vector<Wanted>& batch) {
        ++report_.rows;
        auto entry = import::entry_of(columns, row);
        auto const number = choose(entry.phones, options_.country);
        if (!number) {
            ++report_.rejected;
            return note(row, number.error().message);
        }
        auto const [first, fresh] = lines_.emplace(number->e164, row.line);
        if (!fresh) {
            ++report_.skipped;
            return note(row, fmt::format("the same number as in line {}", first->second));
        }
        batch.push_back({row.line, *number, std::move(entry)});
    }
    void note(import::Table::Row const& row, std::string reason) {
        if (report_.problems.size() < kMostProblems) report_.problems.push_back({row.line, std::move(reason), shortened(row)});
    }

    struct Counts {
        std::int64_t created = 0;
        std::int64_t updated = 0;
        std::int64_t skipped = 0;
    };
    Task<void> write(std::vector<Wanted> batch) {
        auto work = [this, batch = std::move(batch)](Transaction& tx) { return take(tx, batch); };
        auto const counts = options_.preview ? co_await parts_.db.read(std::move(work)) : co_await parts_.db.write(std::move(work));
        if (!counts) co_return std::unexpected(counts.error());
        report_.created += counts->created;
        report_.updated += counts->updated;
        report_.skipped += counts->skipped;
        co_return Result<void>{};
    }

    Result<Counts> take(Transaction& tx, std::vector<Wanted> const& batch) {
        std::vector<std::string> phones;
        for (auto const& wanted : batch) phones.push_back(wanted.number.e164);
        TRY(auto const found, parts_.contacts.with_phones(tx, who_.workspace, phones));
        std::unordered_map<std::string, ContactRow> known;
        for (auto const& row : found) known.emplace(*row.phone, row);
        Counts counts;
        std::vector<ContactRow> fresh;
        std::map<std::string, std::vector<ContactId>> tagged;
        for (auto const& wanted : batch) {
            auto const at = known.find(wanted.number.e164);
            auto row = at == known.end() ? made(wanted.number) : at->second;
            auto const changed = learn(row, wanted.entry);
            row.search = search_text(row);
            for (auto const& tag : wanted.entry.tags) tagged[tag].push_back(row.id);
            for (auto const& tag : options_.tags) tagged[tag].push_back(row.id);
            if (at == known.end())
                fresh.push_back(std::move(row));
            else if (!changed)
                ++counts.skipped;
            else {
                ++counts.updated;
                row.updated_at = now_;
                if (!options_.preview) TRY_OK(parts_.contacts.save(tx, row));
            }
        }
        counts.created = std::ssize(fresh);
        if (options_.preview) return counts;
        TRY(auto const written, parts_.contacts.add_all(tx, fresh));
        counts.created = std::ssize(written);
        counts.skipped += std::ssize(fresh) - std::ssize(written);   // somebody else was quicker
        auto const lost = [&](ContactId id) {
            return std::ranges::find(fresh, id, &ContactRow::id) != fresh.end() && std::ranges::find(written, id) == written.end();
        };
        if (written.size() != fresh.size())
            for (auto& [name, contacts] : tagged) std::erase_if(contacts, lost);
        for (auto const& [name, contacts] : tagged) {
            TRY(auto const tag, parts_.tags.ensure(tx, {.id = TagId::make(now_),
                                                        .workspace = who_.workspace,
                                                        .name = name,
                                                        .folded = fold(name),
                                                        .color = "#3B82F6",
                                                        .created_at = now_,
                                                        .updated_at = now_}));
            TRY_OK(parts_.tags.give(tx, tag.id, contacts));
        }
        return counts;
    }

    ContactRow made(PhoneNumber const& number) const {
        return {.id = ContactId::make(now_),
                .workspace = who_.workspace,
                .phone = number.e164,
                .language = language_of_country(number.country),
                .country = number.country,
                .time_zone = time_zone_of(number.country),
                .source = ContactSource::import,
                .import_id = report_.id,
                .created_at = now_,
                .updated_at = now_};
    }

    Task<void> tell() {
        return parts_.db.write([this](Transaction& tx) -> Result<void> {
            TRY_OK(parts_.events.append(tx, who_.workspace,
                                        ContactsImported{report_.id, ImportState::done, report_.rows, report_.created,
                                                         report_.updated, report_.skipped, report_.rejected}));
            return {};
        });
    }

    ContactParts& parts_;
    Caller who_;
    ImportOptions options_;
    Timestamp now_;
    ImportReport report_;
    std::unordered_map<std::string, std::int64_t> lines_;   // where each number stood first
};
}   // namespace

Task<ImportReport> ContactImporter::import_bytes(Caller who, std::string bytes, ImportOptions options) {
    if (!is_country(options.country)) co_return invalid("country", "must be a country's two letters, like SA");
    // Reading numbers takes seconds for a long list, which no thread of the network has.
    co_return co_await asio::co_spawn(
        pool_,
        [](ContactParts& parts, Caller caller, std::string text, ImportOptions wish) -> Task<ImportReport> {
            CO_TRY(auto table, import::read_table(std::move(text)));
            Run run{parts, std::move(caller), std::move(wish)};
            co_return co_await run.over(std::move(table));
        }(parts_, std::move(who), std::move(bytes), std::move(options)),
        asio::use_awaitable);
}

Task<ImportReport> ContactImporter::import_file(Caller who, std::filesystem::path file, ImportOptions options) {
    std::error_code failure;
    auto const size = std::filesystem::file_size(file, failure);
    if (failure) co_return invalid("file", "cannot be read: " + file.string());
    if (size > import::kMostBytes) co_return invalid("file", "is larger than 64 MiB");
    std::ifstream in{file, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    co_return co_await import_bytes(std::move(who), std::move(bytes), std::move(options));
}

}   // namespace waqtor
