#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace waqtor {

/// What the HTTP server allows. The defaults suit a server that faces the internet.
struct HttpSettings {
    std::size_t threads = 1;
    std::size_t header_bytes = std::size_t{16} * 1024;   // request line and headers; more is 431
    std::size_t uri_bytes = std::size_t{8} * 1024;       // more is 414
    std::size_t body_bytes = std::size_t{1024} * 1024;   // where a route says nothing else; more is 413
    std::size_t connections = 10'000;
    std::size_t connections_per_address = 512;      // IPv6 counts by /64; trusted proxies are not counted
    std::chrono::milliseconds first_byte{10'000};   // a new connection may stay silent
    std::chrono::milliseconds request{30'000};      // head, and again body, may take to arrive; then 408
    std::chrono::milliseconds idle{75'000};         // between requests
    std::chrono::milliseconds write{30'000};        // plus a second for each KiB the client has to take
    std::chrono::milliseconds linger{2'000};        // for the client to read a last answer before the connection goes
    std::chrono::milliseconds drain{10'000};        // requests in flight may take at stop()
    std::chrono::milliseconds sweep{100};           // how often all these times are looked at
    std::vector<std::string> trusted_proxies{};     // CIDR
    std::vector<std::string> allowed_addresses{};   // CIDR; none means all
    std::string certificate{};                      // PEM files; both or neither
    std::string key{};
};

}   // namespace waqtor
