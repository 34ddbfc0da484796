#pragma once
#include "core/sessions/client_store.hpp"
#include "whatsapp/client/doorbell.hpp"
#include "whatsapp/client/together.hpp"
#include "whatsapp/signal/store.hpp"

#include <deque>
#include <functional>
#include <list>
#include <unordered_map>
#include <unordered_set>

namespace waqtor::whatsapp {

/// What one piece of work wants to write; all of it is committed in one transaction, or nothing.
struct Draft {
    struct Value {
        ClientValueKind kind{};
        std::string name;
        Bytes bytes;   // empty: remove
    };
    using Work = std::function<Result<void>(Transaction&)>;   // may run more than once; owns what it captures

    signal::Changes changes{};
    std::vector<Value> values{};
    std::vector<Work> work{};

    void put(ClientValueKind kind, std::string name, Bytes bytes) { values.push_back({kind, std::move(name), std::move(bytes)}); }
    void remove(ClientValueKind kind, std::string name) { values.push_back({kind, std::move(name), {}}); }
};

/// The only way to a session's stored state: reads through a small cache, and commits the drafts of jobs. Jobs run one after
/// the other and see what those before them have changed; those that wait at the same time share a transaction. On the strand.
class Vault final : public signal::SignalStore {
public:
    /// A piece of work that reads state and changes it. prepare() runs on the strand, again with a fresh draft when the transaction
    /// it shared with others has failed; when it fails, nothing of it is written.
    class Job {
    public:
        virtual ~Job() = default;
        virtual Task<void> prepare(Draft& draft) = 0;
        /// True when in a stream of such jobs each may wait a moment, so that several share a commit.
        virtual bool may_wait() const { return false; }
    };

    /// Called on the strand when the listener's fence did not let a transaction through.
    std::function<void()> on_fenced = [] {};

    /// Messages that come faster than one in this time are a stream: they are gathered for as long before the next commit. A person
    /// who answers notices nothing of it, and a commit costs as much as reading two messages.
    static constexpr std::chrono::milliseconds kStream{4};

    Vault(asio::any_io_executor executor, Database& db, ClientStore& store, SessionListener& listener, SessionRef ref,
          std::chrono::milliseconds stream = kStream);

    /// Returns once it is on disk. The error of prepare(), of the listener, or of the database.
    Task<void> run(std::shared_ptr<Job> job);
    /// The same for a draft that depends on nothing.
    Task<void> commit_draft(Draft draft);
    /// Until nothing is under way.
    asio::awaitable<void> idle();

    /// In the order asked for; empty where there is none.
    Task<std::vector<Bytes>> get(ClientValueKind kind, std::vector<std::string> names);
    Task<Bytes> get(ClientValueKind kind, std::string name);
    /// Reads what is not kept here.
    template <class F> auto read(F work) { return db_.read(std::move(work)); }
    ClientStore& store() { return store_; }
    SessionListener& listener() { return listener_; }
    SessionRef const& ref() const { return ref_; }
    /// Gives memory back; called when nothing has happened for a while.
    void forget_cache();

    Task<std::vector<Bytes>> sessions(std::vector<Jid> devices) override;
    Task<Bytes> sender_key(signal::SenderKeyName name) override;
    Task<std::optional<crypto::PublicKey>> identity(Jid device) override;
    Task<std::optional<signal::PreKey>> prekey(signal::KeyId id) override;
    Task<std::optional<signal::SignedPreKey>> signed_prekey(signal::KeyId id) override;
    Task<void> commit(signal::Changes changes) override;

private:
    static constexpr std::size_t kMostCached = 1024;
    static constexpr std::size_t kMostTogether = 64;
    static constexpr std::size_t kMostRead = 256;
    static constexpr std::size_t kReadsAtOnce = 4;
    struct Waiting {
        std::shared_ptr<Job> job;
        asio::steady_timer done;
        std::optional<Result<void>> outcome{};
    };
    using Batch = std::vector<std::shared_ptr<Waiting>>;
    using Name = std::pair<ClientValueKind, std::string>;
    using Order = std::list<std::pair<std::string, Bytes>>;   // newest first

    asio::any_io_executor executor_;
    Database& db_;
    ClientStore& store_;
    SessionListener& listener_;
    SessionRef ref_;
    std::chrono::milliseconds stream_;
    std::deque<std::shared_ptr<Waiting>> queue_;
    bool working_ = false;
    asio::steady_timer gathering_;
    std::optional<std::chrono::steady_clock::time_point> committed_;   // the last time
    Doorbell idle_;
    std::map<std::string, Bytes> uncommitted_;   // of the batch at work
    Order cached_;
    std::unordered_map<std::string, Order::iterator> index_;
    Together<Name, std::vector<Bytes>> reads_;
    unsigned reading_ = 0;                      // reads under way
    std::unordered_set<std::string> changed_;   // since the oldest of them began
    std::uint64_t forgotten_ = 0;               // so often

    asio::awaitable<void> work();
    asio::awaitable<void> gather();
    asio::awaitable<void> process(Batch batch);
    Task<void> write(Draft draft);
    Task<std::vector<Bytes>> read_values(std::vector<Name> names);
    Bytes const* known(std::string const& key);
    void keep(std::string key, Bytes bytes);
    void finish(Waiting& waiting, Result<void> outcome);
};

}   // namespace waqtor::whatsapp
