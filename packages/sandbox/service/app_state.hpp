#pragma once
#include "sandbox/types.hpp"
#include "whatsapp/appstate/patch.hpp"

#include <map>

namespace waqtor::sandbox {

struct Account;
struct Device;
class Service;

/// One collection as the service keeps it: it cannot read the records, but knows which of them are the latest.
struct Collection {
    whatsapp::appstate::State state;   // where it stands
    std::vector<Bytes> patches;        // serialized; the first leads to version 1
    std::map<Bytes, Bytes> records;    // serialized SyncdRecord by its index MAC
    Bytes snapshot_mac;                // that of the last patch: the service cannot make one
    Bytes key_id;

    std::optional<whatsapp::appstate::Mac> value_mac(whatsapp::appstate::Mac const& index_mac) const;
    /// Adds a patch of a client: checks its shape, counts up and writes the version into it.
    Result<void> take(ByteView patch);
    /// A serialized SyncdSnapshot of what it holds.
    Bytes snapshot() const;
};

/// The app state of an account. The key is the phone's; the service itself never looks at it.
struct AppState {
    AppState();
    std::map<std::string, Collection, std::less<>> collections;
    Bytes key_id = crypto::random_bytes(6);
    Bytes key = crypto::random_bytes(32);
    std::int64_t made_at = 0;   // unix milliseconds
};
AppState& app_state_of(Account& account, std::int64_t now);

/// The phone changes something: `value` is a serialized SyncActionValue, `index` a JSON array. Linked devices are told.
/// Code::invalid for a collection that does not exist.
Result<void> change_app_state(Service& service, Account& account, std::string_view collection,
                              whatsapp::appstate::Wish const& wish);

}   // namespace waqtor::sandbox
