#include "whatsapp/messaging/app_state_sync.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/app_state.pb.h"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

namespace waqtor::whatsapp::messaging {
namespace {

using testing::hex;
using testing::text;

Jid jid(std::string_view text) { return Jid::parse(text).value(); }

/// The service's side: keeps patches as they come and gives them versions; refuses those that come too late.
struct Server {
    std::map<std::string, std::vector<Bytes>> patches;   // by collection, from version 1 on
    std::map<std::string, std::pair<std::uint64_t, Bytes>> snapshots;
    std::size_t at_once = 2;

    static Bytes numbered(Bytes patch, std::uint64_t version) {
        proto::SyncdPatch read;
        EXPECT_TRUE(read.ParseFromArray(patch.data(), static_cast<int>(patch.size())));
        read.mutable_version()->set_version(version);
        auto const out = read.SerializeAsString();
        return to_bytes(bytes_of(out));
    }
    Node since(std::string const& name, std::uint64_t version, bool all) {
        auto const& stored = patches[name];
        auto list = Node{"patches"};
        auto sent = std::size_t{0};
        for (; version + sent < stored.size() && (all || sent < at_once); ++sent)
            list.add(Node{"patch", {}, stored[version + sent]});
        auto out = Node{"collection", {{"name", name}, {"version", version + sent}}};
        if (version + sent < stored.size()) out.set("has_more_patches", "true");
        if (sent > 0) out.add(std::move(list));
        return out;
    }
    Node answer(Node const& collection) {
        auto const name = collection.string("name");
        auto const version = collection.number("version").value_or(0);
        if (auto const* patch = collection.child("patch")) {
            if (version != patches[name].size()) {
                auto out = since(name, version, true);
                out.set("type", "error");
                out.add(Node{"error", {{"code", "409"}, {"text", "conflict"}}});
                return out;
            }
            patches[name].push_back(numbered(to_bytes(patch->bytes()), version + 1));
            return Node{"collection", {{"name", name}, {"version", version + 1}}};
        }
        if (auto const found = snapshots.find(name); version == 0 && found != snapshots.end()) {
            auto out = since(name, found->second.first, false);
            out.add(Node{"snapshot", {}, Bytes(found->second.second)});
            return out;
        }
        return since(name, version, false);
    }
};

struct Account : AppStateStore, AppStateLink {
    Server& server;
    std::map<Collection, StoredCollection> stored{};
    std::vector<AppStateKey> shared{};
    std::vector<SyncAction> actions{};
    std::vector<Bytes> asked_keys{};
    std::map<std::string, Bytes> files{};
    std::function<void()> before_push{};

    explicit Account(Server& at) : server{at} {}

    Task<StoredCollection> load(Collection collection) override { co_return stored[collection]; }
    Task<void> save(CollectionChange change) override {
        auto& to = stored[change.collection];
        to.state = change.state;
        if (change.anew) to.values.clear();
        for (auto const& [index, value] : change.values) {
            if (value)
                to.values.insert_or_assign(index, *value);
            else
                to.values.erase(index);
        }
        for (auto& action : change.actions) actions.push_back(std::move(action));
        co_return Result<void>{};
    }
    Task<std::vector<AppStateKey>> keys() override { co_return shared; }
    Task<Node> ask(Node iq) override {
        if (auto const* patch = iq.child("sync")->children().front().child("patch"); patch && before_push)
            std::exchange(before_push, {})();
        auto out = Node{"sync"};
        for (auto const& one : iq.child("sync")->children()) out.add(server.answer(one));
        co_return Node{"iq", {{"type", "result"}}, std::move(out)};
    }
    Task<Bytes> fetch(appstate::External file) override { co_return files.at(file.direct_path); }
    Task<void> request_keys(std::vector<Bytes> ids) override {
        asked_keys = std::move(ids);
        co_return Result<void>{};
    }
};

template <class T> Result<T> run(Task<T> task) {
    asio::io_context io;
    auto done = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    return done.get();
}

struct AppStateSyncTest : ::testing::Test {
    TestClock clock;
    Server server;
    Account account{server};
    AppStateSync sync{account, account, clock};
    boost::json::value file = testing::vectors("appstate.json");
    AppStateKey key{.id = hex(file.as_object(), "key_id"), .data = hex(file.as_object(), "key_data"), .timestamp = 1};
    appstate::Keys keys = appstate::Keys::expand(key.data);

