#pragma once
#include "core/messages/media.hpp"

#include <memory>

namespace waqtor {

struct FetchPolicy {
    std::chrono::milliseconds deadline{30'000};
    std::size_t largest = std::size_t{64} * 1024 * 1024;
    std::vector<std::string> allowed{};   // CIDR ranges that are private and yet may be fetched from
    std::string certificates{};           // file of trusted authorities (PEM); the system's when empty
};

/// Fetches over http and https. The name is resolved once, every address must be public, and the connection goes to the address
/// that was checked, so that a name cannot change in between. Redirects and proxies are not followed.
class HttpMediaFetcher final : public MediaFetcher {
public:
    explicit HttpMediaFetcher(FetchPolicy policy = {});
    ~HttpMediaFetcher() override;
    Task<Fetched> fetch(std::string url) override;

    class Tls;   // whom it trusts

private:
    FetchPolicy policy_;
    std::unique_ptr<Tls> tls_;
};

/// True for addresses of the internet; false for this machine, private networks, and ranges that lead there another way (mapped,
/// translated, tunnelled) or nowhere.
bool is_public(std::string_view address);

}   // namespace waqtor
