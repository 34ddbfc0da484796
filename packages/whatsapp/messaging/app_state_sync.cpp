#include "whatsapp/messaging/app_state_sync.hpp"

#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

constexpr int kMostRounds = 200;   // of one pull: each brings several patches
constexpr int kMostPushes = 3;
constexpr std::size_t kMostPatches = 10'000;

Node sync_iq(std::vector<Node> collections) {
    return Node{
        "iq", {{"to", server_jid()}, {"type", "set"}, {"xmlns", "w:sync:app:state"}}, Node{"sync", {}, std::move(collections)}};
}

CollectionAnswer answer_of(Node const& node, Collection collection) {
    CollectionAnswer out{.collection = collection, .more = node.attr("has_more_patches") == "true"};
    if (node.attr("type") == "error") {
        auto const* error = node.child("error");
        out.error = error ? static_cast<unsigned>(std::min<std::uint64_t>(error->number("code").value_or(0), 9999)) : 0U;
    }
    if (auto const* snapshot = node.child("snapshot")) out.snapshot = to_bytes(snapshot->bytes());
    if (auto const* patches = node.child("patches"))
        for (auto const& patch : patches->children())
            if (patch.is("patch") && out.patches.size() < kMostPatches) out.patches.push_back(to_bytes(patch.bytes()));
    return out;
}

}   // namespace

Node app_state_query(std::vector<CollectionVersion> const& wanted) {
    std::vector<Node> collections;
    for (auto const& one : wanted)
        collections.push_back(Node{"collection",
                                   {{"name", name_of(one.collection)},
                                    {"version", one.version},
                                    {"return_snapshot", one.version == 0 ? Value{"true"} : Value{"false"}}}});
    return sync_iq(std::move(collections));
}

Node app_state_push(Collection collection, std::uint64_t version, Bytes patch) {
    return sync_iq({Node{"collection",
                         {{"name", name_of(collection)}, {"version", version}, {"return_snapshot", "false"}},
                         Node{"patch", {}, std::move(patch)}}});
}

Result<std::vector<CollectionAnswer>> parse_app_state(Node const& answer) {
    auto const* sync = answer.child("sync");
    if (!sync) return refuse(Refusal::malformed, "app state: the answer has no collections");
    std::vector<CollectionAnswer> out;
    for (auto const& one : sync->children())
        if (auto const collection = collection_named(one.string("name")); one.is("collection") && collection)
            out.push_back(answer_of(one, *collection));
    return out;
}

std::vector<Collection> parse_app_state_notice(Node const& notification) {
    std::vector<Collection> out;
    for (auto const& one : notification.children())
        if (auto const collection = collection_named(one.string("name")); one.is("collection") && collection)
            out.push_back(*collection);
    return out;
}

/// All keys, expanded.
struct AppStateSync::Ring {
    std::map<Bytes, appstate::Keys> keys;
    std::optional<AppStateKey> newest;

    appstate::FindKeys finder() const {
        return [this](ByteView id) {
            auto const found = keys.find(to_bytes(id));
            return found == keys.end() ? nullptr : &found->second;
        };
    }
    std::vector<Bytes> missing(std::vector<Bytes> const& wanted) const {
        std::vector<Bytes> out;
        for (auto const& id : wanted)
            if (!keys.contains(id)) out.push_back(id);
        return out;
    }
};

/// A collection while it is brought up to date.
struct AppStateSync::Work {
    Collection collection{};
    StoredCollection now{};
    bool more = true;         // the service has not said that it was all
    bool waits = false;       // for keys
    bool read_anew = false;   // a snapshot was asked for because the hash did not fit
    std::string broken{};

    appstate::FindValue finder() const {
        return [this](appstate::Mac const& index) {
            auto const found = now.values.find(index);
            return found == now.values.end() ? std::nullopt : std::optional{found->second};
        };
    }
};

Task<AppStateSync::Ring> AppStateSync::ring() {
    CO_TRY(auto const all, co_await store_.keys());
    Ring out;
    for (auto const& key : all) {
        out.keys.emplace(key.id, appstate::Keys::expand(key.data));
        if (!out.newest || key.timestamp >= out.newest->timestamp) out.newest = key;
    }
    co_return out;
}

Task<void> AppStateSync::store(Work& work, appstate::Applied applied, bool anew) {
    CollectionChange change{.collection = work.collection, .state = applied.state, .anew = anew};
    if (anew) work.now.values.clear();
    for (auto const& mutation : applied.mutations) {
        auto const removed = mutation.operation == appstate::Operation::remove;
        if (removed)
            work.now.values.erase(mutation.index_mac);
        else
            work.now.values.insert_or_assign(mutation.index_mac, mutation.value_mac);
        change.values.emplace_back(mutation.index_mac, removed ? std::nullopt : std::optional{mutation.value_mac});
        // What cannot be read is part of the hash all the same.
        if (auto action = read_action(mutation)) change.actions.push_back(*std::move(action));
    }
    work.now.state = applied.state;
    co_return co_await store_.save(std::move(change));
}

Task<void> AppStateSync::take_snapshot(Work& work, ByteView reference, Ring const& ring) {
    CO_TRY(auto file, appstate::parse_external(reference));
    CO_TRY(auto const snapshot, co_await link_.fetch(std::move(file)));
    CO_TRY(auto const wanted, appstate::keys_of_snapshot(snapshot));
    if (auto missing = ring.missing(wanted); !missing.empty()) {
        work.waits = true;
        co_return co_await link_.request_keys(std::move(missing));
    }
    CO_TRY(auto applied, appstate::read_snapshot(name_of(work.collection), snapshot, ring.finder()));
    co_return co_await store(work, std::move(applied), true);
}

