#pragma once
#include "whatsapp/client/prekeys.hpp"
#include "whatsapp/client/together.hpp"
#include "whatsapp/signal/cipher.hpp"

namespace waqtor::whatsapp {

/// Starts ratchets with devices there are none with yet.
class Sessions {
public:
    explicit Sessions(Context& context);

    /// Fetches bundles and starts sessions; one that exists is archived. Devices that have no keys, or whose keys are not signed
    /// as they should be, are left out: encrypting for them still finds no session.
    Task<void> start(std::vector<Jid> devices);
    /// The same for those there is no session with yet. Who asks at the same time shares the question and the transaction.
    Task<void> ensure(std::vector<Jid> devices);
    /// The same with a bundle that is here already, from a retry receipt. Fails when it is not signed as it should be.
    Task<void> start(Jid device, FetchedBundle bundle);

    signal::Cipher& cipher() { return cipher_; }

private:
    Context& context_;
    signal::Cipher cipher_;
    struct Done {};
    Together<Jid, Done> starts_;

    struct Found {
        Jid device;
        FetchedBundle bundle;
    };
    class Start;
    Task<std::vector<Jid>> without_session(std::vector<Jid> devices);
    Task<Done> start_missing(std::vector<Jid> devices);
    Task<bool> trusted(Found const& one, std::vector<Found> const& all, crypto::Signatures* together = nullptr);
};

}   // namespace waqtor::whatsapp
