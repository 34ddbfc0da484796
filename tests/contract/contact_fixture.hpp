#pragma once
#include "account_fixture.hpp"
#include "core/contacts/contact_book.hpp"
#include "core/contacts/fold.hpp"
#include "storage/sql/contact_store.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/tag_store.hpp"

namespace waqtor::testing {

/// Two workspaces with a contact book.
class ContactTest : public AccountTest {
protected:
    ContactId identify(Person who, std::optional<WorkspaceId> where = {}) {
        clock.advance(Milliseconds{1});
        return must(write([&](Transaction& tx) { return book().identify(tx, where.value_or(workspace), who); }));
    }
    ContactRow row(ContactId id) {
        return must(read([&](Transaction& tx) { return book().row(tx, workspace, id); }));
    }
    Result<ContactCardRow> card(ContactId id, std::optional<WorkspaceId> where = {}) {
        return read([&](Transaction& tx) { return book().find(tx, where.value_or(workspace), id); });
    }
    TagId tag(std::string name, std::vector<ContactId> const& who) {
        return must(write([&](Transaction& tx) -> Result<TagId> {
            auto const folded = fold(name);
            TRY(auto const made,
                tags.ensure(tx, {.id = TagId::make(clock.now()), .workspace = workspace, .name = name, .folded = folded}));
            TRY_OK(tags.give(tx, made.id, who));
            return made.id;
        }));
    }
    std::vector<std::string> events() {
        std::vector<std::string> out;
        for (auto const& event : must(read([&](Transaction& tx) { return log.read(tx, workspace, {}); })).events)
            out.push_back(event.type);
        return out;
    }
    std::vector<ContactId> audience(AudienceQuery const& query, ContactId after = {}, std::int64_t limit = 100) {
        std::vector<ContactId> out;
        for (auto const& one : must(read([&](Transaction& tx) { return book().audience(tx, workspace, query, after, limit); })))
            out.push_back(one.id);
        return out;
    }
    ContactBook& book() {
        if (!book_) book_.emplace(parts());
        return *book_;
    }
    ContactParts parts() { return {db(), contacts, tags, segments, log, clock}; }

    sql::SqlContactStore contacts;
    sql::SqlTagStore tags;
    sql::SqlSegmentStore segments;
    sql::SqlEventLog log{clock};

private:
    std::optional<ContactBook> book_;
};

}   // namespace waqtor::testing
