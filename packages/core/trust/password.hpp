#pragma once
#include "core/base/described.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>

namespace waqtor {

/// Argon2id (RFC 9106) through libsodium: t=3, 64 MiB, one lane. Two at once at the most, because each takes 64 MiB, and a short
/// queue.
class PasswordHasher {
public:
    static constexpr unsigned kAtOnce = 2;
    static constexpr int kQueue = 32;

    PasswordHasher();

    /// The PHC text to store. Code::busy when the queue is full.
    Task<std::string> hash(Secret password);
    /// True when the password is the one hashed. Without a hash (no such user) it takes as long and answers false.
    Task<bool> verify(std::optional<std::string> hash, Secret password);

    /// Why people may not use this password; nothing when they may. Length limits are the fields' own.
    static std::optional<std::string> weakness(std::string_view password, std::string_view email);

private:
    template <class F> auto queued(F work) -> asio::awaitable<std::invoke_result_t<F&>>;

    asio::thread_pool pool_{kAtOnce};
    std::atomic<int> waiting_ = 0;
    std::string nobody_;   // a hash no password fits, for users that do not exist
};

}   // namespace waqtor
