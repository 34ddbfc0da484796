#include "storage/sql/media_rows.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {

Result<void> write_variants(Transaction& tx, TemplateId id, std::vector<TemplateVariant> const& variants) {
    TRY_OK(tx.exec("DELETE FROM template_variant WHERE template = $1", id));
    for (auto const& one : variants)
        TRY_OK(tx.exec("INSERT INTO template_variant (template, language, text, media) VALUES ($1, $2, $3, $4)", id, one.language,
                       one.text, one.media));
    return {};
}

std::unexpected<Error> name_taken() { return fail(Code::conflict, "A template of this name exists already"); }
}   // namespace

Result<void> SqlMediaRows::put(waqtor::Transaction& tx, MediaRow const& row) {
    TRY_OK(of(tx).exec(R"sql(
        INSERT INTO media_file (workspace, file, mime_type, size, name, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (workspace, file) DO UPDATE
               SET mime_type = excluded.mime_type, name = coalesce(excluded.name, media_file.name), used_at = excluded.used_at)sql",
                       row.workspace, row.file, row.mime_type, row.size, row.name, row.created_at, row.used_at));
    return {};
}

Result<MediaRow> SqlMediaRows::find(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view file) {
    return of(tx).one<MediaRow>("SELECT " + columns<MediaRow>() + " FROM media_file WHERE workspace = $1 AND file = $2", workspace,
                                file);
}

Result<void> SqlMediaRows::touch(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view file, Timestamp at) {
    TRY_OK(of(tx).exec("UPDATE media_file SET used_at = $3 WHERE workspace = $1 AND file = $2", workspace, file, at));
    return {};
}

Result<std::vector<std::string>> SqlMediaRows::expire(waqtor::Transaction& tx, Timestamp before) {
    auto& sql = of(tx);
    TRY(auto const old,
        sql.all<MediaRow>("SELECT " + columns<MediaRow>() + " FROM media_file WHERE used_at < $1 ORDER BY used_at LIMIT 500",
                          before));
    std::vector<std::string> gone;
    for (auto const& row : old) {
        TRY_OK(sql.exec("DELETE FROM media_file WHERE workspace = $1 AND file = $2", row.workspace, row.file));
        TRY(auto const others, sql.one<std::int64_t>("SELECT count(*) FROM media_file WHERE file = $1", row.file));
        if (others == 0) gone.push_back(row.file);
    }
    return gone;
}

Result<void> SqlTemplateStore::add(waqtor::Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) {
    auto& sql = of(tx);
    TRY(auto const added, sql.exec(R"sql(
        INSERT INTO template (id, workspace, name, category, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (workspace, name) DO NOTHING)sql",
                                   row.id, row.workspace, row.name, row.category, row.created_at, row.updated_at));
    if (added == 0) return name_taken();
    return write_variants(sql, row.id, variants);
}

Result<TemplateRow> SqlTemplateStore::find(waqtor::Transaction& tx, WorkspaceId workspace, TemplateId id) {
    return of(tx).one<TemplateRow>("SELECT " + columns<TemplateRow>() + " FROM template WHERE workspace = $1 AND id = $2",
                                   workspace, id);
}

Result<std::vector<TemplateVariant>> SqlTemplateStore::variants(waqtor::Transaction& tx, TemplateId id) {
    return of(tx).all<TemplateVariant>("SELECT language, text, media FROM template_variant WHERE template = $1 ORDER BY language",
                                       id);
}

Result<Page<TemplateRow>> SqlTemplateStore::list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) {
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM template WHERE workspace = $1", workspace));
    TRY(auto rows, of(tx).all<TemplateRow>("SELECT " + columns<TemplateRow>() +
                                               " FROM template WHERE workspace = $1 ORDER BY name, id LIMIT $2 OFFSET $3",
                                           workspace, page.limit, page.offset));
    return Page<TemplateRow>{std::move(rows), total, page.limit, page.offset};
}

Result<void> SqlTemplateStore::save(waqtor::Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) {
    auto& sql = of(tx);
    TRY(auto const taken, sql.maybe<TemplateId>("SELECT id FROM template WHERE workspace = $1 AND name = $2 AND id <> $3",
                                                row.workspace, row.name, row.id));
    if (taken) return name_taken();
    TRY(auto const changed,
        sql.exec("UPDATE template SET name = $3, category = $4, updated_at = $5 WHERE workspace = $1 AND id = $2", row.workspace,
                 row.id, row.name, row.category, row.updated_at));
    if (changed == 0) return fail(Code::not_found, "There is no such template");
    return write_variants(sql, row.id, variants);
}

Result<void> SqlTemplateStore::remove(waqtor::Transaction& tx, WorkspaceId workspace, TemplateId id) {
    TRY(auto const removed, of(tx).exec("DELETE FROM template WHERE workspace = $1 AND id = $2", workspace, id));
    if (removed == 0) return fail(Code::not_found, "There is no such template");
    TRY_OK(of(tx).exec("DELETE FROM template_variant WHERE template = $1", id));
    return {};
}

}   // namespace waqtor::sql
