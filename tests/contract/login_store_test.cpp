// LoginStore, KeyStore and WorkspaceSettingStore on both databases.
#include "storage/sql/login_store.hpp"
#include "account_fixture.hpp"
#include "storage/sql/key_store.hpp"
#include "storage/sql/workspace_setting_store.hpp"

namespace waqtor {
namespace {
using testing::same;

class LoginStoreContract : public testing::AccountTest {
protected:
    LoginStoreContract() { must(add(person)); }
    LoginRow login(std::uint8_t n) {
        clock.advance(Milliseconds{1});
        return {.id = LoginId::make(clock.now()),
                .workspace = workspace,
                .user_id = person.id,
                .kind = LoginKind::bearer,
                .token_hash = hash(n),
                .refresh_hash = hash(static_cast<std::uint8_t>(n + 100)),
                .created_at = clock.now(),
                .last_seen_at = clock.now(),
                .expires_at = later(60),
                .refresh_expires_at = later(600),
                .address = "203.0.113.7",
                .user_agent = "Mozilla"};
    }
    LoginRow added(std::uint8_t n) {
        auto row = login(n);
        must(write([&](Transaction& tx) { return logins.add(tx, row); }));
        return row;
    }
    LoginRow found(LoginId id) {
        return must(read([&](Transaction& tx) { return logins.find(tx, workspace, id); }));
    }
    std::vector<LoginId> listed(Timestamp now) {
        std::vector<LoginId> out;
        for (auto const& row : must(read([&](Transaction& tx) { return logins.list(tx, workspace, person.id, now); })))
            out.push_back(row.id);
        return out;
    }
    UserRow person = user("a@example.com");
    sql::SqlLoginStore logins;
};
WAQTOR_ON_EVERY_DATABASE(LoginStoreContract);

TEST_P(LoginStoreContract, FindsByEachOfItsHashes) {
    auto const row = added(1);
    EXPECT_TRUE(same(must(read([&](Transaction& tx) { return logins.find_by_token(tx, hash(1)); })).value(), row));
    EXPECT_TRUE(same(must(read([&](Transaction& tx) { return logins.find_by_refresh(tx, hash(101)); })).value(), row));
    EXPECT_TRUE(same(found(row.id), row));
    EXPECT_FALSE(must(read([&](Transaction& tx) { return logins.find_by_token(tx, hash(101)); })));
    EXPECT_EQ(read([&](Transaction& tx) { return logins.find(tx, other, row.id); }).error().code, Code::not_found);
}

TEST_P(LoginStoreContract, RotationReplacesBothTokensAndKnowsTheOldOne) {
    auto row = added(1);
    row.token_hash = hash(2);
    row.refresh_hash = hash(102);
    row.expires_at = later(120);
    row.refresh_expires_at = later(1200);
    auto rotate = [&] { return write([&](Transaction& tx) { return logins.rotate(tx, row, hash(101), later(3)); }); };
    must(rotate());
    row.last_seen_at = later(3);
    EXPECT_TRUE(same(found(row.id), row));
    EXPECT_FALSE(must(read([&](Transaction& tx) { return logins.find_by_refresh(tx, hash(101)); })));
    auto const reused = must(read([&](Transaction& tx) { return logins.find_by_used_refresh(tx, hash(101)); }));
    ASSERT_TRUE(reused);
    EXPECT_EQ(reused->id, row.id);
    EXPECT_FALSE(must(read([&](Transaction& tx) { return logins.find_by_used_refresh(tx, hash(102)); })));
    EXPECT_EQ(rotate().error().code, Code::conflict) << "of two at once only one wins";
}

TEST_P(LoginStoreContract, ARevokedLoginCannotRotate) {
    auto const row = added(1);
    must(write([&](Transaction& tx) { return logins.revoke(tx, workspace, row.id, later(1)); }));
    EXPECT_EQ(write([&](Transaction& tx) { return logins.rotate(tx, row, hash(101), later(2)); }).error().code, Code::conflict);
}

TEST_P(LoginStoreContract, ListsTheLivingOnesNewestFirst) {
    auto const first = added(1);
    auto const second = added(2);
    auto short_lived = login(3);
    short_lived.refresh_hash.reset();
    short_lived.refresh_expires_at.reset();
    must(write([&](Transaction& tx) { return logins.add(tx, short_lived); }));
    EXPECT_EQ(listed(clock.now()), (std::vector{short_lived.id, second.id, first.id}));
    EXPECT_EQ(listed(later(61)), (std::vector{second.id, first.id})) << "these can still be refreshed";
    must(write([&](Transaction& tx) { return logins.revoke(tx, workspace, second.id, later(1)); }));
    EXPECT_EQ(listed(later(61)), std::vector{first.id});
    EXPECT_TRUE(listed(later(601)).empty());
}

TEST_P(LoginStoreContract, RevokesOneOrAllButOne) {
    auto const first = added(1);
    auto const second = added(2);
    auto const third = added(3);
    auto revoke = [&](Timestamp at) { must(write([&](Transaction& tx) { return logins.revoke(tx, workspace, first.id, at); })); };
    revoke(later(1));
    revoke(later(2));
    EXPECT_EQ(found(first.id).revoked_at, later(1)) << "the first time counts";
    must(write([&](Transaction& tx) { return logins.revoke_all(tx, workspace, person.id, third.id, later(3)); }));
    EXPECT_EQ(found(second.id).revoked_at, later(3));
    EXPECT_EQ(listed(clock.now()), std::vector{third.id});
    must(write([&](Transaction& tx) { return logins.revoke_all(tx, workspace, person.id, {}, later(4)); }));
    EXPECT_TRUE(listed(clock.now()).empty());
}

TEST_P(LoginStoreContract, TouchMovesForwardOnly) {
    auto const row = added(1);
    for (int seconds : {5, 3}) must(write([&](Transaction& tx) { return logins.touch(tx, workspace, row.id, later(seconds)); }));
    EXPECT_EQ(found(row.id).last_seen_at, later(5));
}

TEST_P(LoginStoreContract, PurgesWhatEndedLongAgo) {
    auto const revoked = added(1);
    auto rotated = added(2);
    rotated.token_hash = hash(3);
    rotated.refresh_hash = hash(103);
    must(write([&](Transaction& tx) { return logins.rotate(tx, rotated, hash(102), later(1)); }));
    must(write([&](Transaction& tx) { return logins.revoke(tx, workspace, revoked.id, later(10)); }));
    auto purge = [&](Timestamp before) { return must(write([&](Transaction& tx) { return logins.purge(tx, before); })); };
    EXPECT_EQ(purge(later(10)), 0);
    EXPECT_EQ(purge(later(11)), 1);
    EXPECT_EQ(purge(later(599)), 0) << "it can still be refreshed";
    EXPECT_EQ(purge(later(601)), 1);
    EXPECT_EQ(WAQTOR_OK(all<std::int64_t>("SELECT count(*) FROM used_refresh_token")).front(), 0);
}

class KeyStoreContract : public testing::AccountTest {
protected:
    KeyRow row_of(std::uint8_t n) {
        clock.advance(Milliseconds{1});
        return {.id = KeyId::make(clock.now()),
                .workspace = workspace,
                .name = "till",
                .prefix = "wq_abc",
                .key_hash = hash(n),
                .scopes = {Scope::events_read, Scope::users_read},
                .sessions = {SessionId::make(clock.now()), SessionId::make(clock.now())},
                .cidrs = {"203.0.113.0/24"},
                .created_by = UserId::make(clock.now()),
                .created_at = clock.now(),
                .expires_at = later(60)};
    }
    KeyRow added(std::uint8_t n) {
        auto row = row_of(n);
        must(write([&](Transaction& tx) { return keys.add(tx, row); }));
        return row;
    }
    std::int64_t total(WorkspaceId where) {
        return must(read([&, where](Transaction& tx) { return keys.list(tx, where, {.limit = 1}); })).total;
    }
    Result<KeyRow> find(WorkspaceId where, KeyId id) {
        return read([&](Transaction& tx) { return keys.find(tx, where, id); });
    }
    sql::SqlKeyStore keys;
};
WAQTOR_ON_EVERY_DATABASE(KeyStoreContract);

TEST_P(KeyStoreContract, FindsByHashAndById) {
    auto const row = added(1);
    EXPECT_TRUE(same(must(find(workspace, row.id)), row));
    EXPECT_TRUE(same(must(read([&](Transaction& tx) { return keys.find_by_hash(tx, hash(1)); })).value(), row));
    EXPECT_FALSE(must(read([&](Transaction& tx) { return keys.find_by_hash(tx, hash(2)); })));
    EXPECT_EQ(find(other, row.id).error().code, Code::not_found);
}

TEST_P(KeyStoreContract, ListsNewestFirstRevokedOnesToo) {
    auto const first = added(1);
    auto const second = added(2);
    must(write([&](Transaction& tx) { return keys.revoke(tx, workspace, first.id, later(1)); }));
    auto const page = must(read([&](Transaction& tx) { return keys.list(tx, workspace, {.limit = 1, .offset = 0}); }));
    EXPECT_EQ(page.total, 2);
    EXPECT_TRUE(page.has_more());
    auto const& shown = page.items.at(0);
    EXPECT_EQ(shown.id, second.id);
    EXPECT_EQ(shown.scopes, second.scopes);
    EXPECT_EQ(shown.sessions, second.sessions);
    EXPECT_EQ(shown.addresses, second.cidrs);
    EXPECT_EQ(shown.created_by, second.created_by);
    EXPECT_EQ(shown.expires_at, second.expires_at);
    EXPECT_FALSE(shown.last_used_at || shown.revoked_at || shown.key);
    EXPECT_EQ(must(read([&](Transaction& tx) { return keys.list(tx, other, {}); })).total, 0);
}

TEST_P(KeyStoreContract, CountsAnewAfterEveryWrite) {
    for (std::uint8_t made = 1; made <= 3; ++made) {
        added(made);
        for (int again = 0; again < 2; ++again) {
            EXPECT_EQ(total(workspace), made);
            EXPECT_EQ(total(other), 0);
        }
    }
}

TEST_P(KeyStoreContract, CountsAnewAfterAnotherProgramWrote) {
    auto const second = WAQTOR_OK(open_again());
    for (std::uint8_t made = 1; made <= 2; ++made) {
        auto const row = row_of(made);
        EXPECT_EQ(total(workspace), made - 1);
        must(wait(second->write([&](Transaction& tx) { return keys.add(tx, row); })));
        EXPECT_EQ(total(workspace), made);
    }
}

TEST_P(KeyStoreContract, AWriterCountsWhatItWroteAndNobodyElseDoesWhenItIsUndone) {
    added(1);
    EXPECT_EQ(total(workspace), 1);
    auto const row = row_of(2);
    std::int64_t seen = 0;
    auto const undone = write([&](Transaction& tx) -> Result<void> {
        TRY_OK(keys.add(tx, row));
        TRY(auto const page, keys.list(tx, workspace, {}));
        seen = page.total;
        return fail(Code::conflict, "undone");
    });
    EXPECT_EQ(undone.error().code, Code::conflict);
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(total(workspace), 1);
    EXPECT_EQ(must(write([&](Transaction& tx) { return keys.list(tx, workspace, {}); })).total, 1);
}

TEST_P(KeyStoreContract, ListsScopesThatAnotherVersionKnowsWithoutThem) {
    auto const row = added(1);
    WAQTOR_OK(exec("UPDATE api_key SET scopes = $2 WHERE id = $1", row.id, R"(["users_read","of_tomorrow","events_read"])"));
    auto const page = must(read([&](Transaction& tx) { return keys.list(tx, workspace, {}); }));
    auto const left = std::vector{Scope::users_read, Scope::events_read};
    EXPECT_EQ(page.items.at(0).scopes, left);
    EXPECT_EQ(must(find(workspace, row.id)).scopes, left);
}

TEST_P(KeyStoreContract, RevokesOnceAndOnlyItsOwn) {
    auto const row = added(1);
    auto revoke = [&](WorkspaceId where, Timestamp at) {
        return write([&, where, at](Transaction& tx) { return keys.revoke(tx, where, row.id, at); });
    };
    EXPECT_EQ(revoke(other, later(1)).error().code, Code::not_found);
    must(revoke(workspace, later(2)));
    must(revoke(workspace, later(3)));
    EXPECT_EQ(must(find(workspace, row.id)).revoked_at, later(2));
}

TEST_P(KeyStoreContract, RemembersTheLastUse) {
    auto const row = added(1);
    for (int seconds : {5, 3}) must(write([&](Transaction& tx) { return keys.touch(tx, workspace, row.id, later(seconds)); }));
    EXPECT_EQ(must(find(workspace, row.id)).last_used_at, later(5));
}

class SettingStoreContract : public testing::AccountTest {
protected:
    sql::SqlWorkspaceSettingStore settings;
    void put(WorkspaceId where, std::string name, std::string value) {
        auto const row = WorkspaceSettingRow{where, std::move(name), std::move(value), clock.now(), UserId::make(clock.now())};
        must(write([&](Transaction& tx) { return settings.put(tx, row); }));
    }
    std::map<std::string, std::string> listed(WorkspaceId where) {
        std::map<std::string, std::string> out;
        for (auto const& row : must(read([&](Transaction& tx) { return settings.list(tx, where); }))) out[row.name] = row.value;
        return out;
    }
};
WAQTOR_ON_EVERY_DATABASE(SettingStoreContract);

TEST_P(SettingStoreContract, ReplacesAndRemoves) {
    put(workspace, "language", "\"ar\"");
    put(workspace, "language", "\"en\"");
    put(workspace, "digest", "true");
    put(other, "language", "\"fr\"");
    EXPECT_EQ(listed(workspace), (std::map<std::string, std::string>{{"digest", "true"}, {"language", "\"en\""}}));
    for (int i = 0; i < 2; ++i) must(write([&](Transaction& tx) { return settings.remove(tx, workspace, "language"); }));
    EXPECT_EQ(listed(workspace).size(), 1U);
    EXPECT_EQ(listed(other).size(), 1U);
}

}   // namespace
}   // namespace waqtor
