// ContactImporter and its store on both databases: what it would do, what it does, a crash in between, and undoing.
#include "contact_fixture.hpp"
#include "core/contacts/contact_importer.hpp"
#include "storage/sql/contact_import_store.hpp"

#include <gmock/gmock.h>

namespace waqtor {
namespace {
using ::testing::ElementsAre;

/// Stops the importer after so many batches.
class StoppingStore final : public sql::SqlContactImportStore {
public:
    Result<bool> save(Transaction& tx, ContactImportRow const& import, ImportState state, std::int64_t rows) override {
        auto saved = sql::SqlContactImportStore::save(tx, import, state, rows);
        if (saved && *saved && import.row_count > rows && --batches == 0) stop.request_stop();
        return saved;
    }
    int batches = -1;
    std::stop_source stop;
};

class ContactImports : public testing::ContactTest {
protected:
    ContactImporter& importer() {
        if (!importer_) importer_.emplace(parts(), store, bus, io_.get_executor(), "SA");
        return *importer_;
    }
    Caller who(std::optional<WorkspaceId> where = {}) { return {.workspace = where.value_or(workspace)}; }
    ContactImport upload(std::string text, std::vector<std::string> tags = {}) {
        return must(wait(importer().upload(who(), {.bytes = std::move(text), .file_name = "people.csv", .tags = std::move(tags)})));
    }
    ContactImport get(ImportId id) { return must(wait(importer().get(who(), id))); }
    ContactImport carry_out(ImportId id) {
        must(wait(importer().start(who(), {.id = id})));
        must(wait(importer().step({})));
        return get(id);
    }
    ContactImport undo(ImportId id) {
        must(wait(importer().undo(who(), id)));
        must(wait(importer().step({})));
        return get(id);
    }
    std::vector<ContactRow> people(std::string search = "") {
        ContactFilter filter;
        if (!search.empty()) filter.search = search;
        return must(read([&](Transaction& tx) {
                   return contacts.list(tx, workspace, filter, ContactOrder::oldest, {.limit = 5000});
               }))
            .items;
    }
    static std::string many(int count) {
        std::string out = "Name,Phone\n";
        for (int i = 0; i < count; ++i) out += fmt::format("Person {},+96650{:07}\n", i, i);
        return out;
    }

