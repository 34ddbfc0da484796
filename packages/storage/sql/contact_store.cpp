#include "storage/sql/contact_store.hpp"

#include "core/contacts/fold.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kContact = "SELECT " + columns<ContactRow>() + " FROM contact";
// Of the members of one statement: SQLite takes 32766 arguments, PostgreSQL 65535. SQLite finds an argument's place among the
// others by looking through them, so preparing a statement takes time with the square of their number.
constexpr std::size_t kRowsAtOnce = 100;
constexpr std::size_t kIdsAtOnce = 500;

/// Runs `work` on parts of at most `size`.
template <class T, class F> Result<void> in_parts(std::span<T const> all, std::size_t size, F work) {
    while (!all.empty()) {
        auto const part = all.first(std::min(size, all.size()));
        TRY_OK(work(part));
        all = all.subspan(part.size());
    }
    return {};
}
}   // namespace

Result<bool> SqlContactStore::add(waqtor::Transaction& tx, ContactRow const& contact) {
    Arguments arguments;
    auto const sql = "INSERT INTO contact (" + columns<ContactRow>() + ") VALUES " + arguments.row(contact) +
                     " ON CONFLICT DO NOTHING RETURNING id";
    TRY(auto const added, of(tx).all_of<ContactId>(sql, arguments.all()));
    return !added.empty();
}

Result<std::vector<ContactId>> SqlContactStore::add_all(waqtor::Transaction& tx, std::vector<ContactRow> const& contacts) {
    std::vector<ContactId> out;
    TRY_OK(in_parts(std::span{contacts}, kRowsAtOnce, [&](std::span<ContactRow const> part) -> Result<void> {
        Arguments arguments;
        auto sql = "INSERT INTO contact (" + columns<ContactRow>() + ") VALUES ";
        for (auto const& row : part) sql += (&row == &part.front() ? "" : ", ") + arguments.row(row);
        TRY(auto const added, of(tx).all_of<ContactId>(sql + " ON CONFLICT DO NOTHING RETURNING id", arguments.all()));
        out.insert(out.end(), added.begin(), added.end());
        return {};
    }));
    return out;
}

Result<ContactRow> SqlContactStore::find(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) {
    return of(tx).one<ContactRow>(kContact + " WHERE workspace = $1 AND id = $2", workspace, contact);
}

Result<std::optional<ContactId>> SqlContactStore::heir(waqtor::Transaction& tx, WorkspaceId workspace, ContactId merged) {
    return of(tx).maybe<ContactId>("SELECT heir FROM contact_alias WHERE workspace = $1 AND id = $2", workspace, merged);
}

Result<std::vector<ContactRow>> SqlContactStore::known_as(waqtor::Transaction& tx, WorkspaceId workspace, Person const& who) {
    // One look in one index for each of them that is given: with OR, both databases look in all three.
    Arguments arguments;
    auto const whose = arguments.add(workspace);
    std::string sql;
    auto const look = [&](std::string_view column, std::optional<std::string> const& value) {
        if (!value) return;
        sql += fmt::format("{}{} WHERE workspace = {} AND {} = {}", sql.empty() ? "" : " UNION ALL ", kContact, whose, column,
                           arguments.add(*value));
    };
    look("phone", who.phone);
    look("lid", who.lid);
    look("username", who.username);
    if (sql.empty()) return {};
    TRY(auto out, of(tx).all_of<ContactRow>(sql, arguments.all()));
    std::ranges::sort(out, {}, &ContactRow::id);
    auto const twice = std::ranges::unique(out, {}, &ContactRow::id);
    out.erase(twice.begin(), twice.end());
    return out;
}

Result<std::vector<ContactRow>> SqlContactStore::with_phones(waqtor::Transaction& tx, WorkspaceId workspace,
                                                             std::span<std::string const> phones) {
    std::vector<ContactRow> out;
    TRY_OK(in_parts(phones, kIdsAtOnce, [&](std::span<std::string const> part) -> Result<void> {
        Arguments arguments;
        auto sql = kContact + " WHERE workspace = " + arguments.add(workspace);
        sql += " AND phone IN " + arguments.list(part);
        TRY(auto rows, of(tx).all_of<ContactRow>(sql, arguments.all()));
        std::ranges::move(rows, std::back_inserter(out));
        return {};
    }));
    return out;
}

