#pragma once
#include "core/base/database.hpp"
#include "core/base/described.hpp"
#include "core/base/page.hpp"

namespace waqtor {

using TemplateId = Id<struct TemplateTag>;

struct TemplateRow {
    TemplateId id;
    WorkspaceId workspace;
    std::string name;
    std::string category;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(TemplateRow, (), (id, workspace, name, category, created_at, updated_at))

/// The text of a template in one language.
struct TemplateVariant {
    std::string language;
    std::string text;
    std::optional<std::string> media{};
};
BOOST_DESCRIBE_STRUCT(TemplateVariant, (), (language, text, media))
template <>
inline constexpr std::array kFields<TemplateVariant>{
    Field{"language", "ar, en …; empty: for everybody else", 0, 16, Format::token},
    Field{"text", "What it says; {{name}} and {{name|default}} are replaced", 1, 65536},
    Field{"media", "Id of a stored file that goes with it", 64, 64, Format::token},
};

class TemplateStore {
public:
    virtual ~TemplateStore() = default;
    /// Code::conflict when the name is taken, here and in save().
    virtual Result<void> add(Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) = 0;
    virtual Result<TemplateRow> find(Transaction& tx, WorkspaceId workspace, TemplateId id) = 0;
    virtual Result<std::vector<TemplateVariant>> variants(Transaction& tx, TemplateId id) = 0;
    /// By name.
    virtual Result<Page<TemplateRow>> list(Transaction& tx, WorkspaceId workspace, PageRequest page) = 0;
    virtual Result<void> save(Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) = 0;
    virtual Result<void> remove(Transaction& tx, WorkspaceId workspace, TemplateId id) = 0;
};

/// The variant for a language: exactly it, else that without a region ("ar" for "ar-EG"), else the one for everybody, else the
/// first.
TemplateVariant const* best_variant(std::vector<TemplateVariant> const& variants, std::string_view language);

}   // namespace waqtor
