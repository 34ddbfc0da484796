#pragma once
#include "core/accounts/account_store.hpp"
#include "core/accounts/login_limiter.hpp"
#include "core/base/time.hpp"
#include "core/events/event_log.hpp"
#include "core/trust/password.hpp"

#include <atomic>

namespace waqtor {

/// What the services of this feature work with. All of it outlives them; all of it may be used from any thread.
struct AccountParts {
    Database& db;
    UserStore& users;
    LoginStore& logins;
    KeyStore& keys;
    WorkspaceSettingStore& settings;
    EventLog& events;
    Clock const& clock;
    PasswordHasher& hasher;
    LoginLimiter& limiter;   // of guesses at passwords, wherever one is asked for
    /// Goes up when a right is taken away: what was remembered about callers before is void.
    std::atomic<std::uint64_t>& revision;
};

User shown(UserRow const& row);

}   // namespace waqtor