Result<std::vector<ContactRow>> SqlContactStore::those(waqtor::Transaction& tx, WorkspaceId workspace,
                                                       std::span<ContactId const> ids) {
    std::vector<ContactRow> out;
    TRY_OK(in_parts(ids, kIdsAtOnce, [&](std::span<ContactId const> part) -> Result<void> {
        Arguments arguments;
        auto sql = kContact + " WHERE workspace = " + arguments.add(workspace);
        sql += " AND id IN " + arguments.list(part) + " ORDER BY id";
        TRY(auto rows, of(tx).all_of<ContactRow>(sql, arguments.all()));
        std::ranges::move(rows, std::back_inserter(out));
        return {};
    }));
    return out;
}

Result<std::vector<ContactId>> SqlContactStore::resolve(waqtor::Transaction& tx, WorkspaceId workspace,
                                                        std::vector<ContactId> ids) {
    std::ranges::sort(ids);
    auto const twice = std::ranges::unique(ids);
    ids.erase(twice.begin(), twice.end());
    TRY(auto const any, of(tx).maybe<ContactId>("SELECT id FROM contact_alias WHERE workspace = $1 LIMIT 1", workspace));
    if (!any) return ids;
    auto const asked = ids;
    TRY_OK(in_parts(std::span{asked}, kIdsAtOnce, [&](std::span<ContactId const> part) -> Result<void> {
        Arguments arguments;
        auto sql = "SELECT heir FROM contact_alias WHERE workspace = " + arguments.add(workspace);
        TRY(auto const heirs, of(tx).all_of<ContactId>(sql + " AND id IN " + arguments.list(part), arguments.all()));
        ids.insert(ids.end(), heirs.begin(), heirs.end());
        return {};
    }));
    std::ranges::sort(ids);
    auto const again = std::ranges::unique(ids);
    ids.erase(again.begin(), again.end());
    return ids;
}

Result<void> SqlContactStore::save(waqtor::Transaction& tx, ContactRow const& contact) {
    // Not what tells which contact it is: SQLite would look whether anything refers to it, and write its indexes anew.
    static auto const kSave = [] {
        std::string changes;
        std::string which;
        std::size_t place = 0;
        boost::mp11::mp_for_each<Members<ContactRow>>([&](auto d) {
            auto const name = std::string_view{d.name};
            auto& list = name == "id" || name == "workspace" ? which : changes;
            auto const* const between = &list == &which ? " AND " : ", ";
            list += fmt::format("{}{} = ${}", list.empty() ? "" : between, name, ++place);
        });
        return "UPDATE contact SET " + changes + " WHERE " + which;
    }();
    Arguments arguments;
    arguments.row(contact);
    TRY(auto const saved, of(tx).exec_of(kSave, arguments.all()));
    if (saved == 0) return fail(Code::not_found, "There is no such contact");
    return {};
}

Result<void> SqlContactStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) {
    TRY(auto const removed, of(tx).exec("DELETE FROM contact WHERE workspace = $1 AND id = $2", workspace, contact));
    if (removed == 0) return fail(Code::not_found, "There is no such contact");
    return {};
}

Result<ContactCondition> SqlContactStore::condition(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter) {
    ContactCondition out{.filter = filter};
    auto tag_id = [&](std::string const& name) -> Result<std::optional<TagId>> {
        return of(tx).maybe<TagId>("SELECT id FROM tag WHERE workspace = $1 AND folded = $2", workspace, fold(name));
    };
    auto some = [&](std::optional<std::vector<std::string>> const& names, std::vector<TagId>& ids) -> Result<void> {
        for (auto const& name : names.value_or(std::vector<std::string>{})) {
            TRY(auto const id, tag_id(name));
            if (id) ids.push_back(*id);
        }
        return {};
    };
    TRY_OK(some(filter.tags, out.tags));
    TRY_OK(some(filter.without_tags, out.without_tags));
    for (auto const& name : filter.all_tags.value_or(std::vector<std::string>{})) {
        TRY(auto const id, tag_id(name));
        out.all_tags.push_back(id);
    }
    return out;
}

