#pragma once
#include "core/messages/media.hpp"
#include "core/messages/template.hpp"

namespace waqtor::sql {

/// Who has which stored file, in SQLite or PostgreSQL.
class SqlMediaRows final : public MediaRows {
public:
    Result<void> put(waqtor::Transaction& tx, MediaRow const& row) override;
    Result<MediaRow> find(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view file) override;
    Result<void> touch(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view file, Timestamp at) override;
    Result<std::vector<std::string>> expire(waqtor::Transaction& tx, Timestamp before) override;
};

/// Templates and their languages in SQLite or PostgreSQL.
class SqlTemplateStore final : public TemplateStore {
public:
    Result<void> add(waqtor::Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) override;
    Result<TemplateRow> find(waqtor::Transaction& tx, WorkspaceId workspace, TemplateId id) override;
    Result<std::vector<TemplateVariant>> variants(waqtor::Transaction& tx, TemplateId id) override;
    Result<Page<TemplateRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, PageRequest page) override;
    Result<void> save(waqtor::Transaction& tx, TemplateRow const& row, std::vector<TemplateVariant> const& variants) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, TemplateId id) override;
};

}   // namespace waqtor::sql
