#include "whatsapp/client/memory_store.hpp"

#include <tuple>

namespace waqtor::whatsapp {

namespace {

/// Notes how to give `map[key]` its present value back.
template <class Map, class Key> void undoable(Transaction& tx, Map& map, Key const& key) {
    auto& undoing = static_cast<MemoryDatabase::Undoing&>(tx);
    if (auto const found = map.find(key); found != map.end())
        undoing.on_failure([&map, old = *found] { map.insert_or_assign(old.first, old.second); });
    else
        undoing.on_failure([&map, key] { map.erase(key); });
}

}   // namespace

void MemoryDatabase::Undoing::roll_back() {
    while (!undo_.empty()) {
        undo_.back()();
        undo_.pop_back();
    }
}

Task<void> MemoryDatabase::submit(Mode mode, Work work) {
    Undoing transaction;
    auto outcome = work(transaction);
    if (!outcome) transaction.roll_back();
    if (outcome && mode == Mode::write) ++writes_;
    co_return outcome;
}

Result<std::vector<Bytes>> MemoryClientStore::get(Transaction&, SessionId session, ClientValueKind kind,
                                                  std::vector<std::string> const& names) {
    auto const& values = sessions_[session].values;
    std::vector<Bytes> out;
    for (auto const& name : names) {
        auto const found = values.find({kind, name});
        out.push_back(found == values.end() ? Bytes{} : found->second);
    }
    return out;
}

Result<std::vector<ClientValue>> MemoryClientStore::list(Transaction&, SessionId session, ClientValueKind kind) {
    std::vector<ClientValue> out;
    for (auto const& [key, value] : sessions_[session].values)
        if (key.first == kind) out.push_back({key.second, value});
    return out;
}

Result<void> MemoryClientStore::put(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name,
                                    BytesView value) {
    auto& values = sessions_[session].values;
    auto const key = std::pair{kind, std::string{name}};
    undoable(tx, values, key);
    values[key] = Bytes{value.begin(), value.end()};
    return {};
}

Result<void> MemoryClientStore::remove(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name) {
    auto& values = sessions_[session].values;
    auto const key = std::pair{kind, std::string{name}};
    undoable(tx, values, key);
    values.erase(key);
    return {};
}

Result<bool> MemoryClientStore::add_frame(Transaction& tx, SessionId session, ClientFrame const& frame) {
    auto& frames = sessions_[session].frames;
    undoable(tx, frames, frame.whatsapp_id);
    return frames.emplace(frame.whatsapp_id, frame).second;
}

Result<std::optional<ClientFrame>> MemoryClientStore::frame(Transaction&, SessionId session, std::string_view whatsapp_id) {
    auto const& frames = sessions_[session].frames;
    auto const found = frames.find(whatsapp_id);
    return found == frames.end() ? std::nullopt : std::optional{found->second};
}

Result<std::vector<ClientFrame>> MemoryClientStore::unacknowledged(Transaction&, SessionId session, Timestamp at,
                                                                   std::string_view after_id, std::int64_t limit) {
    std::vector<ClientFrame> out;
    auto const place = [](ClientFrame const& frame) { return std::tuple{frame.at, std::string_view{frame.whatsapp_id}}; };
    for (auto const& [_, frame] : sessions_[session].frames)
        if (!frame.frame.empty() && place(frame) > std::tuple{at, after_id}) out.push_back(frame);
    std::ranges::sort(out, {}, place);
    if (out.size() > static_cast<std::size_t>(limit)) out.resize(static_cast<std::size_t>(limit));
    return out;
}

Result<bool> MemoryClientStore::acknowledge(Transaction& tx, SessionId session, std::string_view whatsapp_id) {
    auto& frames = sessions_[session].frames;
    auto const found = frames.find(whatsapp_id);
    if (found == frames.end() || found->second.frame.empty()) return false;
    undoable(tx, frames, std::string{whatsapp_id});
    found->second.frame.clear();
    return true;
}

Result<ClientReceived> MemoryClientStore::note_received(Transaction& tx, SessionId session, std::string_view id, bool readable,
                                                        Timestamp at) {
    auto& received = sessions_[session].received;
    undoable(tx, received, std::string{id});
    auto const [found, fresh] = received.try_emplace(std::string{id}, Received{false, 0, at});
    if (found->second.readable) return ClientReceived::repeated;
    if (!readable) ++found->second.tries;
    found->second.readable = readable;
    if (fresh) return ClientReceived::first;
    return readable ? ClientReceived::readable : ClientReceived::repeated;
}

Result<std::optional<std::int64_t>> MemoryClientStore::unreadable(Transaction&, SessionId session, std::string_view id) {
    auto const& received = sessions_[session].received;
    auto const found = received.find(id);
    if (found == received.end()) return std::optional<std::int64_t>{0};
    return found->second.readable ? std::nullopt : std::optional{found->second.tries};
}

Result<void> MemoryClientStore::keep_original(Transaction& tx, SessionId session, std::string_view whatsapp_id, BytesView value,
                                              Timestamp at) {
    auto& originals = sessions_[session].originals;
    undoable(tx, originals, std::string{whatsapp_id});
    originals.try_emplace(std::string{whatsapp_id}, Original{Bytes{value.begin(), value.end()}, at});
    return {};
}

Result<Bytes> MemoryClientStore::original(Transaction&, SessionId session, std::string_view whatsapp_id) {
    auto const& originals = sessions_[session].originals;
    auto const found = originals.find(whatsapp_id);
    return found == originals.end() ? Bytes{} : found->second.value;
}

Result<void> MemoryClientStore::tidy_originals(Transaction&, SessionId session, Timestamp before) {
    std::erase_if(sessions_[session].originals, [&](auto const& entry) { return entry.second.at < before; });
    return {};
}

Result<void> MemoryClientStore::tidy(Transaction&, SessionId session, Timestamp before) {
    auto& state = sessions_[session];
    std::erase_if(state.frames, [&](auto const& entry) { return entry.second.frame.empty() && entry.second.at < before; });
    std::erase_if(state.received, [&](auto const& entry) { return entry.second.at < before; });
    return {};
}

Result<void> MemoryClientStore::forget(Transaction&, SessionId session) {
    // In place: undoing may point into it.
    auto& state = sessions_[session];
    state.values.clear();
    state.frames.clear();
    state.received.clear();
    state.originals.clear();
    return {};
}

}   // namespace waqtor::whatsapp
