#include "core/accounts/account_service.hpp"
#include "account_fixture.hpp"
#include "core/accounts/key_service.hpp"
#include "core/accounts/login_service.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/key_store.hpp"
#include "storage/sql/login_store.hpp"
#include "storage/sql/workspace_setting_store.hpp"

#include <ctime>

namespace waqtor {
namespace {
using namespace std::chrono_literals;

/// The services of the accounts feature over a real database: what depends on time, and what only shows with all parts together.
class AccountServices : public testing::AccountTest {
protected:
    static constexpr auto kPassword = "correct horse battery";

    Result<UserRow> register_with(std::string token) {
        return wait(
            accounts.register_user({.email = "owner@example.com", .password = {kPassword}, .setup_token = std::move(token)}));
    }
    Caller owner() {
        auto const row = must(wait(accounts.create_owner("owner@example.com", {kPassword}, "Amal", "Shop")));
        return {
            .proof = Proof::bearer, .workspace = row.workspace, .user = row.id, .role = row.role, .scopes = scopes_of(row.role)};
    }
    Result<StartedLogin> log_in(std::string email, std::string address = "192.0.2.1") {
        return wait(logins.log_in({.email = std::move(email), .password = {"a guess"}}, {.address = std::move(address)}));
    }
    Result<Caller> with_key(Key const& key) { return wait(logins.authenticate({.key = *key.key})); }

    sql::SqlLoginStore login_store;
    sql::SqlKeyStore key_store;
    sql::SqlWorkspaceSettingStore setting_store;
    sql::SqlEventLog log{clock};
    PasswordHasher hasher;
    std::atomic<std::uint64_t> revision = 0;
    AccountParts const parts{db(), users, login_store, key_store, setting_store, log, clock, hasher, revision};
    AccountService accounts{parts};
    LoginService logins{parts, {.attempts_per_account = 2, .attempts_per_address = 3}};
    KeyService keys{parts};
};
WAQTOR_ON_EVERY_DATABASE(AccountServices);

TEST_P(AccountServices, TheSetupLinkEndsAfterADay) {
    auto const late = must(wait(accounts.new_setup_token()));
    clock.advance(24h);
    EXPECT_EQ(register_with(*late).error().code, Code::forbidden);
    auto const in_time = must(wait(accounts.new_setup_token()));
    clock.advance(24h - 1ms);
    EXPECT_EQ(register_with(*late).error().code, Code::forbidden) << "a new link replaces the old one";
    EXPECT_EQ(must(register_with(*in_time)).role, Role::owner);
    EXPECT_EQ(register_with(*in_time).error().code, Code::forbidden) << "it works once";
    EXPECT_EQ(must(wait(accounts.new_setup_token())), std::nullopt);
}

TEST_P(AccountServices, FailedLoginsAreLimitedPerAddress) {
    for (auto const* email : {"a@example.com", "b@example.com", "c@example.com"})
        EXPECT_EQ(log_in(email).error().code, Code::unauthenticated);
    auto const limited = log_in("d@example.com");
    ASSERT_EQ(limited.error().code, Code::rate_limited);
    EXPECT_EQ(limited.error().retry_after, 15min);
    EXPECT_EQ(log_in("d@example.com", "192.0.2.2").error().code, Code::unauthenticated) << "from elsewhere they may try";
    clock.advance(15min);
    EXPECT_EQ(log_in("d@example.com").error().code, Code::unauthenticated);
}

TEST_P(AccountServices, UnknownPeopleTakeAsLongAsKnownOnes) {
    owner();
    // By the processor's clock and in turns, so that what else the machine does is in neither.
    auto const work = [&](std::string email) {
        clock.advance(15min);
        auto const start = std::clock();
        EXPECT_EQ(log_in(email).error().message, "The e-mail address or the password is wrong");
        return static_cast<double>(std::clock() - start);
    };
    double unknown = 0;
    double known = 0;
    for (int i = 0; i < 5; ++i) {
        unknown += work("nobody@example.com");
        known += work("owner@example.com");
    }
    auto const ratio = unknown / known;
    // Without the same work it would be below 0.05. What is left is noise.
    EXPECT_GT(ratio, 0.5);
    EXPECT_LT(ratio, 2);
}

TEST_P(AccountServices, AKeyEndsToTheMillisecond) {
    auto const end = clock.now() + 1h;
    auto const key = must(wait(keys.create(owner(), {.name = "till", .scopes = {Scope::events_read}, .expires_at = end})));
    clock.advance(1h - 1ms);
    EXPECT_EQ(must(with_key(key)).key, key.id);
    EXPECT_EQ(must(with_key(key)).key, key.id) << "also as it is remembered";
    clock.advance(1ms);
    EXPECT_EQ(with_key(key).error().code, Code::unauthenticated);
}

TEST_P(AccountServices, AKeyKeepsToItsSessions) {
    auto const mine = SessionId::make(clock.now());
    auto const other_one = SessionId::make(clock.now());
    auto const scopes = std::vector{Scope::keys_write};
    auto const key = must(wait(keys.create(owner(), {.name = "one", .scopes = scopes, .sessions = {{mine}}})));
    auto const who = must(with_key(key));
    EXPECT_EQ(who.sessions, std::vector{mine});
    auto const refused = wait(keys.create(who, {.name = "more", .scopes = scopes, .sessions = {{mine, other_one}}}));
    EXPECT_EQ(refused.error().code, Code::forbidden);
    auto const child = must(wait(keys.create(who, {.name = "same", .scopes = scopes})));
    EXPECT_EQ(must(with_key(child)).sessions, std::vector{mine}) << "no sessions named means the maker's, not all";
}

}   // namespace
}   // namespace waqtor
