#include "sandbox/service/app_state.hpp"

#include "sandbox/testing/service_fixture.hpp"
#include "whatsapp/media/media.hpp"

namespace waqtor::sandbox {
namespace {

namespace appstate = whatsapp::appstate;

struct AppStates : testing::SandboxService {
    AppStates() { activate(); }

    AppState& state() { return app_state_of(account, service.now()); }
    appstate::Keys keys() { return appstate::Keys::expand(state().key); }
    Bytes patch(appstate::State const& from, std::string index) {
        return appstate::write_patch("regular_high", from, {{.index = std::move(index), .value = {8, 1}, .version = 2}},
                                     state().key_id, keys(), [](auto const&) { return std::nullopt; })
            .patch;
    }
    Node sync(std::uint64_t version, std::optional<Bytes> patch = {}, bool snapshot = false) {
        auto collection =
            Node{"collection",
                 {{"name", "regular_high"}, {"version", version}, {"return_snapshot", snapshot ? Value{"true"} : Value{"false"}}}};
        if (patch) collection.add(Node{"patch", {}, *std::move(patch)});
        auto const answer = ask(Node{"iq",
                                     {{"id", "s"}, {"to", server_jid()}, {"type", "set"}, {"xmlns", "w:sync:app:state"}},
                                     Node{"sync", {}, std::move(collection)}});
        return *answer.child("sync")->child("collection");
    }
};

TEST_F(AppStates, APatchOnAnOldVersionIsAConflictThatCarriesWhatIsMissing) {
    EXPECT_EQ(sync(0, patch({}, R"(["mute","a"])")).number("version"), 1U);
    auto const conflict = sync(0, patch({}, R"(["mute","b"])"));
    EXPECT_EQ(conflict.string("type"), "error");
    EXPECT_EQ(conflict.child("error")->string("code"), "409");
    auto const missing = conflict.child("patches")->children().at(0).bytes();
    auto const own = keys();
    auto const applied = appstate::apply_patch(
        "regular_high", {}, missing, [&](ByteView) { return &own; }, [](auto const&) { return std::nullopt; });
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(applied->mutations.at(0).index, R"(["mute","a"])");
    EXPECT_EQ(sync(1, patch(applied->state, R"(["mute","b"])")).number("version"), 2U);
}

TEST_F(AppStates, ASnapshotHoldsTheLatestOfEachIndex) {
    ASSERT_TRUE(change_app_state(service, account, "regular_high", {.index = R"(["mute","a"])", .value = {8, 1}, .version = 2}));
    ASSERT_TRUE(change_app_state(service, account, "regular_high", {.index = R"(["mute","a"])", .value = {8, 2}, .version = 2}));
    ASSERT_TRUE(change_app_state(service, account, "regular_high", {.index = R"(["mute","b"])", .value = {8, 3}, .version = 2}));
    EXPECT_EQ(device.next().string("type"), "server_sync");
    read_all();
    auto const answer = sync(0, {}, true);
    auto const reference = appstate::parse_external(answer.child("snapshot")->bytes());
    ASSERT_TRUE(reference);
    auto const file = service.media.handle({"GET", reference->direct_path, ""}, "host").body;
    auto decryptor = whatsapp::media::Decryptor{reference->media_key, whatsapp::media::Kind::app_state};
    Bytes snapshot;
    ASSERT_TRUE(decryptor.update(bytes_of(file), snapshot));
    ASSERT_TRUE(decryptor.finish(snapshot));
    auto const own = keys();
    auto const read = appstate::read_snapshot("regular_high", snapshot, [&](ByteView) { return &own; });
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->state.version, 3U);
    auto values = std::map<std::string, Bytes>{};
    for (auto const& one : read->mutations) values[one.index] = one.value;
    EXPECT_EQ(values, (std::map<std::string, Bytes>{{R"(["mute","a"])", {8, 2}}, {R"(["mute","b"])", {8, 3}}}));
}

TEST_F(AppStates, WhatIsNoPatchIsRefused) {
    EXPECT_EQ(sync(0, Bytes{1, 2, 3}).child("error")->string("code"), "400");
    EXPECT_EQ(sync(7).child("error")->string("code"), "400");
    EXPECT_EQ(change_app_state(service, account, "no_such", {}).error().code, Code::invalid);
}

}   // namespace
}   // namespace waqtor::sandbox
