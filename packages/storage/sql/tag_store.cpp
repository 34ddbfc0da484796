#include "storage/sql/tag_store.hpp"

#include "storage/sql/arguments.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kTag = "SELECT " + columns<TagRow>() + " FROM tag";
auto const kSegment = "SELECT " + columns<SegmentRow>() + " FROM segment";
constexpr std::size_t kAtOnce = 500;

/// INSERT that leaves what is taken alone; true when it was written.
template <RowStruct T> Result<bool> add_row(waqtor::Transaction& tx, std::string const& table, T const& row) {
    Arguments arguments;
    auto const sql =
        "INSERT INTO " + table + " (" + columns<T>() + ") VALUES " + arguments.row(row) + " ON CONFLICT DO NOTHING RETURNING id";
    TRY(auto const added, of(tx).all_of<std::string>(sql, arguments.all()));
    return !added.empty();
}

/// Writes every column; Code::not_found when the row is gone.
template <RowStruct T> Result<void> save_row(waqtor::Transaction& tx, std::string const& table, T const& row) {
    Arguments arguments;
    auto sql = "UPDATE " + table + " SET (" + columns<T>() + ") = " + arguments.row(row);
    sql += " WHERE workspace = " + arguments.add(row.workspace) + " AND id = " + arguments.add(row.id) + " RETURNING id";
    TRY(auto const saved, of(tx).all_of<std::string>(sql, arguments.all()));
    if (saved.empty()) return fail(Code::not_found, "There is no such " + table);
    return {};
}

Result<void> remove_row(waqtor::Transaction& tx, std::string const& table, WorkspaceId workspace, std::string const& id) {
    TRY(auto const removed, of(tx).exec("DELETE FROM " + table + " WHERE workspace = $1 AND id = $2", workspace, id));
    if (removed == 0) return fail(Code::not_found, "There is no such " + table);
    return {};
}
}   // namespace

Result<TagRow> SqlTagStore::ensure(waqtor::Transaction& tx, TagRow const& wanted) {
    TRY_OK(add(tx, wanted));
    return sql::of(tx).one<TagRow>(kTag + " WHERE workspace = $1 AND folded = $2", wanted.workspace, wanted.folded);
}

Result<bool> SqlTagStore::add(waqtor::Transaction& tx, TagRow const& tag) { return add_row(tx, "tag", tag); }

Result<TagRow> SqlTagStore::find(waqtor::Transaction& tx, WorkspaceId workspace, TagId tag) {
    return sql::of(tx).one<TagRow>(kTag + " WHERE workspace = $1 AND id = $2", workspace, tag);
}

Result<std::optional<TagRow>> SqlTagStore::find_by_name(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view folded) {
    return sql::of(tx).maybe<TagRow>(kTag + " WHERE workspace = $1 AND folded = $2", workspace, folded);
}

Result<std::vector<TagRow>> SqlTagStore::list(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view search) {
    return sql::of(tx).all<TagRow>(kTag + R"sql( WHERE workspace = $1 AND folded LIKE $2 ESCAPE '\' ORDER BY folded)sql", workspace,
                                   like_anywhere(search));
}

Result<std::vector<CountedTag>> SqlTagStore::counted(waqtor::Transaction& tx, WorkspaceId workspace) {
    return sql::of(tx).all<CountedTag>(R"sql(
        SELECT tag.id, count(contact_tag.contact) FROM tag LEFT JOIN contact_tag ON contact_tag.tag = tag.id
         WHERE tag.workspace = $1 GROUP BY tag.id)sql",
                                       workspace);
}

Result<bool> SqlTagStore::save(waqtor::Transaction& tx, TagRow const& tag) {
    TRY(auto const same_name, find_by_name(tx, tag.workspace, tag.folded));
    if (same_name && same_name->id != tag.id) return false;
    TRY_OK(save_row(tx, "tag", tag));
    return true;
}

Result<void> SqlTagStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, TagId tag) {
    return remove_row(tx, "tag", workspace, tag.text());
}

Result<std::vector<TagOfContact>> SqlTagStore::of(waqtor::Transaction& tx, std::span<ContactId const> contacts) {
    std::vector<TagOfContact> out;
    while (!contacts.empty()) {
        auto const part = contacts.first(std::min(kAtOnce, contacts.size()));
        contacts = contacts.subspan(part.size());
        Arguments arguments;
        auto const text =
            "SELECT contact_tag.contact, tag.id, tag.name FROM contact_tag JOIN tag ON tag.id = contact_tag.tag"
            " WHERE contact_tag.contact IN " +
            arguments.list(part) + " ORDER BY tag.folded";
        TRY(auto found, sql::of(tx).all_of<TagOfContact>(text, arguments.all()));
        std::ranges::move(found, std::back_inserter(out));
    }
    return out;
}

Result<std::int64_t> SqlTagStore::give(waqtor::Transaction& tx, TagId tag, std::span<ContactId const> contacts) {
    std::int64_t given = 0;
    while (!contacts.empty()) {
        auto const part = contacts.first(std::min(kAtOnce, contacts.size()));
        contacts = contacts.subspan(part.size());
        Arguments arguments;
        std::string text = "INSERT INTO contact_tag (contact, tag) VALUES ";
        auto const wanted = arguments.add(tag);
        for (auto const& contact : part)
            text += (&contact == &part.front() ? "(" : ", (") + arguments.add(contact) + ", " + wanted + ")";
        TRY(auto const added, sql::of(tx).all_of<ContactId>(text + " ON CONFLICT DO NOTHING RETURNING contact", arguments.all()));
        given += std::ssize(added);
    }
    return given;
}

Result<std::int64_t> SqlTagStore::take(waqtor::Transaction& tx, TagId tag, std::span<ContactId const> contacts) {
    std::int64_t taken = 0;
    while (!contacts.empty()) {
        auto const part = contacts.first(std::min(kAtOnce, contacts.size()));
        contacts = contacts.subspan(part.size());
        Arguments arguments;
        auto text = "DELETE FROM contact_tag WHERE tag = " + arguments.add(tag);
        text += " AND contact IN " + arguments.list(part) + " RETURNING contact";
        TRY(auto const removed, sql::of(tx).all_of<ContactId>(text, arguments.all()));
        taken += std::ssize(removed);
    }
    return taken;
}

Result<bool> SqlSegmentStore::add(waqtor::Transaction& tx, SegmentRow const& segment) { return add_row(tx, "segment", segment); }

Result<SegmentRow> SqlSegmentStore::find(waqtor::Transaction& tx, WorkspaceId workspace, SegmentId segment) {
    return sql::of(tx).one<SegmentRow>(kSegment + " WHERE workspace = $1 AND id = $2", workspace, segment);
}

Result<std::vector<SegmentRow>> SqlSegmentStore::list(waqtor::Transaction& tx, WorkspaceId workspace) {
    return sql::of(tx).all<SegmentRow>(kSegment + " WHERE workspace = $1 ORDER BY name, id", workspace);
}

Result<bool> SqlSegmentStore::save(waqtor::Transaction& tx, SegmentRow const& segment) {
    TRY(auto const same_name,
        sql::of(tx).maybe<SegmentId>("SELECT id FROM segment WHERE workspace = $1 AND name = $2", segment.workspace, segment.name));
    if (same_name && *same_name != segment.id) return false;
    TRY_OK(save_row(tx, "segment", segment));
    return true;
}

Result<void> SqlSegmentStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, SegmentId segment) {
    return remove_row(tx, "segment", workspace, segment.text());
}

}   // namespace waqtor::sql
