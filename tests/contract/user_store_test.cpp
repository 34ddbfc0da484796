// UserStore on both databases: workspaces, users, invitations, one-time tokens.
#include "account_fixture.hpp"
#include "storage/sql/login_store.hpp"

namespace waqtor {
namespace {
using testing::same;

class UserStoreContract : public testing::AccountTest {
protected:
    InvitationRow invitation(std::uint8_t n) {
        clock.advance(Milliseconds{1});
        return {.id = InvitationId::make(clock.now()),
                .workspace = workspace,
                .email = "new@example.com",
                .role = Role::admin,
                .token_hash = hash(n),
                .invited_by = UserId::make(clock.now()),
                .created_at = clock.now(),
                .expires_at = later(60)};
    }
    Result<void> add_invitation(InvitationRow const& row) {
        return write([&](Transaction& tx) { return users.add(tx, row); });
    }
    Result<UserRow> find(WorkspaceId where, UserId id) {
        return read([&](Transaction& tx) { return users.find(tx, where, id); });
    }
};
WAQTOR_ON_EVERY_DATABASE(UserStoreContract);

TEST_P(UserStoreContract, Workspaces) {
    auto const found = must(read([&](Transaction& tx) { return users.find_workspace(tx, workspace); }));
    EXPECT_TRUE(same(found, Workspace{workspace, "Shop", clock.now()}));
    EXPECT_EQ(must(read([&](Transaction& tx) { return users.workspaces(tx); })).size(), 2U);
    auto const none = WorkspaceId::make(clock.now());
    EXPECT_EQ(read([&](Transaction& tx) { return users.find_workspace(tx, none); }).error().code, Code::not_found);
}

TEST_P(UserStoreContract, GivesBackAUserInItsWorkspaceOnly) {
    auto const row = user("a@example.com");
    must(add(row));
    EXPECT_TRUE(same(must(find(workspace, row.id)), row));
    EXPECT_EQ(find(other, row.id).error().code, Code::not_found);
}

TEST_P(UserStoreContract, FindsByEmailInEitherCase) {
    auto const row = user("a@example.com");
    must(add(row));
    auto by = [&](std::string email) { return must(read([&](Transaction& tx) { return users.find_by_email(tx, email); })); };
    ASSERT_TRUE(by("A@Example.COM"));
    EXPECT_EQ(by("A@Example.COM")->id, row.id);
    EXPECT_FALSE(by("b@example.com"));
}

TEST_P(UserStoreContract, AnEmailIsTakenInTheWholeServer) {
    must(add(user("a@example.com")));
    EXPECT_EQ(add(user("a@example.com", Role::owner, other)).error().code, Code::conflict);
    EXPECT_EQ(add(user("A@example.com")).error().code, Code::internal) << "rows hold lower case";
    auto second = user("b@example.com");
    must(add(second));
    second.email = "a@example.com";
    EXPECT_EQ(write([&](Transaction& tx) { return users.save(tx, second); }).error().code, Code::conflict);
}

TEST_P(UserStoreContract, AUserNeedsAWorkspace) {
    EXPECT_EQ(add(user("a@example.com", Role::owner, WorkspaceId::make(clock.now()))).error().code, Code::conflict);
}

TEST_P(UserStoreContract, SavesEveryColumn) {
    auto row = user("a@example.com");
    must(add(row));
    row.email = "c@example.com";
    row.name = "أمل";
    row.role = Role::owner;
    row.password_hash = "other";
    row.is_active = false;
    row.updated_at = later(5);
    row.last_login_at = later(6);
    must(write([&](Transaction& tx) { return users.save(tx, row); }));
    EXPECT_TRUE(same(must(find(workspace, row.id)), row));
    row.workspace = other;
    EXPECT_EQ(write([&](Transaction& tx) { return users.save(tx, row); }).error().code, Code::not_found);
}

TEST_P(UserStoreContract, ListsByCreationInPages) {
    for (auto const* email : {"c@example.com", "a@example.com", "b@example.com"}) must(add(user(email)));
    must(add(user("x@example.com", Role::agent, other)));
    auto const page = must(read([&](Transaction& tx) { return users.list(tx, workspace, {.limit = 2, .offset = 1}); }));
    EXPECT_EQ(page.total, 3);
    EXPECT_FALSE(page.has_more());
    ASSERT_EQ(page.items.size(), 2U);
    EXPECT_EQ(page.items[0].email, "a@example.com");
    EXPECT_EQ(page.items[1].email, "b@example.com");
}

TEST_P(UserStoreContract, CountsActiveOwners) {
    auto count = [&] { return must(read([&](Transaction& tx) { return users.count_owners(tx, workspace); })); };
    auto any = [&] { return must(read([&](Transaction& tx) { return users.any_owner(tx); })); };
    must(add(user("a@example.com", Role::admin)));
    EXPECT_FALSE(any());
    must(add(user("o@example.com", Role::owner, other)));
    EXPECT_TRUE(any());
    EXPECT_EQ(count(), 0);
    must(add(user("p@example.com", Role::owner)));
    auto resting = user("q@example.com", Role::owner);
    resting.is_active = false;
    must(add(resting));
    EXPECT_EQ(count(), 1);
}

TEST_P(UserStoreContract, RemovingAUserEndsItsLogins) {
    auto const row = user("a@example.com");
    must(add(row));
    sql::SqlLoginStore logins;
    auto const login = LoginRow{.id = LoginId::make(clock.now()), .workspace = workspace, .user_id = row.id, .token_hash = hash(1)};
    must(write([&](Transaction& tx) { return logins.add(tx, login); }));
    EXPECT_EQ(write([&](Transaction& tx) { return users.remove(tx, other, row.id); }).error().code, Code::not_found);
    must(write([&](Transaction& tx) { return users.remove(tx, workspace, row.id); }));
    EXPECT_EQ(find(workspace, row.id).error().code, Code::not_found);
    EXPECT_FALSE(must(read([&](Transaction& tx) { return logins.find_by_token(tx, hash(1)); })));
}

TEST_P(UserStoreContract, InvitationsWorkOnce) {
    auto const row = invitation(1);
    must(add_invitation(row));
    auto const found = must(read([&](Transaction& tx) { return users.find_invitation(tx, hash(1)); }));
    ASSERT_TRUE(found);
    EXPECT_TRUE(same(*found, row));
    EXPECT_FALSE(must(read([&](Transaction& tx) { return users.find_invitation(tx, hash(9)); })));
    auto accept = [&](WorkspaceId where) {
        return write([&, where](Transaction& tx) { return users.accept_invitation(tx, where, row.id, later(1)); });
    };
    EXPECT_EQ(accept(other).error().code, Code::gone);
    must(accept(workspace));
    EXPECT_EQ(accept(workspace).error().code, Code::gone);
    EXPECT_EQ(must(read([&](Transaction& tx) { return users.find_invitation(tx, hash(1)); }))->accepted_at, later(1));
}

TEST_P(UserStoreContract, ListsOpenInvitationsNewestFirst) {
    std::vector<InvitationRow> rows{invitation(1), invitation(2), invitation(3)};
    for (auto const& row : rows) must(add_invitation(row));
    must(write([&](Transaction& tx) { return users.accept_invitation(tx, workspace, rows[1].id, later(1)); }));
    auto list = [&] { return must(read([&](Transaction& tx) { return users.invitations(tx, workspace, {}); })); };
    auto const page = list();
    EXPECT_EQ(page.total, 2);
    ASSERT_EQ(page.items.size(), 2U);
    EXPECT_EQ(page.items[0].id, rows[2].id);
    EXPECT_EQ(page.items[1].id, rows[0].id);
    must(write([&](Transaction& tx) { return users.remove_invitation(tx, workspace, rows[0].id); }));
    EXPECT_EQ(list().total, 1);
    EXPECT_EQ(write([&](Transaction& tx) { return users.remove_invitation(tx, workspace, rows[0].id); }).error().code,
              Code::not_found);
    EXPECT_EQ(add_invitation(invitation(3)).error().code, Code::conflict) << "a token belongs to one invitation";
}

TEST_P(UserStoreContract, OneTimeTokensWorkOnce) {
    auto const row = OneTimeTokenRow{hash(5), "setup", later(60), {}};
    must(write([&](Transaction& tx) { return users.add(tx, row); }));
    auto find_token = [&] { return must(read([&](Transaction& tx) { return users.find_one_time_token(tx, hash(5)); })); };
    auto use = [&] { return write([&](Transaction& tx) { return users.use_one_time_token(tx, hash(5), later(1)); }); };
    ASSERT_TRUE(find_token());
    EXPECT_TRUE(same(*find_token(), row));
    must(use());
    EXPECT_EQ(find_token()->used_at, later(1));
    EXPECT_EQ(use().error().code, Code::gone);
    must(write([&](Transaction& tx) { return users.remove_one_time_tokens(tx, "other"); }));
    EXPECT_TRUE(find_token());
    must(write([&](Transaction& tx) { return users.remove_one_time_tokens(tx, "setup"); }));
    EXPECT_FALSE(find_token());
}

}   // namespace
}   // namespace waqtor
