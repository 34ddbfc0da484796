#pragma once
#include "core/contacts/contact_store.hpp"

namespace waqtor::sql {

/// Tags in SQLite or PostgreSQL.
class SqlTagStore final : public TagStore {
public:
    Result<TagRow> ensure(waqtor::Transaction& tx, TagRow const& wanted) override;
    Result<bool> add(waqtor::Transaction& tx, TagRow const& tag) override;
    Result<TagRow> find(waqtor::Transaction& tx, WorkspaceId workspace, TagId tag) override;
    Result<std::optional<TagRow>> find_by_name(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view folded) override;
    Result<std::vector<TagRow>> list(waqtor::Transaction& tx, WorkspaceId workspace, std::string_view search) override;
    Result<std::vector<CountedTag>> counted(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<bool> save(waqtor::Transaction& tx, TagRow const& tag) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, TagId tag) override;
    Result<std::vector<TagOfContact>> of(waqtor::Transaction& tx, std::span<ContactId const> contacts) override;
    Result<std::int64_t> give(waqtor::Transaction& tx, TagId tag, std::span<ContactId const> contacts) override;
    Result<std::int64_t> take(waqtor::Transaction& tx, TagId tag, std::span<ContactId const> contacts) override;
};

/// Saved filters in SQLite or PostgreSQL.
class SqlSegmentStore final : public SegmentStore {
public:
    Result<bool> add(waqtor::Transaction& tx, SegmentRow const& segment) override;
    Result<SegmentRow> find(waqtor::Transaction& tx, WorkspaceId workspace, SegmentId segment) override;
    Result<std::vector<SegmentRow>> list(waqtor::Transaction& tx, WorkspaceId workspace) override;
    Result<bool> save(waqtor::Transaction& tx, SegmentRow const& segment) override;
    Result<void> remove(waqtor::Transaction& tx, WorkspaceId workspace, SegmentId segment) override;
};

}   // namespace waqtor::sql
