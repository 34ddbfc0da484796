#pragma once
#include "harness.hpp"
#include "storage/sql/user_store.hpp"

namespace waqtor::testing {

/// Two workspaces, and makers of rows for them.
class AccountTest : public DatabaseTest {
protected:
    AccountTest() {
        for (auto const& id : {workspace, other})
            must(write([&](Transaction& tx) { return users.add_workspace(tx, {id, "Shop", clock.now()}); }));
    }

    template <class T> static T must(Result<T> outcome) {
        if (!outcome) throw std::runtime_error{outcome.error().message + " | " + outcome.error().cause};
        if constexpr (!std::is_void_v<T>) return *std::move(outcome);
    }
    static Bytes hash(std::uint8_t n) { return Bytes(32, n); }
    Timestamp later(int seconds) const { return clock.now() + std::chrono::seconds{seconds}; }

    UserRow user(std::string email, Role role = Role::agent, std::optional<WorkspaceId> where = {}) {
        clock.advance(Milliseconds{1});
        return {.id = UserId::make(clock.now()),
                .workspace = where.value_or(workspace),
                .email = std::move(email),
                .name = "Amal",
                .role = role,
                .password_hash = "$argon2id$",
                .created_at = clock.now(),
                .updated_at = clock.now()};
    }
    Result<void> add(UserRow const& row) {
        return write([&](Transaction& tx) { return users.add(tx, row); });
    }

    TestClock clock;
    sql::SqlUserStore users;
    WorkspaceId workspace = WorkspaceId::make(clock.now());
    WorkspaceId other = WorkspaceId::make(clock.now());
};

/// Rows are equal when all their columns are.
template <sql::RowStruct T> bool same(T const& one, T const& two) {
    auto equal = true;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) { equal = equal && one.*d.pointer == two.*d.pointer; });
    return equal;
}

}   // namespace waqtor::testing
