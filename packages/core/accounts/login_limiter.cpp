#include "core/accounts/login_limiter.hpp"

namespace waqtor {
namespace {
constexpr auto kWindow = std::chrono::minutes{15};
constexpr std::size_t kMostRemembered = 100'000;
}   // namespace

Result<void> LoginLimiter::begin(std::string const& account, std::string const& address) {
    auto lock = std::lock_guard{mutex_};
    TRY_OK(check(accounts_, account, per_account_));
    TRY_OK(check(addresses_, address, per_address_));
    note(accounts_, account);
    note(addresses_, address);
    return {};
}

void LoginLimiter::withdraw(std::string const& account, std::string const& address) {
    auto lock = std::lock_guard{mutex_};
    take_back(accounts_, account);
    take_back(addresses_, address);
}

void LoginLimiter::succeeded(std::string const& account, std::string const& address) {
    auto lock = std::lock_guard{mutex_};
    accounts_.erase(account);
    take_back(addresses_, address);
}

Result<void> LoginLimiter::check(Failures& failures, std::string const& who, std::int64_t limit) {
    auto const found = failures.find(who);
    if (found == failures.end()) return {};
    auto& times = found->second;
    while (!times.empty() && times.front() + kWindow <= clock_.now()) times.pop_front();
    if (times.empty()) {
        failures.erase(found);
        return {};
    }
    if (static_cast<std::int64_t>(times.size()) < limit) return {};
    auto error = fail(Code::rate_limited, "Too many wrong passwords; wait and try again").error();
    error.retry_after = std::chrono::ceil<std::chrono::seconds>(times.front() + kWindow - clock_.now());
    return std::unexpected(std::move(error));
}

void LoginLimiter::take_back(Failures& failures, std::string const& who) {
    auto const found = failures.find(who);
    if (found == failures.end()) return;
    found->second.pop_back();
    if (found->second.empty()) failures.erase(found);
}

void LoginLimiter::note(Failures& failures, std::string const& who) {
    if (failures.size() >= kMostRemembered)
        std::erase_if(failures, [&](auto const& entry) { return entry.second.back() + kWindow <= clock_.now(); });
    if (failures.size() >= kMostRemembered) failures.clear();   // a flood of names must not eat the memory
    failures[who].push_back(clock_.now());
}

}   // namespace waqtor