Result<Page<ContactRow>> SqlContactStore::list(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter,
                                               ContactOrder order, PageRequest page) {
    TRY(auto const total, count(tx, workspace, filter));
    TRY(auto const wanted, condition(tx, workspace, filter));
    Arguments arguments;
    auto sql = kContact + " WHERE workspace = " + arguments.add(workspace);
    sql += " AND " + condition_text(wanted, arguments);
    sql += order == ContactOrder::newest   ? " ORDER BY id DESC"
           : order == ContactOrder::oldest ? " ORDER BY id"
                                           : " ORDER BY contact.search, id";
    sql += " LIMIT " + arguments.add(page.limit);
    sql += " OFFSET " + arguments.add(page.offset);
    TRY(auto rows, of(tx).all_of<ContactRow>(sql, arguments.all()));
    return Page<ContactRow>{std::move(rows), total, page.limit, page.offset};
}

Result<std::int64_t> SqlContactStore::count(waqtor::Transaction& tx, WorkspaceId workspace, ContactFilter const& filter) {
    TRY(auto const wanted, condition(tx, workspace, filter));
    Arguments arguments;
    auto sql = "SELECT count(*) FROM contact WHERE workspace = " + arguments.add(workspace);
    sql += " AND " + condition_text(wanted, arguments);
    TRY(auto const found, of(tx).all_of<std::int64_t>(sql, arguments.all()));
    return found.front();
}

Result<std::vector<ContactRow>> SqlContactStore::walk(waqtor::Transaction& tx, WorkspaceId workspace,
                                                      std::span<ContactFilter const> any, ContactId after, std::int64_t limit) {
    std::vector<ContactCondition> conditions;
    for (auto const& filter : any) {
        TRY(auto wanted, condition(tx, workspace, filter));
        conditions.push_back(std::move(wanted));
    }
    Arguments arguments;
    auto sql = kContact + " WHERE workspace = " + arguments.add(workspace);
    sql += " AND id > " + arguments.add(after) + " AND (1 = 0";
    for (auto const& wanted : conditions) sql += " OR (" + condition_text(wanted, arguments) + ")";
    sql += ") ORDER BY id LIMIT " + arguments.add(limit);
    return of(tx).all_of<ContactRow>(sql, arguments.all());
}

Result<ContactCounts> SqlContactStore::counts(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).one<ContactCounts>(R"sql(
        SELECT count(*), count(CASE WHEN is_active = 1 THEN 1 END), count(opted_out_at), count(opted_in_at), count(blocked_at),
               count(phone), count(lid)
          FROM contact WHERE workspace = $1)sql",
                                     workspace);
}

Result<std::vector<CountryCount>> SqlContactStore::countries(waqtor::Transaction& tx, WorkspaceId workspace, std::int64_t limit) {
    return of(tx).all<CountryCount>(R"sql(
        SELECT country, count(*) FROM contact WHERE workspace = $1 AND country <> ''
         GROUP BY country ORDER BY count(*) DESC, country LIMIT $2)sql",
                                    workspace, limit);
}

Result<void> SqlContactStore::merge(waqtor::Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId merged,
                                    Timestamp at) {
    auto& sql = of(tx);
    TRY_OK(
        sql.exec("INSERT INTO contact_tag (contact, tag) SELECT $1, tag FROM contact_tag WHERE contact = $2 ON CONFLICT DO NOTHING",
                 heir, merged));
    TRY_OK(sql.exec("UPDATE consent SET contact = $2 WHERE workspace = $1 AND contact = $3", workspace, heir, merged));
    TRY_OK(sql.exec("UPDATE contact_alias SET heir = $2 WHERE workspace = $1 AND heir = $3", workspace, heir, merged));
    TRY_OK(remove(tx, workspace, merged));
    TRY_OK(sql.exec("INSERT INTO contact_alias (workspace, id, heir, merged_at) VALUES ($1, $2, $3, $4)", workspace, merged, heir,
                    at));
    return {};
}

Result<void> SqlContactStore::add(waqtor::Transaction& tx, ConsentRow const& consent) { return of(tx).insert("consent", consent); }

Result<std::vector<ConsentRow>> SqlContactStore::consents(waqtor::Transaction& tx, WorkspaceId workspace, ContactId contact) {
    return of(tx).all<ConsentRow>(
        "SELECT " + columns<ConsentRow>() + " FROM consent WHERE workspace = $1 AND contact = $2 ORDER BY id DESC", workspace,
        contact);
}

}   // namespace waqtor::sql