Task<void> AppStateSync::take_patch(Work& work, Bytes patch, Ring const& ring) {
    CO_TRY(auto file, appstate::external_of(patch));
    Bytes external;
    if (file) {
        CO_TRY(external, co_await link_.fetch(*std::move(file)));
    }
    CO_TRY(auto const wanted, appstate::keys_of_patch(patch, external));
    if (auto missing = ring.missing(wanted); !missing.empty()) {
        work.waits = true;
        co_return co_await link_.request_keys(std::move(missing));
    }
    CO_TRY(auto applied,
           appstate::apply_patch(name_of(work.collection), work.now.state, patch, ring.finder(), work.finder(), external));
    co_return co_await store(work, std::move(applied), false);
}

/// Applies an answer as far as it goes; fails only for reasons outside of the data.
Task<void> AppStateSync::take(Work& work, CollectionAnswer const& answer, Ring const& ring) {
    work.more = answer.more;
    Result<void> done{};
    if (!answer.snapshot.empty()) done = co_await take_snapshot(work, answer.snapshot, ring);
    for (auto const& patch : answer.patches) {
        if (!done || work.waits) break;
        done = co_await take_patch(work, patch, ring);
    }
    if (done) co_return Result<void>{};
    if (!refusal_of(done.error())) co_return done;
    if (work.read_anew) {
        work.broken = described(done.error());
        co_return Result<void>{};
    }
    // From nothing, once.
    work.read_anew = work.more = true;
    work.now = {};
    co_return Result<void>{};
}

Task<std::vector<Pulled>> AppStateSync::pull(std::vector<Collection> collections) {
    CO_TRY(auto const keys, co_await ring());
    std::vector<Work> all;
    for (auto const one : collections) {
        CO_TRY(auto now, co_await store_.load(one));
        all.push_back({.collection = one, .now = std::move(now)});
    }
    auto const goes_on = [](Work const& work) { return work.more && !work.waits && work.broken.empty(); };
    for (int round = 0; round < kMostRounds && std::ranges::any_of(all, goes_on); ++round) {
        std::vector<CollectionVersion> wanted;
        for (auto const& work : all)
            if (goes_on(work)) wanted.push_back({work.collection, work.now.state.version});
        CO_TRY(auto const answer, co_await link_.ask(app_state_query(wanted)));
        CO_TRY(auto const parts, parse_app_state(answer));
        for (auto& work : all) {
            if (!goes_on(work)) continue;
            auto const part = std::ranges::find(parts, work.collection, &CollectionAnswer::collection);
            if (part == parts.end())
                work.broken = "the service said nothing about it";
            else if (part->error)
                work.broken = "the service refused with " + std::to_string(*part->error);
            else
                CO_TRY_OK(co_await take(work, *part, keys));
        }
    }
    std::vector<Pulled> out;
    for (auto& work : all) {
        if (goes_on(work)) work.broken = "there is no end of it";
        auto const state = !work.broken.empty() ? PullState::broken : work.waits ? PullState::waits_for_keys : PullState::done;
        out.push_back({work.collection, state, std::move(work.broken)});
    }
    co_return out;
}

/// The error's number when the service refused; after a 409 what came with it has been applied.
Task<std::optional<unsigned>> AppStateSync::try_push(Collection collection, std::vector<appstate::Wish> wishes, Ring const& ring,
                                                     AppStateKey key) {
    CO_TRY(auto now, co_await store_.load(collection));
    Work work{.collection = collection, .now = std::move(now)};
    auto written = appstate::write_patch(name_of(collection), work.now.state, wishes, key.id, ring.keys.at(key.id), work.finder());
    CO_TRY(auto const answer, co_await link_.ask(app_state_push(collection, work.now.state.version, std::move(written.patch))));
    CO_TRY(auto const parts, parse_app_state(answer));
    auto const part = std::ranges::find(parts, collection, &CollectionAnswer::collection);
    if (part == parts.end()) co_return refuse(Refusal::malformed, "app state: the answer is about something else");
    if (!part->error) {
        CO_TRY_OK(co_await store(work, std::move(written.applied), false));
        co_return std::optional<unsigned>{};
    }
    if (*part->error == 409) {
        CO_TRY_OK(co_await take(work, *part, ring));
    }
    co_return part->error;
}

Task<void> AppStateSync::push(SyncAction action) {
    CO_TRY(auto const wish, write_action(action, clock_.now()));
    CO_TRY(auto const keys, co_await ring());
    if (!keys.newest) co_return fail(Code::unavailable, "the phone has not shared its keys yet");
    for (int round = 0; round < kMostPushes; ++round) {
        CO_TRY(auto const refused, co_await try_push(wish.collection, wish.wishes, keys, *keys.newest));
        if (!refused) co_return Result<void>{};
        if (*refused != 409)
            co_return fail_with_cause(Code::unavailable, "the setting was not taken",
                                      "app state error " + std::to_string(*refused));
        CO_TRY(auto const pulled, co_await pull({wish.collection}));
        if (pulled.front().state != PullState::done)
            co_return fail_with_cause(Code::unavailable, "the settings cannot be read yet", pulled.front().detail);
    }
    co_return fail(Code::conflict, "other devices changed the settings at the same time");
}

}   // namespace waqtor::whatsapp::messaging
