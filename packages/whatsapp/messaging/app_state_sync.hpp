#pragma once
#include "whatsapp/binary/node.hpp"
#include "whatsapp/messaging/sync_action.hpp"

namespace waqtor::whatsapp::messaging {

// ---- stanzas; an `<iq>` is without its id

struct CollectionVersion {
    Collection collection{};
    std::uint64_t version = 0;   // 0: nothing yet, send a snapshot
};
Node app_state_query(std::vector<CollectionVersion> const& wanted);
Node app_state_push(Collection collection, std::uint64_t version, Bytes patch);

struct CollectionAnswer {
    Collection collection{};
    std::optional<unsigned> error{};   // 409: our patch came too late, the others' are in `patches`
    bool more = false;
    Bytes snapshot{};   // a serialized reference; empty: none
    std::vector<Bytes> patches{};
};
/// Collections we do not know are left out. Refusal::malformed without `<sync>`.
Result<std::vector<CollectionAnswer>> parse_app_state(Node const& answer);
/// Of `<notification type=server_sync>`: what changed elsewhere.
std::vector<Collection> parse_app_state_notice(Node const& notification);

// ---- both directions

/// A key the phone shared (Decoded::app_state_keys).
struct AppStateKey {
    Bytes id, data;
    std::int64_t timestamp = 0;
};

struct StoredCollection {
    appstate::State state{};
    std::map<appstate::Mac, appstate::Mac> values{};   // index MAC → value MAC
};

/// One patch or snapshot, to be stored in one transaction.
struct CollectionChange {
    Collection collection{};
    appstate::State state{};
    bool anew = false;                                                              // a snapshot: forget the values from before
    std::vector<std::pair<appstate::Mac, std::optional<appstate::Mac>>> values{};   // nothing: removed
    std::vector<SyncAction> actions{};                                              // for the product
};

/// Where the collections of one account are kept.
class AppStateStore {
public:
    virtual ~AppStateStore() = default;
    virtual Task<StoredCollection> load(Collection collection) = 0;
    virtual Task<void> save(CollectionChange change) = 0;
    virtual Task<std::vector<AppStateKey>> keys() = 0;
};

/// The way to the service and the phone.
class AppStateLink {
public:
    virtual ~AppStateLink() = default;
    virtual Task<Node> ask(Node iq) = 0;
    /// Downloads and decrypts (media::Kind::app_state), at most a few MiB.
    virtual Task<Bytes> fetch(appstate::External file) = 0;
    /// Asks the phone, if it was not asked lately. The keys come later, as a message.
    virtual Task<void> request_keys(std::vector<Bytes> ids) = 0;
};

enum class PullState : std::uint8_t {
    done,
    waits_for_keys,   // pull again when keys have been shared
    broken,           // MACs do not fit, also after a snapshot; not tried again by itself
};
struct Pulled {
    Collection collection{};
    PullState state{};
    std::string detail{};   // for the log
};

/// Keeps the collections like the phone's, every MAC checked. One call at a time.
class AppStateSync {
public:
    AppStateSync(AppStateStore& store, AppStateLink& link, Clock const& clock) : store_{store}, link_{link}, clock_{clock} {}

    /// Gets what is new; a collection whose hash does not fit is read anew from a snapshot, once.
    Task<std::vector<Pulled>> pull(std::vector<Collection> collections);
    /// Sets something on all devices. On a conflict the others' patches come first. Code::unavailable when no key has been shared
    /// yet, Code::conflict when others were faster three times; else like write_action and ask().
    Task<void> push(SyncAction action);

private:
    AppStateStore& store_;
    AppStateLink& link_;
    Clock const& clock_;

    struct Ring;
    struct Work;
    Task<Ring> ring();
    Task<void> take(Work& work, CollectionAnswer const& answer, Ring const& ring);
    Task<void> take_snapshot(Work& work, ByteView reference, Ring const& ring);
    Task<void> take_patch(Work& work, Bytes patch, Ring const& ring);
    Task<void> store(Work& work, appstate::Applied applied, bool anew);
    Task<std::optional<unsigned>> try_push(Collection collection, std::vector<appstate::Wish> wishes, Ring const& ring,
                                           AppStateKey key);
};

}   // namespace waqtor::whatsapp::messaging
