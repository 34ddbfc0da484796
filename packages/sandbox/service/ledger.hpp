#pragma once
#include "sandbox/types.hpp"

#include <deque>

namespace waqtor::sandbox {

enum class Way : std::uint8_t {
    from_device,   // a stanza the service took from a device
    to_device,     // a stanza handed to a device (again after each reconnect until it is acknowledged)
    phone,         // something a phone decrypted or did
    refused,       // a stanza or request the service answered with an error
    unknown,       // a request nobody here knows; answered with an error as well
    fault,         // a connection that broke the protocol
    life,          // paired, logged in, gone
};
std::string_view name_of(Way way);

struct Entry {
    std::uint64_t number = 0;   // 1, 2, 3 …
    Timestamp at{};
    Way way = Way::life;
    std::string device;   // user:device@s.whatsapp.net; empty before login
    std::string tag;      // of the stanza, or a word for what happened
    std::string id;
    std::string peer;   // the other side: from or to
    std::string type;
    std::string text;     // plain text (or caption) a phone read, or the reason of a refusal
    std::string file{};   // SHA-256 in hex of the file a phone got with it, or what is wrong with that
};

/// What happened, in order, for tests to ask. The last `kMost` entries are kept, if nothing else is said.
class Ledger {
public:
    static constexpr std::size_t kMost = 1'000'000;

    explicit Ledger(Clock const& clock) : clock_{clock} {}

    void add(Way way, std::string device, Node const& stanza, std::string text = {}, std::string file = {});
    void add(Way way, std::string device, std::string tag, std::string text = {});

    /// How many are kept from now on.
    void keep(std::size_t most) { most_ = most; }
    std::deque<Entry> const& entries() const { return entries_; }
    std::uint64_t last() const { return last_; }

private:
    Clock const& clock_;
    std::deque<Entry> entries_;
    std::uint64_t last_ = 0;
    std::size_t most_ = kMost;

    void push(Entry entry);
};

}   // namespace waqtor::sandbox
