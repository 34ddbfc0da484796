#include "whatsapp/client/vault.hpp"

#include "whatsapp/client/account.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace waqtor::whatsapp {

namespace {

/// Of a value in the cache: its kind and name.
std::string key_of(ClientValueKind kind, std::string_view name) {
    auto key = std::string(1, static_cast<char>('a' + static_cast<int>(kind)));
    key += name;
    return key;
}

std::string name_of(signal::SenderKeyName const& name) { return name.group.to_string() + ' ' + name.sender.to_string(); }

/// Ratchets and values are both only named bytes to the store.
std::vector<Draft::Value> values_of(signal::Changes changes) {
    std::vector<Draft::Value> out;
    out.reserve(changes.sessions.size() + changes.sender_keys.size() + changes.identities.size() + changes.used_prekeys.size());
    for (auto& [device, record] : changes.sessions)
        out.push_back({ClientValueKind::session, device.to_string(), std::move(record)});
    for (auto& [name, record] : changes.sender_keys) out.push_back({ClientValueKind::sender_key, name_of(name), std::move(record)});
    for (auto const& [device, key] : changes.identities)
        out.push_back({ClientValueKind::identity, device.to_string(), to_bytes(key)});
    for (auto const id : changes.used_prekeys) out.push_back({ClientValueKind::prekey, std::to_string(id), {}});
    return out;
}

Result<void> store_all(ClientStore& store, SessionId session, Transaction& tx, std::vector<Draft::Value> const& values) {
    for (auto const& [kind, name, bytes] : values) {
        if (bytes.empty())
            TRY_OK(store.remove(tx, session, kind, name));
        else
            TRY_OK(store.put(tx, session, kind, name, bytes));
    }
    return {};
}

class Ready final : public Vault::Job {
public:
    explicit Ready(Draft draft) : draft_{std::move(draft)} {}
    Task<void> prepare(Draft& draft) override {
        draft = draft_;
        co_return Result<void>{};
    }

private:
    Draft draft_;
};

}   // namespace

Vault::Vault(asio::any_io_executor executor, Database& db, ClientStore& store, SessionListener& listener, SessionRef ref,
             std::chrono::milliseconds stream)
    : executor_{std::move(executor)},
      db_{db},
      store_{store},
      listener_{listener},
      ref_{ref},
      stream_{stream},
      gathering_{executor_},
      idle_{executor_},
      reads_{executor_, kMostRead, [this](std::vector<Name> names) { return read_values(std::move(names)); }, kReadsAtOnce} {}

Task<void> Vault::run(std::shared_ptr<Job> job) {
    auto const waiting =
        std::make_shared<Waiting>(std::move(job), asio::steady_timer{executor_, asio::steady_timer::time_point::max()});
    queue_.push_back(waiting);
    if (!waiting->job->may_wait()) gathering_.cancel();
    if (!working_) {
        working_ = true;
        asio::co_spawn(executor_, work(), asio::detached);   // awaited by idle()
    }
    while (!waiting->outcome) co_await waiting->done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::move(*waiting->outcome);
}

Task<void> Vault::commit_draft(Draft draft) { co_return co_await run(std::make_shared<Ready>(std::move(draft))); }

asio::awaitable<void> Vault::idle() {
    while (working_) co_await idle_.wait();
}

asio::awaitable<void> Vault::work() {
    while (!queue_.empty()) {
        co_await gather();
        co_await process({});
        committed_ = std::chrono::steady_clock::now();
    }
    queue_.shrink_to_fit();
    working_ = false;
    idle_.ring();
}

