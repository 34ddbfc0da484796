#pragma once
#include "core/accounts/account_api.hpp"
#include "core/accounts/account_parts.hpp"
#include "core/accounts/caller.hpp"

namespace waqtor {

/// API keys: shown once, stored as SHA-256 with a visible prefix.
class KeyService {
public:
    explicit KeyService(AccountParts parts) : parts_{parts} {}

    /// Code::forbidden for scopes or sessions the maker does not have.
    Task<Key> create(Caller who, CreateKey wish);
    Task<Page<Key>> list(WorkspaceId workspace, PageRequest page);
    Task<Key> get(WorkspaceId workspace, KeyId key);
    Task<Key> revoke(WorkspaceId workspace, KeyId key);

private:
    AccountParts parts_;
};

}   // namespace waqtor
