#pragma once
#include "core/accounts/account_service.hpp"
#include "core/accounts/key_service.hpp"
#include "core/accounts/login_service.hpp"
#include "core/events/event_reader.hpp"

#include <string>

namespace waqtor {

class Router;

struct Services {
    AccountService& accounts;
    LoginService& logins;
    KeyService& keys;
    EventReader& events;
};

/// Every route of every feature. A feature adds its line here.
void declare_api(Router& api, Services services);

/// api/openapi.json, made without a database.
std::string openapi_text();

}   // namespace waqtor