asio::awaitable<void> Vault::gather() {
    if (!committed_ || std::chrono::steady_clock::now() - *committed_ > stream_) co_return;
    if (!std::ranges::all_of(queue_, [](auto const& one) { return one->job->may_wait(); })) co_return;
    gathering_.expires_after(stream_);
    co_await gathering_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Vault::finish(Waiting& waiting, Result<void> outcome) {
    waiting.outcome = std::move(outcome);
    waiting.done.cancel();
}

/// `batch` together; an empty one is of those that wait and those that come while others are prepared.
asio::awaitable<void> Vault::process(Batch batch) {
    auto const of_queue = batch.empty();
    Draft all;
    Batch prepared;
    for (std::size_t i = 0; i < kMostTogether; ++i) {
        if (of_queue && !queue_.empty()) {
            batch.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        if (i == batch.size()) break;
        auto& one = batch[i];
        Draft draft;
        Result<void> outcome;
        try {
            outcome = co_await one->job->prepare(draft);
        } catch (std::exception const& thrown) {
            outcome = fail_with_cause(Code::internal, "The operation failed", thrown.what());
        }
        if (!outcome) {
            finish(*one, std::move(outcome));
            continue;
        }
        auto values = values_of(std::move(draft.changes));
        values.insert(values.end(), std::move_iterator{draft.values.begin()}, std::move_iterator{draft.values.end()});
        for (auto& value : values) {
            uncommitted_[key_of(value.kind, value.name)] = value.bytes;
            all.values.push_back(std::move(value));
        }
        all.work.insert(all.work.end(), std::move_iterator{draft.work.begin()}, std::move_iterator{draft.work.end()});
        prepared.push_back(std::move(one));
    }
    if (prepared.empty()) co_return;
    auto const outcome = co_await write(std::move(all));
    auto changed = std::exchange(uncommitted_, {});
    if (outcome) {
        for (auto& [key, bytes] : changed) {
            changed_.insert(key);
            keep(key, std::move(bytes));
        }
    } else if (prepared.size() > 1) {
        // One of them spoilt it for all: each for itself.
        for (auto& one : prepared) {
            Batch alone;
            alone.push_back(std::move(one));
            co_await process(std::move(alone));
        }
        co_return;
    }
    for (auto& one : prepared) finish(*one, outcome);
}

Task<void> Vault::write(Draft draft) {
    // A value changed twice is written once, as it was last.
    std::map<std::pair<ClientValueKind, std::string_view>, std::size_t> last;
    for (std::size_t i = 0; i < draft.values.size(); ++i) last[{draft.values[i].kind, draft.values[i].name}] = i;
    std::vector<Draft::Value> values;
    std::vector<std::size_t> order;
    values.reserve(last.size());
    order.reserve(last.size());
    for (auto const& [_, index] : last) order.push_back(index);
    std::ranges::sort(order);
    for (auto const index : order) values.push_back(std::move(draft.values[index]));

    auto const fenced = std::make_shared<bool>(false);
    auto outcome = co_await db_.write([store = &store_, listener = &listener_, ref = ref_, values = std::move(values), fenced,
                                       work = std::move(draft.work)](Transaction& tx) -> Result<void> {
        *fenced = true;
        TRY_OK(listener->fence(tx, ref));
        *fenced = false;
        TRY_OK(store_all(*store, ref.session, tx, values));
        for (auto const& one : work) TRY_OK(one(tx));
        return {};
    });
    if (!outcome && *fenced) on_fenced();
    co_return outcome;
}

Bytes const* Vault::known(std::string const& key) {
    if (auto const found = uncommitted_.find(key); found != uncommitted_.end()) return &found->second;
    auto const found = index_.find(key);
    if (found == index_.end()) return nullptr;
    cached_.splice(cached_.begin(), cached_, found->second);
    return &found->second->second;
}

void Vault::keep(std::string key, Bytes bytes) {
    // One-time prekeys are read once, and hundreds are written together.
    if (key.front() == key_of(ClientValueKind::prekey, "").front()) return;
    if (auto const found = index_.find(key); found != index_.end()) {
        cached_.erase(found->second);
        index_.erase(found);
    }
    cached_.emplace_front(key, std::move(bytes));
    index_.emplace(std::move(key), cached_.begin());
    if (cached_.size() <= kMostCached) return;
    index_.erase(cached_.back().first);
    cached_.pop_back();
}

void Vault::forget_cache() {
    cached_.clear();
    index_ = {};
    ++forgotten_;
}

Task<std::vector<Bytes>> Vault::get(ClientValueKind kind, std::vector<std::string> names) {
    std::vector<Bytes> out(names.size());
    std::vector<std::size_t> where;
    std::vector<Name> missing;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (auto const* bytes = known(key_of(kind, names[i]))) {
            out[i] = *bytes;
        } else {
            where.push_back(i);
            missing.emplace_back(kind, std::move(names[i]));
        }
    }
    if (missing.empty()) co_return out;
    CO_TRY(auto const share, co_await reads_.ask(std::move(missing)));
    for (std::size_t i = 0; i < where.size(); ++i) out[where[i]] = (*share.answer)[share.from + i];
    co_return out;
}

Task<std::vector<Bytes>> Vault::read_values(std::vector<Name> names) {
    if (reading_++ == 0) changed_.clear();
    auto const before = forgotten_;
    auto found = co_await db_.read([store = &store_, session = ref_.session, names](Transaction& tx) -> Result<std::vector<Bytes>> {
        std::vector<Bytes> out;
        for (auto const& [kind, name] : names) {
            TRY(auto one, store->get(tx, session, kind, {name}));
            out.push_back(std::move(one.front()));
        }
        return out;
    });
    --reading_;
    if (!found) co_return found;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto key = key_of(names[i].first, names[i].second);
        // What was read may be older than what was committed meanwhile.
        if (forgotten_ == before && !changed_.contains(key)) keep(std::move(key), (*found)[i]);
    }
    co_return found;
}

Task<Bytes> Vault::get(ClientValueKind kind, std::string name) {
    CO_TRY(auto found, co_await get(kind, std::vector{std::move(name)}));
    co_return std::move(found.front());
}

Task<std::vector<Bytes>> Vault::sessions(std::vector<Jid> devices) {
    std::vector<std::string> names;
    names.reserve(devices.size());
    for (auto const& device : devices) names.push_back(device.to_string());
    co_return co_await get(ClientValueKind::session, std::move(names));
}

Task<Bytes> Vault::sender_key(signal::SenderKeyName name) { co_return co_await get(ClientValueKind::sender_key, name_of(name)); }

Task<std::optional<crypto::PublicKey>> Vault::identity(Jid device) {
    CO_TRY(auto const bytes, co_await get(ClientValueKind::identity, device.to_string()));
    if (bytes.size() != 32) co_return std::optional<crypto::PublicKey>{};
    co_return crypto::PublicKey{to_array<32>(bytes)};
}

Task<std::optional<signal::PreKey>> Vault::prekey(signal::KeyId id) {
    CO_TRY(auto const bytes, co_await get(ClientValueKind::prekey, std::to_string(id)));
    co_return parse_prekey(id, bytes);
}

Task<std::optional<signal::SignedPreKey>> Vault::signed_prekey(signal::KeyId id) {
    CO_TRY(auto const bytes, co_await get(ClientValueKind::signed_prekey, std::to_string(id)));
    co_return parse_signed_prekey(id, bytes);
}

Task<void> Vault::commit(signal::Changes changes) {
    Draft draft;
    draft.changes = std::move(changes);
    co_return co_await commit_draft(std::move(draft));
}

}   // namespace waqtor::whatsapp
