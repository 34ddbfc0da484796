#pragma once
#include "core/accounts/scope.hpp"
#include "core/base/id.hpp"

#include <optional>
#include <string>

namespace waqtor {

/// How a request proved who it is from.
enum class Proof : std::uint8_t { none, cookie, bearer, key };

/// Who is asking: the first argument of every route. Without a proof the ids are empty and there are no scopes.
struct Caller {
    Proof proof = Proof::none;
    WorkspaceId workspace{};
    UserId user{};              // the person; for a key, who made it
    Role role = Role::viewer;   // of the person
    Scopes scopes{};
    std::optional<LoginId> login{};
    std::optional<KeyId> key{};
    std::vector<SessionId> sessions{};   // only these sessions, when not empty
    std::string address{};               // of the client, behind trusted proxies the one they name
    std::string user_agent{};
    bool secure = false;   // the client came over TLS, to us or to a trusted proxy
};

/// What a request carries to prove who it is from.
struct Credentials {
    std::string key{};      // X-API-Key
    std::string bearer{};   // Authorization: Bearer, a login's token or an API key
    std::string cookie{};   // the login cookie's value
    std::string address{};
    std::string user_agent{};
    bool secure = false;
};

/// The seam the HTTP server asks; core/accounts implements it.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// Who this is. Nothing given: a Caller without a proof. Something wrong given: Code::unauthenticated; a key outside its
    /// addresses: Code::forbidden.
    virtual Task<Caller> authenticate(Credentials credentials) = 0;
    /// What somebody who proved who they are may do now, for connections that last: never from memory. Code::unauthenticated when
    /// their login or key has ended.
    virtual Task<Caller> recheck(Caller caller) {
        (void)caller;
        co_return fail(Code::unauthenticated, "The login has ended; log in again");
    }
};

}   // namespace waqtor
