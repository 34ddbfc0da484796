#pragma once
#include "server/realtime/watch.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace waqtor::realtime {

/// What the hub allows its clients.
struct HubSettings {
    std::string version = "0";
    std::size_t payload_bytes = std::size_t{1024} * 1024;   // of one message on the wire; more ends the connection
    std::size_t message_bytes = std::size_t{10} * 1024;     // of one message we read as JSON; more is an error frame
    bool compression = true;
    int compression_level = 1;
    std::size_t compression_threshold = 1024;
    std::size_t buffered_bytes = std::size_t{512} * 1024;   // that may wait for a client; twice that for what matters more
    std::chrono::milliseconds heartbeat{30'000};
    std::chrono::milliseconds pong{10'000};     // how long a pong may take
    std::chrono::milliseconds closing{5'000};   // and the answer to a close frame
    std::chrono::milliseconds slow{120'000};    // how long a client that does not read or answer may take to see why it is closed
    std::chrono::milliseconds sweep{1'000};     // how often these times are looked at
    std::chrono::milliseconds window{5};        // least time between two batches of events
    std::chrono::milliseconds poll{1'000};      // how often to look for events another process wrote
    std::chrono::milliseconds drain{5'000};     // for clients to leave at stop()
    std::chrono::milliseconds retry{5'000};     // clients of a stopped server come back within this, spread
    double messages_per_second = 10;
    double burst = 60;
    std::size_t violations = 5;   // messages over the limit, each answered by a warning, before the connection ends
    double shared_factor = 10;   // an address and a key may do this many times what one connection may; more where more may connect
    std::size_t connections_per_address = 100;
    std::size_t connections_per_key = 200;
    std::size_t connections_per_workspace = 5'000;
    std::size_t subscriptions = 100;
    std::int64_t resume_events = 10'000;   // a client that missed more is told to start anew

    AlertLimits alerts{.memory_mib = 2'048, .buffered_mib = 256, .refused_per_minute = 120, .slow_per_minute = 20};

    // the door
    std::vector<std::string> allowed_origins{};     // besides our own
    std::vector<std::string> allowed_addresses{};   // CIDR; none means all
    std::string server_secret{};                    // of the HMAC handshake; empty: there is none
    std::chrono::milliseconds handshake_age{300'000};
    bool handshake_binds_address = false;
    bool key_in_url = false;   // ?apiKey= alone, which ends up in logs
    std::chrono::milliseconds ticket_lasts{30'000};
};

}   // namespace waqtor::realtime
