// ContactBook (the ContactDirectory of other features) and its stores on both databases.
#include "contact_fixture.hpp"

#include <gmock/gmock.h>

namespace waqtor {
namespace {
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class ContactBookContract : public testing::ContactTest {};
WAQTOR_ON_EVERY_DATABASE(ContactBookContract);

TEST_P(ContactBookContract, MakesAPersonOnceAndKnowsThemAgain) {
    auto const amal = identify({.phone = "+15550101", .name = "Amal"});
    EXPECT_EQ(identify({.phone = "+15550101"}), amal);
    EXPECT_NE(identify({.phone = "+15550101"}, other), amal) << "workspaces do not share people";
    auto const card_of_amal = must(card(amal));
    EXPECT_EQ(card_of_amal.who.phone, "+15550101");
    EXPECT_EQ(card_of_amal.fields.at("name"), "Amal");
    EXPECT_EQ(card(amal, other).error().code, Code::not_found);
    EXPECT_THAT(events(), ElementsAre("contact.created"));
}

TEST_P(ContactBookContract, LearnsWhatWhatsAppTells) {
    auto const amal = identify({.phone = "+15550101"});
    EXPECT_EQ(identify({.phone = "+15550101", .lid = "900", .name = "أمل"}), amal);
    EXPECT_EQ(identify({.lid = "900"}), amal);
    EXPECT_EQ(identify({.lid = "900", .username = "amal"}), amal);
    EXPECT_EQ(identify({.username = "amal"}), amal);
    EXPECT_EQ(row(amal).push_name, "أمل");
    EXPECT_THAT(events(), ElementsAre("contact.created", "contact.updated", "contact.updated"));
}

TEST_P(ContactBookContract, ThePhonesAddressBookNamesOnlyWhoIsKnownHere) {
    auto const note = [&](Person const& who, std::string_view name) {
        must(write([&](Transaction& tx) { return book().note_book_name(tx, workspace, who, name); }));
    };
    auto const amal = identify({.phone = "+15550101"});
    note({.phone = "+15550102"}, "Mother");
    EXPECT_THAT(audience({.everyone = true}), ElementsAre(amal)) << "nobody is written to for standing in an address book";
    note({.phone = "+15550101", .lid = "900"}, "Amal of the market");
    EXPECT_EQ(row(amal).book_name, "Amal of the market");
    EXPECT_EQ(row(amal).lid, "900");
    note({.lid = "900"}, "");
    EXPECT_EQ(row(amal).book_name, "");
}

TEST_P(ContactBookContract, APhoneAndALidThatAreOnePersonBecomeTheOlderContact) {
    auto const by_phone = identify({.phone = "+15550101", .name = "Amal"});
    auto const by_lid = identify({.lid = "900"});
    tag("vip", {by_lid});
    must(write([&](Transaction& tx) { return book().opt_out(tx, workspace, by_lid, OptOutSource::keyword, "STOP"); }));
    ASSERT_NE(by_phone, by_lid);

    EXPECT_EQ(identify({.phone = "+15550101", .lid = "900"}), by_phone);
    auto const merged = row(by_lid);
    EXPECT_EQ(merged.id, by_phone) << "the merged id points to its heir";
    EXPECT_EQ(merged.lid, "900");
    EXPECT_TRUE(merged.opted_out_at) << "a refusal survives a merge";
    EXPECT_EQ(must(read([&](Transaction& tx) { return contacts.consents(tx, workspace, by_phone); })).size(), 1U);
    EXPECT_THAT(audience({.tags = {"VIP"}}), ElementsAre(by_phone));
    EXPECT_THAT(audience({.contacts = {by_lid, by_phone}}), ElementsAre(by_phone));
    EXPECT_EQ(events().back(), "contact.merged");
}

TEST_P(ContactBookContract, AHeirThatIsMergedLeavesBothIdsPointingOn) {
    auto const first = identify({.username = "amal"});
    auto const second = identify({.lid = "900"});
    auto const third = identify({.phone = "+15550101"});
    EXPECT_EQ(identify({.phone = "+15550101", .lid = "900"}), second);
    EXPECT_EQ(identify({.lid = "900", .username = "amal"}), first);
    EXPECT_EQ(row(third).id, first);
    EXPECT_EQ(row(second).id, first);
    EXPECT_EQ(row(first).phone, "+15550101");
}

TEST_P(ContactBookContract, ANumberThatChangesHandsSplitsNobodyAndKeepsItsRefusal) {
    auto const before = identify({.phone = "+15550101", .lid = "900"});
    must(write([&](Transaction& tx) { return book().opt_out(tx, workspace, before, OptOutSource::keyword, "STOP"); }));
    auto const now = identify({.lid = "901"});
    EXPECT_EQ(identify({.phone = "+15550101", .lid = "901"}), now);
    EXPECT_FALSE(row(before).phone);
    EXPECT_EQ(row(now).phone, "+15550101");
    EXPECT_TRUE(row(now).opted_out_at);
}

TEST_P(ContactBookContract, ConsentHasItsProofAndASecondTimeChangesNothing) {
    auto const amal = identify({.phone = "+15550101"});
    auto say = [&](bool out, std::string proof) {
        clock.advance(Milliseconds{1});
        must(write([&](Transaction& tx) {
            return out ? book().opt_out(tx, workspace, amal, OptOutSource::keyword, proof)
                       : book().opt_in(tx, workspace, amal, OptOutSource::api, proof);
        }));
    };
    say(false, "form 7");
    say(true, "إيقاف");
    say(true, "STOP");
    EXPECT_TRUE(must(card(amal)).opted_out);
    auto const said = must(read([&](Transaction& tx) { return contacts.consents(tx, workspace, amal); }));
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said[0].kind, ConsentKind::opt_out);
    EXPECT_EQ(said[0].proof, "إيقاف");
    EXPECT_EQ(said[0].at, *row(amal).opted_out_at);
    EXPECT_EQ(said[1].proof, "form 7");
    EXPECT_FALSE(row(amal).opted_in_at);
    EXPECT_THAT(events(), ElementsAre("contact.created", "contact.opted_in", "contact.opted_out"));
    auto const foreign = write([&](Transaction& tx) { return book().opt_out(tx, other, amal, OptOutSource::api, ""); });
    EXPECT_EQ(foreign.error().code, Code::not_found);
}

TEST_P(ContactBookContract, AnAudienceIsTheUnionInPages) {
    std::vector<ContactId> all;
    for (int i = 0; i < 7; ++i) all.push_back(identify({.phone = fmt::format("+1555010{}", i)}));
    identify({.phone = "+15550109"}, other);
    tag("vip", {all[1], all[3]});
    auto const segment = SegmentRow{SegmentId::make(clock.now()), workspace, "two", json::object{{"search", "5550104"}}};
    must(write([&](Transaction& tx) { return segments.add(tx, segment); }));

    auto const query =
        AudienceQuery{.contacts = {all[6], all[3], ContactId::make(clock.now())}, .tags = {"VIP"}, .segment = segment.id.uuid};
    EXPECT_THAT(audience(query), ElementsAre(all[1], all[3], all[4], all[6]));
    EXPECT_THAT(audience(query, {}, 2), ElementsAre(all[1], all[3]));
    EXPECT_THAT(audience(query, all[3], 2), ElementsAre(all[4], all[6]));
    EXPECT_EQ(audience({.everyone = true}), all);
    EXPECT_TRUE(audience({.tags = {"nobody has it"}}).empty());
    auto const unknown = read([&](Transaction& tx) { return book().audience(tx, other, {.segment = segment.id.uuid}, {}, 10); });
    EXPECT_EQ(unknown.error().code, Code::not_found);
}

TEST_P(ContactBookContract, FiltersSearchFoldedTextTagsAndFields) {
    auto add = [&](std::string phone, std::string name, std::map<std::string, std::string> custom) {
        clock.advance(Milliseconds{1});
        ContactRow made{.id = ContactId::make(clock.now()), .workspace = workspace, .phone = phone, .name = name, .custom = custom};
        made.search = search_text(made);
        EXPECT_TRUE(must(write([&](Transaction& tx) { return contacts.add(tx, made); })));
        return made.id;
    };
    auto const ahmad = add("+966501234567", "أحمد المُصطفى", {{"city", "Riyadh"}});
    auto const zoe = add("+15550102", "Zoé 50%", {{"city", "\"Riyadh\""}});
    tag("vip", {ahmad, zoe});
    tag("old", {zoe});
    auto found = [&](ContactFilter filter) {
        std::vector<ContactId> out;
        for (auto const& one :
             must(read([&](Transaction& tx) { return contacts.list(tx, workspace, filter, ContactOrder::oldest, {}); })).items)
            out.push_back(one.id);
        return out;
    };
    EXPECT_THAT(found({.search = "احمد"}), ElementsAre(ahmad));
    EXPECT_THAT(found({.search = "المصطفي"}), ElementsAre(ahmad));
    EXPECT_THAT(found({.search = "zoe"}), ElementsAre(zoe));
    EXPECT_THAT(found({.search = "0%"}), ElementsAre(zoe)) << "% is a letter here";
    EXPECT_THAT(found({.search = "٠٥٠١٢"}), ElementsAre()) << "digits fold, but the number has no 050";
    EXPECT_THAT(found({.search = "٩٦٦٥٠١"}), ElementsAre(ahmad));
    EXPECT_THAT(found({.tags = {{"old", "vip"}}}), ElementsAre(ahmad, zoe));
    EXPECT_THAT(found({.all_tags = {{"old", "vip"}}}), ElementsAre(zoe));
    EXPECT_THAT(found({.tags = {{"vip"}}, .without_tags = {{"old"}}}), ElementsAre(ahmad));
    EXPECT_THAT(found({.fields = {{{"city", "Riyadh"}}}}), ElementsAre(ahmad)) << "a quoted value is another value";
    EXPECT_THAT(found({.opted_out = true}), ElementsAre());
    EXPECT_THAT(found({.has_phone = true, .created_before = clock.now()}), ElementsAre(ahmad, zoe));
}

class ContactBookOnPostgres : public testing::ContactTest {
protected:
    /// How many rows of contacts the transaction has looked at.
    static Result<std::int64_t> looked_at(Transaction& tx) {
        return sql::of(tx).one<std::int64_t>(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = 'contact'::regclass");
    }
};
INSTANTIATE_TEST_SUITE_P(On, ContactBookOnPostgres, ::testing::Values(testing::Backend::postgres), testing::backend_name);

TEST_P(ContactBookOnPostgres, LooksAtNobodyElseInAWorkspaceThatHasJustFilled) {
    close_db();
    options().new_tables = std::chrono::milliseconds{0};
    for (int i = 0; i < 10; ++i) identify({.phone = "+15550100", .lid = "100"});   // the server has made its plan by then
    std::vector<ContactRow> rows;
    for (int i = 1; i <= 1000; ++i) {
        clock.advance(Milliseconds{1});
        rows.push_back({.id = ContactId::make(clock.now()),
                        .workspace = workspace,
                        .phone = fmt::format("+1555{:04}", 100 + i),
                        .lid = std::to_string(100 + i)});
    }
    must(write([&](Transaction& tx) { return contacts.add_all(tx, rows); }));
    auto const looked = must(write([&](Transaction& tx) -> Result<std::int64_t> {
        TRY(auto const before, looked_at(tx));
        TRY(auto const found, book().recognise(tx, workspace, {.phone = "+15550600", .lid = "600"}));
        EXPECT_EQ(found.who.lid, "600");
        TRY(auto const again, book().find(tx, workspace, found.id));
        EXPECT_EQ(again.who, found.who);
        TRY(auto const after, looked_at(tx));
        return after - before;
    }));
    EXPECT_GE(looked, 3) << "by the number, by the LID, by the id";
    EXPECT_LE(looked, 12);
}

TEST_P(ContactBookContract, AddsManyAndLeavesOutTakenNumbers) {
    auto const known = identify({.phone = "+15550100"});
    std::vector<ContactRow> rows;
    for (int i = 0; i < 600; ++i) {
        clock.advance(Milliseconds{1});
        rows.push_back({.id = ContactId::make(clock.now()), .workspace = workspace, .phone = fmt::format("+1555{:04}", 100 + i)});
    }
    EXPECT_EQ(must(write([&](Transaction& tx) { return contacts.add_all(tx, rows); })).size(), 599U);
    std::vector<std::string> const phones{"+15550100", "+15550101", "+15559999"};
    auto const found = must(read([&](Transaction& tx) { return contacts.with_phones(tx, workspace, phones); }));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_TRUE(found[0].id == known || found[1].id == known);
    auto const counts = must(read([&](Transaction& tx) { return contacts.counts(tx, workspace); }));
    EXPECT_EQ(counts.total, 600);
    EXPECT_EQ(counts.with_phone, 600);
}

}   // namespace
}   // namespace waqtor
