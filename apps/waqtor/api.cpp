#include "api.hpp"

#include "house.hpp"
#include "output.hpp"
#include "server/router/router.hpp"
#include "server/routes/auth_routes.hpp"
#include "server/routes/event_routes.hpp"
#include "server/routes/key_routes.hpp"
#include "server/routes/realtime_routes.hpp"
#include "server/routes/user_routes.hpp"

namespace waqtor {
namespace {

/// Declaring routes needs the services, not what is behind them.
class NoDatabase final : public Database {
    Task<void> submit(Mode, Work) override { co_return fail(Code::unavailable, "There is no database"); }
};
}   // namespace

void declare_api(Router& api, Services services) {
    declare_auth_routes(api, services.accounts, services.logins);
    declare_user_routes(api, services.accounts);
    declare_key_routes(api, services.keys);
    declare_event_routes(api, services.events);
}

std::string openapi_text() {
    SystemClock clock;
    NoDatabase db;
    PasswordHasher hasher;
    EventBus bus;
    std::atomic<std::uint64_t> revision = 0;
    sql::SqlUserStore users;
    sql::SqlLoginStore logins;
    sql::SqlKeyStore keys;
    sql::SqlWorkspaceSettingStore settings;
    sql::SqlEventLog log{clock};
    AccountParts const parts{db, users, logins, keys, settings, log, clock, hasher, revision};
    AccountService account_service{parts};
    LoginService login_service{parts, {}};
    KeyService key_service{parts};
    EventReader reader{db, log, bus, std::chrono::seconds{1}, std::chrono::seconds{60}};
    Router api;
    declare_api(api, {account_service, login_service, key_service, reader});
    realtime::Hub hub{{}, db, log, bus, login_service, clock};
    declare_realtime_routes(api, hub);
    return pretty(api.openapi(WAQTOR_VERSION));
}

}   // namespace waqtor
