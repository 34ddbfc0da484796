#pragma once
#include "core/contacts/contact_directory.hpp"
#include "core/messages/media_service.hpp"
#include "core/messages/template.hpp"

namespace waqtor {

struct Template {
    TemplateId id;
    std::string name;
    std::string category;
    std::vector<TemplateVariant> variants;
    std::vector<std::string> variables;
    Timestamp created_at{};
    Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Template, (), (id, name, category, variants, variables, created_at, updated_at))
template <>
inline constexpr std::array kFields<Template>{
    Field{"id", "The template"},
    Field{"name", "Its name, unique in the workspace", 1, 100, Format::single_line},
    Field{"category", "For sorting", 0, 50, Format::single_line},
    Field{"variants", "Its text in each language", 1, 20},
    Field{"variables", "Variables of all its texts"},
    Field{"created_at", "When it was made"},
    Field{"updated_at", "When it last changed"},
};

struct CreateTemplate {
    std::string name;
    std::optional<std::string> category{};
    std::vector<TemplateVariant> variants;
};
BOOST_DESCRIBE_STRUCT(CreateTemplate, (), (name, category, variants))
template <>
inline constexpr std::array kFields<CreateTemplate>{
    Field{"name", "Its name, unique in the workspace", 1, 100, Format::single_line},
    Field{"category", "For sorting", 0, 50, Format::single_line},
    Field{"variants", "Its text in each language", 1, 20},
};

struct UpdateTemplate {
    TemplateId id;
    std::optional<std::string> name{};
    std::optional<std::string> category{};
    std::optional<std::vector<TemplateVariant>> variants{};
};
BOOST_DESCRIBE_STRUCT(UpdateTemplate, (), (id, name, category, variants))
template <>
inline constexpr std::array kFields<UpdateTemplate>{
    Field{"id", "The template"},
    Field{"name", "Its name, unique in the workspace", 1, 100, Format::single_line},
    Field{"category", "For sorting", 0, 50, Format::single_line},
    Field{"variants", "Its text in each language; replaces all", 1, 20},
};

struct WhichTemplate {
    TemplateId id;
};
BOOST_DESCRIBE_STRUCT(WhichTemplate, (), (id))
template <> inline constexpr std::array kFields<WhichTemplate>{Field{"id", "The template"}};

struct PreviewTemplate {
    TemplateId id;
    std::optional<std::string> language{};
    std::optional<std::map<std::string, std::string>> variables{};
    std::optional<ContactId> contact{};
};
BOOST_DESCRIBE_STRUCT(PreviewTemplate, (), (id, language, variables, contact))
template <>
inline constexpr std::array kFields<PreviewTemplate>{
    Field{"id", "The template"},
    Field{"language", "Which language; by default the contact's", 0, 16, Format::token},
    Field{"variables", "Values"},
    Field{"contact", "Whose fields are values as well"},
};

struct TemplatePreview {
    std::string language;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(TemplatePreview, (), (language, text))
template <>
inline constexpr std::array kFields<TemplatePreview>{Field{"language", "Of the variant that fits"},
                                                     Field{"text", "As it would be sent"}};

class TemplateService {
public:
    TemplateService(Database& db, TemplateStore& store, MediaRows& media, ContactDirectory& contacts, Clock const& clock)
        : db_{db}, store_{store}, media_{media}, contacts_{contacts}, clock_{clock} {}

    /// Code::conflict when the name is taken; Code::invalid for a language twice or a file that is not stored.
    Task<Template> create(WorkspaceId workspace, CreateTemplate wish);
    Task<Page<Template>> list(WorkspaceId workspace, PageRequest page);
    Task<Template> get(WorkspaceId workspace, TemplateId id);
    Task<Template> update(WorkspaceId workspace, UpdateTemplate wish);
    Task<void> remove(WorkspaceId workspace, TemplateId id);
    /// Code::invalid names the variables that have no value.
    Task<TemplatePreview> preview(WorkspaceId workspace, PreviewTemplate wish);

private:
    Result<void> check(Transaction& tx, WorkspaceId workspace, std::vector<TemplateVariant> const& variants);
    Result<Template> shown(Transaction& tx, TemplateRow const& row);

    Database& db_;
    TemplateStore& store_;
    MediaRows& media_;
    ContactDirectory& contacts_;
    Clock const& clock_;
};

}   // namespace waqtor
