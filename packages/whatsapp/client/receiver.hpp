#pragma once
#include "whatsapp/client/directory.hpp"
#include "whatsapp/client/originals.hpp"
#include "whatsapp/client/sessions.hpp"
#include "whatsapp/messaging/content_codec.hpp"

namespace waqtor::whatsapp {

/// Takes messages in: decrypts, commits what came with the ratchets that read it, and only then tells the service.
class Receiver {
public:
    Receiver(Context& context, Directory& directory, Sessions& sessions, Prekeys& prekeys, Originals& originals)
        : context_{context}, directory_{directory}, sessions_{sessions}, prekeys_{prekeys}, originals_{originals} {}

    /// Notes with the draft what a message of the own phone has for the machine: app-state keys, history and so on.
    std::function<Task<void>(Draft&, std::string const& id, messaging::Decoded const&)> keep_machine =
        [](Draft&, std::string const&, messaging::Decoded const&) -> Task<void> { co_return Result<void>{}; };
    /// The same, once it is committed.
    std::function<void(messaging::Decoded const&)> on_machine = [](messaging::Decoded const&) {};

    struct Arrival;
    /// `<message>`: who wrote it, and where. One after the other, so that messages stay in order. Nothing when it is no message
    /// one could read; it is acknowledged then.
    Task<std::shared_ptr<Arrival>> arrival(Node stanza);
    /// Fails when it could not be committed; the service sends it again after the next login.
    Task<void> message(std::shared_ptr<Arrival> arrival);
    /// `<receipt>` of others about our messages, but not retries.
    Task<void> receipt(Node stanza);

private:
    class Open;
    Context& context_;
    Directory& directory_;
    Sessions& sessions_;
    Prekeys& prekeys_;
    Originals& originals_;

    Task<std::shared_ptr<Arrival>> read(Node stanza);
    Node receipt_for(Arrival const& arrival) const;
    Task<void> ask_again(std::shared_ptr<Arrival> arrival, std::int64_t count, bool with_keys);
};

/// `<ack>` for any stanza but messages.
Node ack_for(Node const& stanza);

}   // namespace waqtor::whatsapp
