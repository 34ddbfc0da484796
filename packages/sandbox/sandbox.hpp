#pragma once
#include "sandbox/phone/phone.hpp"
#include "sandbox/service/service.hpp"

#include <filesystem>

namespace waqtor::sandbox {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;           // of the WebSocket and the media store; 0 picks a free one
    std::filesystem::path folder{};   // where ca.pem and noise-root.hex are written; empty: nowhere
    std::uint32_t lowest_version = 0;
};

/// A WhatsApp service on loopback with phones, in its own thread. Every function may be called from any other thread and is done
/// when it returns. Throws std::runtime_error from the constructor when it cannot listen or write.
class Sandbox {
public:
    explicit Sandbox(Options options = {});
    Sandbox(Sandbox const&) = delete;
    Sandbox& operator=(Sandbox const&) = delete;
    ~Sandbox();

    std::uint16_t port() const;
    /// wss://127.0.0.1:PORT/ws/chat
    std::string url() const;
    /// PEM of the authority that signed the TLS certificate.
    std::string const& tls_root() const;
    noise::TrustRoot noise_root() const;

    /// A number with a phone; nothing happens when it exists.
    void add_phone(std::string number, std::string push_name);
    /// The phone scans what a client shows.
    Result<void> scan(std::string number, std::string qr);
    /// Text from the phone to a person (digits, or an address) or a group. Gives the message's id.
    Result<std::string> send_text(std::string number, std::string to, std::string text);
    Result<void> read(std::string number, std::string message);
    Result<void> typing(std::string number, std::string to, bool on);
    /// Cuts the connections of a linked device, as a bad network would.
    Result<void> disconnect(std::string device);

    /// Waits until an entry after number `after` fits; Code::timeout otherwise.
    Result<Entry> wait_for(std::function<bool(Entry const&)> fits, std::chrono::milliseconds most, std::uint64_t after = 0);
    std::vector<Entry> ledger(std::uint64_t after = 0);

    /// Runs on the service's thread and waits for it. For everything not worth a function above.
    void on_service(std::function<void(Service&)> work);

private:
    class State;
    std::unique_ptr<State> state_;
};

}   // namespace waqtor::sandbox
