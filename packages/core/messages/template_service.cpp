#include "core/messages/template_service.hpp"

#include "core/messages/template_text.hpp"

#include <set>

namespace waqtor {

TemplateVariant const* best_variant(std::vector<TemplateVariant> const& variants, std::string_view language) {
    auto const find = [&](std::string_view wanted) -> TemplateVariant const* {
        auto const at = std::ranges::find(variants, wanted, &TemplateVariant::language);
        return at == variants.end() ? nullptr : &*at;
    };
    if (auto const* exact = find(language)) return exact;
    if (auto const* general = find(language.substr(0, language.find_first_of("-_")))) return general;
    if (auto const* everybody = find("")) return everybody;
    return variants.empty() ? nullptr : &variants.front();
}

Result<void> TemplateService::check(Transaction& tx, WorkspaceId workspace, std::vector<TemplateVariant> const& variants) {
    std::set<std::string> languages;
    for (std::size_t i = 0; i < variants.size(); ++i) {
        auto const at = "variants[" + std::to_string(i) + "]";
        if (!languages.insert(variants[i].language).second) return invalid(at + ".language", "stands there twice");
        if (!variants[i].media) continue;
        auto const file = media_.find(tx, workspace, *variants[i].media);
        if (!file && file.error().code == Code::not_found) return invalid(at + ".media", "is no stored file");
        if (!file) return std::unexpected(file.error());
    }
    return {};
}

Result<Template> TemplateService::shown(Transaction& tx, TemplateRow const& row) {
    Template out{.id = row.id,
                 .name = row.name,
                 .category = row.category,
                 .variants = {},
                 .variables = {},
                 .created_at = row.created_at,
                 .updated_at = row.updated_at};
    TRY(out.variants, store_.variants(tx, row.id));
    for (auto const& variant : out.variants)
        for (auto const& variable : variables_of(variant.text))
            if (std::ranges::find(out.variables, variable.name) == out.variables.end()) out.variables.push_back(variable.name);
    return out;
}

Task<Template> TemplateService::create(WorkspaceId workspace, CreateTemplate wish) {
    return db_.write([this, workspace, wish = std::move(wish)](Transaction& tx) -> Result<Template> {
        auto const now = clock_.now();
        TRY_OK(check(tx, workspace, wish.variants));
        auto const row = TemplateRow{TemplateId::make(now), workspace, wish.name, wish.category.value_or(""), now, now};
        TRY_OK(store_.add(tx, row, wish.variants));
        return shown(tx, row);
    });
}

Task<Page<Template>> TemplateService::list(WorkspaceId workspace, PageRequest page) {
    return db_.read([this, workspace, page](Transaction& tx) -> Result<Page<Template>> {
        TRY(auto const rows, store_.list(tx, workspace, page));
        Page<Template> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) {
            TRY(auto one, shown(tx, row));
            out.items.push_back(std::move(one));
        }
        return out;
    });
}

Task<Template> TemplateService::get(WorkspaceId workspace, TemplateId id) {
    return db_.read([this, workspace, id](Transaction& tx) -> Result<Template> {
        TRY(auto const row, store_.find(tx, workspace, id));
        return shown(tx, row);
    });
}

Task<Template> TemplateService::update(WorkspaceId workspace, UpdateTemplate wish) {
    return db_.write([this, workspace, wish = std::move(wish)](Transaction& tx) -> Result<Template> {
        TRY(auto row, store_.find(tx, workspace, wish.id));
        TRY(auto variants, store_.variants(tx, row.id));
        if (wish.name) row.name = *wish.name;
        if (wish.category) row.category = *wish.category;
        if (wish.variants) variants = *wish.variants;
        TRY_OK(check(tx, workspace, variants));
        row.updated_at = clock_.now();
        TRY_OK(store_.save(tx, row, variants));
        return shown(tx, row);
    });
}

Task<void> TemplateService::remove(WorkspaceId workspace, TemplateId id) {
    return db_.write([this, workspace, id](Transaction& tx) { return store_.remove(tx, workspace, id); });
}

Task<TemplatePreview> TemplateService::preview(WorkspaceId workspace, PreviewTemplate wish) {
    return db_.read([this, workspace, wish = std::move(wish)](Transaction& tx) -> Result<TemplatePreview> {
        TRY(auto const row, store_.find(tx, workspace, wish.id));
        TRY(auto const variants, store_.variants(tx, row.id));
        TemplateValues values;
        auto language = wish.language.value_or("");
        if (wish.contact) {
            TRY(auto const card, contacts_.find(tx, workspace, *wish.contact));
            for (auto const& [name, value] : card.fields) values.emplace(name, value);
            if (!wish.language) language = card.language;
        }
        for (auto const& [name, value] : wish.variables.value_or(std::map<std::string, std::string>{}))
            values.insert_or_assign(name, value);
        auto const* const best = best_variant(variants, language);
        if (!best) return fail(Code::conflict, "The template has no text");
        TRY(auto text, render(best->text, values));
        return TemplatePreview{best->language, std::move(text)};
    });
}

}   // namespace waqtor