    void serve_baileys() {
        std::uint64_t version = 0;
        for (auto const& one : file.at("patches").as_array())
            server.patches["regular_high"].push_back(Server::numbered(hex(one.as_object(), "patch"), ++version));
    }
    PullState pull(Collection collection = Collection::regular_high) {
        auto const pulled = run(sync.pull({collection}));
        EXPECT_TRUE(pulled) << pulled.error().message;
        detail = pulled->front().detail;
        return pulled->front().state;
    }
    std::string detail;
};

TEST_F(AppStateSyncTest, PullsWhatBaileysWroteInSteps) {
    serve_baileys();
    account.shared = {key};
    ASSERT_EQ(pull(), PullState::done) << detail;
    EXPECT_EQ(account.stored[Collection::regular_high].state.version, 5U);
    auto const hash = hex(file.at("patches").as_array().back().as_object(), "hash");
    EXPECT_EQ(to_bytes(account.stored[Collection::regular_high].state.hash.bytes()), hash);
    using Kind = SyncAction::Kind;
    ASSERT_EQ(account.actions.size(), 5U);
    EXPECT_EQ(account.actions[0].kind, Kind::mute);
    EXPECT_TRUE(account.actions[0].on);
    EXPECT_EQ(account.actions[0].chat, jid("15550100@s.whatsapp.net"));
    EXPECT_EQ(account.actions[0].until, Timestamp{Milliseconds{1'700'003'600'000}});
    EXPECT_EQ(account.actions[1].kind, Kind::pin);
    EXPECT_FALSE(account.actions[2].on);
    EXPECT_EQ(account.actions[3].kind, Kind::contact);
    EXPECT_EQ(account.actions[3].text, "نورة");
    EXPECT_EQ(account.actions[4].kind, Kind::pin);
    EXPECT_FALSE(account.actions[4].on);   // removed
    account.actions.clear();
    EXPECT_EQ(pull(), PullState::done);
    EXPECT_TRUE(account.actions.empty());
}

TEST_F(AppStateSyncTest, WaitsForKeysAndGoesOnWithThem) {
    serve_baileys();
    EXPECT_EQ(pull(), PullState::waits_for_keys);
    EXPECT_EQ(account.asked_keys, std::vector<Bytes>(1, key.id));
    EXPECT_TRUE(account.actions.empty());
    account.shared = {key};
    EXPECT_EQ(pull(), PullState::done);
    EXPECT_EQ(account.actions.size(), 5U);
}

TEST_F(AppStateSyncTest, APatchWithAWrongMacIsNeverTaken) {
    serve_baileys();
    account.shared = {key};
    auto& patch = server.patches["regular_high"][2];
    patch[patch.size() / 2] ^= 1;
    EXPECT_EQ(pull(), PullState::broken);
    EXPECT_FALSE(detail.empty());
    EXPECT_LE(account.stored[Collection::regular_high].state.version, 2U);
}

TEST_F(AppStateSyncTest, ASnapshotReplacesWhatDoesNotFit) {
    account.shared = {key};
    // Three pins as the phone would send them at once.
    appstate::State state;
    proto::SyncdSnapshot snapshot;
    auto const none = [](appstate::Mac const&) { return std::optional<appstate::Mac>{}; };
    std::vector<appstate::Wish> wishes;
    for (auto const* chat : {"1@lid", "2@lid", "3@lid"})
        wishes.push_back(write_action({.kind = SyncAction::Kind::pin, .chat = jid(chat)}, clock.now())->wishes.front());
    auto const written = appstate::write_patch("regular_low", state, wishes, key.id, keys, none);
    proto::SyncdPatch patch;
    ASSERT_TRUE(patch.ParseFromArray(written.patch.data(), static_cast<int>(written.patch.size())));
    snapshot.mutable_version()->set_version(1);
    for (auto const& mutation : patch.mutations()) *snapshot.add_records() = mutation.record();
    snapshot.set_mac(patch.snapshot_mac());
    *snapshot.mutable_key_id() = patch.key_id();
    account.files["/snapshot"] = to_bytes(bytes_of(snapshot.SerializeAsString()));
    proto::ExternalBlobReference reference;
    reference.set_media_key(std::string(32, 'k'));
    reference.set_direct_path("/snapshot");
    reference.set_file_enc_sha256(std::string(32, 'e'));
    reference.set_file_sha256(std::string(32, 'f'));
    reference.set_file_size(account.files["/snapshot"].size());
    server.snapshots["regular_low"] = {1, to_bytes(bytes_of(reference.SerializeAsString()))};
    server.patches["regular_low"] = {Server::numbered(written.patch, 1)};
    EXPECT_EQ(pull(Collection::regular_low), PullState::done) << detail;
    EXPECT_EQ(account.actions.size(), 3U);
    EXPECT_EQ(account.stored[Collection::regular_low].values.size(), 3U);

    // Our hash is spoilt: the next patch does not fit, the snapshot mends it.
    account.stored[Collection::regular_low].state.hash.add(appstate::Mac{1});
    auto const more = appstate::write_patch(
        "regular_low", written.applied.state,
        {write_action({.kind = SyncAction::Kind::pin, .chat = jid("4@lid")}, clock.now())->wishes[0]}, key.id, keys, none);
    server.patches["regular_low"].push_back(Server::numbered(more.patch, 2));
    EXPECT_EQ(pull(Collection::regular_low), PullState::done) << detail;
    EXPECT_EQ(account.stored[Collection::regular_low].state.version, 2U);
    EXPECT_EQ(account.stored[Collection::regular_low].values.size(), 4U);
    EXPECT_TRUE(account.stored[Collection::regular_low].state.hash == more.applied.state.hash);
}

TEST_F(AppStateSyncTest, PushesReachTheOtherDevicesAlsoAfterAConflict) {
    Account other{server};
    AppStateSync others{other, other, clock};
    account.shared = other.shared = {key};
    auto const mute = [](char const* chat) { return SyncAction{.kind = SyncAction::Kind::mute, .chat = jid(chat)}; };
    ASSERT_TRUE(run(sync.push(mute("1@lid"))));
    account.before_push = [&] { ASSERT_TRUE(run(others.push(mute("2@lid")))); };
    auto const pushed = run(sync.push(mute("3@lid")));
    ASSERT_TRUE(pushed) << pushed.error().message << " " << pushed.error().cause;
    EXPECT_EQ(server.patches["regular_high"].size(), 3U);
    EXPECT_EQ(run(others.pull({Collection::regular_high}))->front().state, PullState::done);
    EXPECT_EQ(other.stored[Collection::regular_high].values.size(), 3U);
    EXPECT_TRUE(other.stored[Collection::regular_high].state.hash == account.stored[Collection::regular_high].state.hash);
    account.shared.clear();
    EXPECT_EQ(run(sync.push(mute("3@lid"))).error().code, waqtor::Code::unavailable);
}

TEST(SyncActions, EveryKindIsReadAsItWasWritten) {
    using Kind = SyncAction::Kind;
    auto const now = Timestamp{Milliseconds{1'763'800'000'123}};
    auto const chat = jid("120363000000000001@g.us");
    SyncAction const all[] = {
        {.kind = Kind::contact, .chat = jid("1@lid"), .text = "نورة", .first_name = "N"},
        {.kind = Kind::mute, .chat = chat, .until = now},
        {.kind = Kind::mute, .on = false, .chat = chat},
        {.kind = Kind::pin, .chat = chat},
        {.kind = Kind::archive, .chat = chat},
        {.kind = Kind::read, .on = false, .chat = chat},
        {.kind = Kind::star, .chat = chat, .id = "M", .sender = jid("1@lid")},
        {.kind = Kind::star, .on = false, .chat = chat, .id = "M", .from_me = true},
        {.kind = Kind::label, .text = "VIP", .id = "3", .color = 5},
        {.kind = Kind::label, .on = false, .text = "VIP", .id = "3"},
        {.kind = Kind::label_chat, .chat = chat, .label = "3"},
        {.kind = Kind::label_message, .on = false, .chat = chat, .id = "M", .label = "3"},
        {.kind = Kind::delete_message, .chat = chat, .id = "M", .from_me = true},
        {.kind = Kind::clear_chat, .chat = chat},
        {.kind = Kind::delete_chat, .chat = chat},
        {.kind = Kind::push_name, .text = "Amal"},
    };
    for (auto const& action : all) {
        auto const wish = write_action(action, now);
        ASSERT_TRUE(wish) << wish.error().message;
        auto const& first = wish->wishes.front();
        SCOPED_TRACE(first.index);
        auto const read = read_action({.index = first.index, .value = first.value, .version = first.version});
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->kind, action.kind);
        EXPECT_EQ(read->on, action.on);
        EXPECT_EQ(read->chat, action.chat);
        EXPECT_EQ(read->text, action.text);
        EXPECT_EQ(read->id, action.id);
        EXPECT_EQ(read->label, action.label);
        EXPECT_EQ(read->from_me, action.from_me);
        EXPECT_EQ(read->sender, action.sender);
        EXPECT_EQ(read->color, action.color);
        EXPECT_EQ(read->until, action.until);
        EXPECT_EQ(read->at, now);
    }
    EXPECT_EQ(write_action(all[4], now)->wishes.size(), 2U);   // archiving unpins
    EXPECT_EQ(write_action({.kind = Kind::mute}, now).error().code, waqtor::Code::invalid);
    EXPECT_EQ(write_action({.kind = Kind::other}, now).error().code, waqtor::Code::invalid);
    EXPECT_EQ(refusal_of(read_action({.index = "{}"}).error()), Refusal::malformed);
    EXPECT_EQ(refusal_of(read_action({.index = R"(["mute","1@lid"])"}).error()), Refusal::malformed);
    EXPECT_EQ(read_action({.index = R"(["something_new"])"})->text, "something_new");
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