    EventBus bus;
    StoppingStore store;

private:
    std::optional<ContactImporter> importer_;
};
WAQTOR_ON_EVERY_DATABASE(ContactImports);

constexpr auto kList =
    "Name,Phone,City,Tags\n"
    "Amal,050 000 0001,Riyadh,vip\n"
    "Omar,+966 50 000 0002,,\n"
    "Amal again,0500000001,,\n"
    "Nobody,12345,,\n"
    "\"Lost,0500000003,,\n"
    "Sara,٠٥٠٠٠٠٠٠٠٤,,old\n";

TEST_P(ContactImports, ALookChangesNothingAndSaysWhatWouldCome) {
    auto const omar = identify({.phone = "+966500000002"});
    auto const seen = upload(kList);
    EXPECT_EQ(seen.state, ImportState::ready);
    EXPECT_EQ(seen.total, 6);
    EXPECT_EQ(seen.created, 2);
    EXPECT_EQ(seen.updated, 1);
    EXPECT_EQ(seen.skipped, 1);
    EXPECT_EQ(seen.errors, 2);
    std::vector<std::string> told;
    for (auto const& one : *seen.problems) told.push_back(fmt::format("{}: {}", one.line, one.reason));
    EXPECT_THAT(told, ElementsAre("4: has the same number as line 2", "5: 12345 is too short for a phone number",
                                  "6: has a quote that is never closed"));
    ASSERT_EQ(seen.columns.size(), 4U);
    EXPECT_EQ(seen.columns[2].title, "City");
    EXPECT_EQ(seen.columns[2].meaning, ImportMeaning::custom);
    EXPECT_THAT(*seen.columns[2].samples, ElementsAre("Riyadh"));
    EXPECT_EQ(people().size(), 1U);
    EXPECT_EQ(people().front().id, omar);
    EXPECT_EQ(get(seen.id).created, 2) << "the counts are kept";
    EXPECT_THAT(events(), ElementsAre("contact.created"));
}

TEST_P(ContactImports, AStartDoesWhatTheLookSaid) {
    identify({.phone = "+966500000002"});
    auto const seen = upload(kList, {"2026"});
    clock.advance(Milliseconds{5});
    auto const done = carry_out(seen.id);
    EXPECT_EQ(done.state, ImportState::done);
    EXPECT_EQ(std::tie(done.rows, done.created, done.updated, done.skipped, done.errors),
              std::tie(seen.total, seen.created, seen.updated, seen.skipped, seen.errors));
    EXPECT_EQ(people().size(), 3U);
    EXPECT_EQ(people("amal").front().custom.at("City"), "Riyadh");
    EXPECT_EQ(people("sara").front().phone, "+966500000004");
    EXPECT_EQ(audience({.tags = {"2026"}}).size(), 3U);
    EXPECT_EQ(audience({.tags = {"vip"}}).size(), 1U);
    EXPECT_THAT(events(), ElementsAre("contact.created", "contact.imported", "contact.imported"));
    auto const errors = must(wait(importer().lines(who(), {.id = seen.id, .outcome = ImportOutcome::error})));
    EXPECT_EQ(errors.total, 2);
    EXPECT_THAT(errors.items.front().cells, ElementsAre("Nobody", "12345", "", ""));
    EXPECT_EQ(must(wait(importer().rejected_csv(who(), seen.id))),
              "\xef\xbb\xbf\"Name\",\"Phone\",\"City\",\"Tags\",\"WaQtor line\",\"WaQtor reason\"\r\n"
              "\"Nobody\",\"12345\",\"\",\"\",5,\"12345 is too short for a phone number\"\r\n"
              "\"\"\"Lost,0500000003,,\",\"\",\"\",\"\",6,\"has a quote that is never closed\"\r\n");
    EXPECT_EQ(all<std::int64_t>("SELECT count(*) FROM contact_import_part").value().front(), 0) << "the file is gone";
    EXPECT_EQ(wait(importer().start(who(), {.id = seen.id})).error().code, Code::conflict);
    auto const again = upload(kList, {"2026"});
    EXPECT_EQ(again.created + again.updated, 0) << "everybody is known now";
}

TEST_P(ContactImports, ColumnsCanBeChosen) {
    auto const seen = upload("who,how to reach them,where\nAmal,0500000001,Riyadh\n");
    EXPECT_TRUE(seen.problem) << "a guess found no numbers";
    EXPECT_EQ(wait(importer().start(who(), {.id = seen.id})).error().details.front().field, "columns");
    using enum ImportMeaning;
    EXPECT_EQ(wait(importer().preview(who(), {.id = seen.id, .columns = {{name, phone}}})).error().code, Code::invalid);
    auto const better = must(wait(importer().preview(who(), {.id = seen.id, .columns = {{name, phone, ignore}}})));
    EXPECT_EQ(better.created, 1);
    EXPECT_FALSE(better.problem);
    EXPECT_EQ(carry_out(seen.id).created, 1);
    EXPECT_TRUE(people("amal").front().custom.empty());
}

TEST_P(ContactImports, AStartWithAnotherCountryReadsTheNumbersAnew) {
    auto const seen = upload("Name,Phone\nAmal,0500000001\nHuda,01001234567\n");
    EXPECT_EQ(people().size(), 0U);
    must(wait(importer().start(who(), {.id = seen.id, .country = "EG"})));
    must(wait(importer().step({})));
    EXPECT_EQ(people("amal").front().phone, "+20500000001");
    EXPECT_EQ(people("huda").front().phone, "+201001234567");
    EXPECT_EQ(people("huda").front().country, "EG");
}

TEST_P(ContactImports, AnotherProcessThanTheOneThatLookedReadsTheSame) {
    auto const seen = upload(kList);
    must(wait(importer().start(who(), {.id = seen.id})));
    ContactImporter other{parts(), store, bus, io_.get_executor(), "SA"};
    must(wait(other.step({})));
    auto const done = get(seen.id);
    EXPECT_EQ(std::tie(done.rows, done.created, done.skipped, done.errors),
              std::tie(seen.total, seen.created, seen.skipped, seen.errors));
    EXPECT_EQ(people("sara").front().phone, "+966500000004");
    EXPECT_EQ(people("sara").front().time_zone, "Asia/Riyadh");
}

TEST_P(ContactImports, AnImportThatWasCutOffGoesOnAndTakesNobodyTwice) {
    auto const seen = upload(many(1700));
    must(wait(importer().start(who(), {.id = seen.id})));
    store.batches = 1;
    must(wait(importer().step(store.stop.get_token())));
    EXPECT_EQ(get(seen.id).rows, 500);
    EXPECT_EQ(get(seen.id).state, ImportState::running);
    EXPECT_EQ(people().size(), 500U);

    ContactImporter next{parts(), store, bus, io_.get_executor(), "SA"};   // a later start of the server
    must(wait(next.step({})));
    auto const done = get(seen.id);
    EXPECT_EQ(done.state, ImportState::done);
    EXPECT_EQ(done.rows, 1700);
    EXPECT_EQ(done.created, 1700);
    EXPECT_EQ(people().size(), 1700U);
}

TEST_P(ContactImports, WhoeverIsAtItIsLeftAlone) {
    auto const seen = upload(many(10));
    must(wait(importer().start(who(), {.id = seen.id})));
    WAQTOR_OK(exec("UPDATE contact_import SET moved_at = $1", clock.now()));
    must(wait(importer().step({})));
    EXPECT_EQ(get(seen.id).rows, 0) << "another process moved it a moment ago";
    clock.advance(std::chrono::seconds{6});
    must(wait(importer().step({})));
    EXPECT_EQ(get(seen.id).state, ImportState::done) << "and then it did not any more";
    auto row = must(read([&](Transaction& tx) { return store.find(tx, workspace, seen.id); }));
    EXPECT_FALSE(must(write([&](Transaction& tx) { return store.save(tx, row, ImportState::running, 10); }))) << "too late";
    EXPECT_FALSE(must(write([&](Transaction& tx) { return store.save(tx, row, ImportState::done, 9); })));
}

TEST_P(ContactImports, AFileThatCannotBeReadAnyMoreFailsTheImport) {
    auto const seen = upload(many(10));
    must(wait(importer().start(who(), {.id = seen.id})));
    WAQTOR_OK(exec("DELETE FROM contact_import_part"));
    must(wait(importer().step({})));
    EXPECT_EQ(get(seen.id).state, ImportState::failed);
    EXPECT_TRUE(get(seen.id).problem);
    EXPECT_TRUE(people().empty());
}

TEST_P(ContactImports, UndoingPutsBackWhatNobodyChangedSince) {
    auto const omar = identify({.phone = "+966500000002"});
    auto const layla = identify({.phone = "+966500000005"});
    tag("old", {omar});
    clock.advance(Milliseconds{5});
    auto const done = carry_out(upload("Name,Phone,Tags,City\n"
                                       "Amal,0500000001,new,Riyadh\n"
                                       "Omar,0500000002,new,Jeddah\n"
                                       "Sara,0500000003,old,\n"
                                       "Layla,0500000005,,\n")
                                    .id);
    EXPECT_EQ(done.created, 2);
    EXPECT_EQ(done.updated, 2);
    EXPECT_EQ(row(omar).name, "Omar");
    clock.advance(Milliseconds{5});
    auto const change = [&](ContactId id) {
        must(write([&](Transaction& tx) -> Result<void> {
            TRY(auto changed, book().row(tx, workspace, id));
            changed.notes = "called";
            changed.updated_at = clock.now();
            return contacts.save(tx, changed);
        }));
    };
    change(layla);
    auto const sara = people("sara").front().id;
    change(sara);

    auto const undone = undo(done.id);
    EXPECT_EQ(undone.state, ImportState::undone);
    EXPECT_EQ(undone.undone, 2) << "Amal is gone, Omar is as before";
    EXPECT_EQ(undone.kept, 2);
    EXPECT_TRUE(people("amal").empty());
    EXPECT_EQ(row(omar).name, "");
    EXPECT_TRUE(row(omar).custom.empty());
    EXPECT_EQ(row(layla).name, "Layla") << "somebody worked with it since";
    EXPECT_EQ(row(sara).notes, "called");
    EXPECT_THAT(audience({.tags = {"old"}}), ElementsAre(omar, sara));
    EXPECT_FALSE(must(read([&](Transaction& tx) { return tags.find_by_name(tx, workspace, "new"); }))) << "made by it, and empty";
    EXPECT_EQ(wait(importer().undo(who(), done.id)).error().code, Code::conflict);
    EXPECT_EQ(events().back(), "contact.imported");
}

TEST_P(ContactImports, AnotherWorkspaceHasNoneOfIt) {
    auto const id = upload(many(3)).id;
    auto const stranger = who(other);
    EXPECT_EQ(wait(importer().get(stranger, id)).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().preview(stranger, {.id = id})).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().start(stranger, {.id = id})).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().undo(stranger, id)).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().lines(stranger, {.id = id})).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().rejected_csv(stranger, id)).error().code, Code::not_found);
    EXPECT_EQ(wait(importer().remove(stranger, id)).error().code, Code::not_found);
    EXPECT_EQ(must(wait(importer().list(stranger, {}))).total, 0);
    EXPECT_EQ(get(id).state, ImportState::ready);
}

TEST_P(ContactImports, WhatIsNeverStartedIsForgottenAfterAWeek) {
    auto const id = upload(many(3)).id;
    clock.advance(std::chrono::hours{8 * 24});
    upload(many(3));
    EXPECT_EQ(wait(importer().get(who(), id)).error().code, Code::not_found);
    EXPECT_EQ(must(wait(importer().list(who(), {}))).total, 1);
    EXPECT_EQ(all<std::int64_t>("SELECT count(*) FROM contact_import_part").value().front(), 1);
}

}   // namespace
}   // namespace waqtor
