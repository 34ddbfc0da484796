#pragma once
#include "core/base/time.hpp"

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace waqtor {

/// Counts wrong guesses of a password per account and per address over a quarter of an hour, in memory. A guess counts before it is
/// looked at, so that many at once are not more. From any thread.
class LoginLimiter {
public:
    LoginLimiter(Clock const& clock, std::int64_t per_account, std::int64_t per_address)
        : clock_{clock}, per_account_{per_account}, per_address_{per_address} {}

    /// Code::rate_limited with retry_after when either has failed too often; otherwise this one counts as failed.
    Result<void> begin(std::string const& account, std::string const& address);
    /// It was not looked at after all: it does not count.
    void withdraw(std::string const& account, std::string const& address);
    /// The account proved itself: its failures are forgotten, the address's others stay.
    void succeeded(std::string const& account, std::string const& address);

private:
    using Failures = std::unordered_map<std::string, std::deque<Timestamp>>;
    Result<void> check(Failures& failures, std::string const& who, std::int64_t limit);
    void note(Failures& failures, std::string const& who);
    static void take_back(Failures& failures, std::string const& who);

    Clock const& clock_;
    std::int64_t per_account_, per_address_;
    std::mutex mutex_;   // requests come from every network thread
    Failures accounts_, addresses_;
};

}   // namespace waqtor
