#pragma once
#include "whatsapp/client/blobs.hpp"
#include "whatsapp/client/directory.hpp"
#include "whatsapp/client/sender.hpp"
#include "whatsapp/messaging/app_state_sync.hpp"

#include <span>

namespace waqtor::whatsapp {

/// What all devices of the number keep in common, over the live connection: the keys the phone shares, the five collections with
/// every MAC checked, changes of others and of our own. On the strand; calls wait for each other.
class AppState final : private messaging::AppStateStore, private messaging::AppStateLink {
public:
    AppState(Context& context, Directory& directory, Sender& sender, Blobs& blobs)
        : context_{context},
          directory_{directory},
          sender_{sender},
          blobs_{blobs},
          sync_{*this, *this, context.clock},
          bell_{context.executor} {}

    /// Notes keys with the draft of the message that brought them.
    static void keep(Draft& draft, std::vector<messaging::SharedKey> const& keys);
    /// Reads what was never read whole or waits for keys. After each login, and when keys came.
    Task<void> catch_up();
    /// Reads what is new.
    Task<void> pull(std::vector<messaging::Collection> collections);
    /// As AppStateSync::push; waits until it is taken and on disk.
    Task<void> push(messaging::SyncAction action);

    /// Collections whose MACs do not fit, with the reason.
    std::map<messaging::Collection, std::string> const& broken() const { return broken_; }

private:
    using Collection = messaging::Collection;
    class Turn;
    class Rename;

    Context& context_;
    Directory& directory_;
    Sender& sender_;
    Blobs& blobs_;
    messaging::AppStateSync sync_;
    bool busy_ = false;
    Doorbell bell_;
    std::map<Collection, std::string> broken_;

    Task<messaging::StoredCollection> load(Collection collection) override;
    Task<void> save(messaging::CollectionChange change) override;
    Task<std::vector<messaging::AppStateKey>> keys() override;
    Task<Node> ask(Node iq) override;
    Task<Bytes> fetch(appstate::External file) override;
    Task<void> request_keys(std::vector<Bytes> ids) override;

    asio::awaitable<Turn> turn();
    Task<void> pull_now(std::vector<Collection> collections);
    Task<std::set<std::string>> settled();
    Task<Draft> news_of(std::span<messaging::SyncAction const> actions);
    Task<void> put_values(Draft& draft, messaging::CollectionChange const& change);
};

/// As the product is told; nothing for kinds it does not know.
std::optional<PhoneChange> change_of(messaging::SyncAction const& action);
/// Code::invalid, naming the field.
Result<messaging::SyncAction> action_of(PhoneChange const& change);

}   // namespace waqtor::whatsapp
