#pragma once
#include "core/base/time.hpp"

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace waqtor {

/// Counts failed logins per account and per address over a quarter of an hour, in memory. Each refused attempt says how long to
/// wait.
class LoginLimiter {
public:
    LoginLimiter(Clock const& clock, std::int64_t per_account, std::int64_t per_address)
        : clock_{clock}, per_account_{per_account}, per_address_{per_address} {}

    /// Code::rate_limited with retry_after when either has failed too often. From any thread.
    Result<void> check(std::string const& account, std::string const& address);
    void failed(std::string const& account, std::string const& address);
    /// The account proved itself: its failures are forgotten, the address's stay.
    void succeeded(std::string const& account);

private:
    using Failures = std::unordered_map<std::string, std::deque<Timestamp>>;
    Result<void> check(Failures& failures, std::string const& who, std::int64_t limit);
    void note(Failures& failures, std::string const& who);

    Clock const& clock_;
    std::int64_t per_account_, per_address_;
    std::mutex mutex_;   // requests come from every network thread
    Failures accounts_, addresses_;
};

}   // namespace waqtor
