#pragma once
#include "core/base/cidr.hpp"
#include "server/http/http_settings.hpp"
#include "server/http/message.hpp"

#include <array>
#include <map>
#include <mutex>

namespace waqtor {

/// Who may connect, how often, and who a request really came from.
class Peers {
public:
    explicit Peers(HttpSettings const& settings);

    bool trusted(std::string_view address) const { return in(proxies_, address); }
    bool allowed(std::string_view address) const { return allowed_.empty() || in(allowed_, address); }

    enum class Verdict : std::uint8_t { welcome, too_many, too_many_from_there };
    /// Counts a connection in; release() counts it out again. From any thread.
    Verdict admit(std::string const& address);
    void release(std::string const& address);
    std::size_t count() const;

    /// The address the nearest untrusted proxy or client had: the last one in X-Forwarded-For that is not itself a trusted proxy.
    /// `peer` when the header says nothing usable.
    std::string_view client_of(Request const& request, std::string_view peer) const;

private:
    static std::vector<Cidr> parse(std::vector<std::string> const& texts);
    static bool in(std::vector<Cidr> const& ranges, std::string_view address);

    std::vector<Cidr> proxies_;
    std::vector<Cidr> allowed_;
    std::size_t most_;
    std::size_t most_from_one_;
    mutable std::mutex mutex_;   // at connect and disconnect only
    std::size_t count_ = 0;
    std::map<std::string, std::size_t> by_address_;
};

}   // namespace waqtor
