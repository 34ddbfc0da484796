#include "whatsapp/appstate/patch.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/app_state.pb.h"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::appstate {
namespace {

using crypto::to_hex;
using testing::hex;
using testing::text;

/// A collection as a store would keep it, with one key.
struct Collection {
    std::string name = "regular_high";
    Bytes key_id = crypto::random_bytes(6);
    Keys key = Keys::expand(crypto::random_bytes(32));
    State state;
    std::map<Mac, Mac> values;

    FindKeys keys = [this](ByteView id) { return crypto::equal(id, key_id) ? &key : nullptr; };
    FindValue find = [this](Mac const& index) {
        auto const found = values.find(index);
        return found == values.end() ? std::nullopt : std::optional{found->second};
    };

    Collection() = default;
    Collection(Collection const&) = delete;
    Collection& operator=(Collection const&) = delete;

    void keep(Applied const& applied) {
        state = applied.state;
        for (auto const& mutation : applied.mutations) {
            if (mutation.operation == Operation::set)
                values[mutation.index_mac] = mutation.value_mac;
            else
                values.erase(mutation.index_mac);
        }
    }
    Bytes write(std::vector<Wish> const& wishes) {
        auto written = write_patch(name, state, wishes, key_id, key, find);
        keep(written.applied);
        return written.patch;
    }
    std::optional<Refusal> refusal(ByteView patch, ByteView external = {}) {
        auto const applied = apply_patch(name, state, patch, keys, find, external);
        return applied ? std::nullopt : refusal_of(applied.error());
    }
};

/// The same key on another device.
void share_key(Collection const& from, Collection& to) {
    to.key_id = from.key_id;
    to.key = from.key;
}

Wish set(std::string index, std::string_view value) { return {Operation::set, std::move(index), to_bytes(bytes_of(value)), 3}; }

TEST(AppState, KeysAndHashAgreeWithTheForeignLibrary) {
    auto const file = testing::vectors("appstate.json").as_object();
    auto const keys = Keys::expand(hex(file, "key_data"));
    std::size_t i = 0;
    for (auto const* key : {&keys.index, &keys.value_encryption, &keys.value_mac, &keys.snapshot_mac, &keys.patch_mac})
        EXPECT_EQ(to_hex(*key), std::string_view{file.at("keys").as_array()[i++].as_string()});

    auto const& row = file.at("lt_hash").as_object();
    LtHash hash;
    auto const mac = [](boost::json::value const& value) {
        return to_array<32>(*crypto::from_hex(std::string_view{value.as_string()}));
    };
    for (auto const& value : row.at("added").as_array()) hash.add(mac(value));
    for (auto const& value : row.at("removed").as_array()) hash.remove(mac(value));
    EXPECT_EQ(to_hex(hash.bytes()), text(row, "hash"));
    for (auto const& value : row.at("added").as_array()) hash.remove(mac(value));
    for (auto const& value : row.at("removed").as_array()) hash.add(mac(value));
    EXPECT_EQ(hash, LtHash{}) << "the order does not matter";
}

TEST(AppState, ReadsAndWritesTheSamePatchesAsBaileys) {
    auto const file = testing::vectors("appstate.json").as_object();
    Collection reading, writing;
    for (auto* one : {&reading, &writing}) {
        one->name = std::string{text(file, "collection")};
        one->key_id = hex(file, "key_id");
        one->key = Keys::expand(hex(file, "key_data"));
    }
    for (auto const& entry : file.at("patches").as_array()) {
        auto const& row = entry.as_object();
        auto const operation = row.at("remove").as_bool() ? Operation::remove : Operation::set;
        Wish const wish{operation, std::string{text(row, "index")}, hex(row, "value"), row.at("version").to_number<std::int32_t>()};

        auto const applied = apply_patch(reading.name, reading.state, hex(row, "patch"), reading.keys, reading.find);
        ASSERT_TRUE(applied) << applied.error().message;
        ASSERT_EQ(applied->mutations.size(), 1u);
        EXPECT_EQ(applied->mutations[0].operation, operation);
        EXPECT_EQ(applied->mutations[0].index, wish.index);
        EXPECT_EQ(applied->mutations[0].value, wish.value);
        EXPECT_EQ(applied->mutations[0].version, wish.version);
        EXPECT_EQ(to_hex(applied->state.hash.bytes()), text(row, "hash"));
        reading.keep(*applied);

        auto const iv = to_array<16>(hex(row, "iv"));
        auto const written =
            write_patch(writing.name, writing.state, {wish}, writing.key_id, writing.key, writing.find, [&] { return iv; });
        EXPECT_EQ(to_hex(written.patch), text(row, "patch"));
        writing.keep(written.applied);
    }
    EXPECT_EQ(reading.state.version, file.at("patches").as_array().size());
}

struct TwoDevices : ::testing::Test {
    Collection phone, companion;
    void SetUp() override { share_key(phone, companion); }
    void sync(ByteView patch) {
        auto const applied = apply_patch(companion.name, companion.state, patch, companion.keys, companion.find);
        ASSERT_TRUE(applied) << applied.error().message;
        companion.keep(*applied);
    }
};

TEST_F(TwoDevices, FollowEachOther) {
    sync(phone.write({set("[\"a\"]", "1"), set("[\"b\"]", "2"), set("[\"a\"]", "3")}));
    sync(phone.write({{Operation::remove, "[\"a\"]", {}, 3}, set("[\"c\"]", "4")}));
    EXPECT_EQ(companion.state.hash, phone.state.hash);
    EXPECT_EQ(companion.values, phone.values);
    EXPECT_EQ(companion.values.size(), 2u);
}

TEST_F(TwoDevices, ASnapshotIsTheWholeCollection) {
    proto::SyncdSnapshot snapshot;
    for (auto const* index : {"[\"a\"]", "[\"b\"]", "[\"c\"]"}) {
        proto::SyncdPatch patch;
        auto const bytes = phone.write({set(index, "value")});
        ASSERT_TRUE(patch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
        // What a server does: it keeps the records and the MAC of the latest patch, without any key.
        *snapshot.add_records() = patch.mutations(0).record();
        snapshot.set_mac(patch.snapshot_mac());
        *snapshot.mutable_key_id() = patch.key_id();
    }
    snapshot.mutable_version()->set_version(3);
    auto const bytes = to_bytes(bytes_of(snapshot.SerializeAsString()));
    EXPECT_EQ(*keys_of_snapshot(bytes), std::vector<Bytes>({phone.key_id}));
    auto const read = read_snapshot(companion.name, bytes, companion.keys);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->mutations.size(), 3u);
    companion.keep(*read);
    EXPECT_EQ(companion.values, phone.values);
    sync(phone.write({set("[\"d\"]", "more")}));

    snapshot.mutable_records()->RemoveLast();
    EXPECT_EQ(refusal_of(read_snapshot(companion.name, bytes_of(snapshot.SerializeAsString()), companion.keys).error()),
              Refusal::app_state_mac);
    EXPECT_EQ(refusal_of(read_snapshot("regular_low", bytes, companion.keys).error()), Refusal::app_state_mac);
}

TEST_F(TwoDevices, LargePatchesComeAsAFile) {
    auto const whole = phone.write({set("[\"a\"]", "1"), set("[\"b\"]", "2")});
    proto::SyncdPatch patch;
    ASSERT_TRUE(patch.ParseFromArray(whole.data(), static_cast<int>(whole.size())));
    proto::SyncdMutations file;
    *file.mutable_mutations() = patch.mutations();
    patch.clear_mutations();
    patch.mutable_external_mutations()->set_direct_path("/v/t62");
    patch.mutable_external_mutations()->set_file_size(77);
    auto const bytes = to_bytes(bytes_of(patch.SerializeAsString()));
    auto const external = external_of(bytes);
    ASSERT_TRUE(external && *external);
    EXPECT_EQ((*external)->direct_path, "/v/t62");
    EXPECT_EQ((*external)->size, 77u);
    EXPECT_FALSE(external_of(whole)->has_value());

    auto const mutations = to_bytes(bytes_of(file.SerializeAsString()));
    EXPECT_EQ(companion.refusal(bytes), Refusal::app_state_mac) << "without its file it is not whole";
    auto const applied = apply_patch(companion.name, companion.state, bytes, companion.keys, companion.find, mutations);
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(applied->mutations.size(), 2u);
}

TEST_F(TwoDevices, FaultsHaveNames) {
    auto const first = phone.write({set("[\"a\"]", "1"), set("[\"b\"]", "2")});
    for (std::size_t i = 0; i < first.size(); ++i) {
        auto changed = first;
        changed[i] ^= 0x20;
        auto const applied = apply_patch(companion.name, companion.state, changed, companion.keys, companion.find);
        // A tag that became an unknown field may leave the meaning as it was; another meaning is never accepted.
        if (applied) EXPECT_EQ(applied->state.hash, phone.state.hash) << "byte " << i;
    }
    auto const spoilt = [&](auto change) {
        proto::SyncdPatch patch;
        EXPECT_TRUE(patch.ParseFromArray(first.data(), static_cast<int>(first.size())));
        change(patch);
        return companion.refusal(bytes_of(patch.SerializeAsString()));
    };
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_patch_mac()->at(0) ^= 1; }), Refusal::app_state_mac);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_mutations()->RemoveLast(); }), Refusal::app_state_mac);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_mutations()->SwapElements(0, 1); }), Refusal::app_state_mac);
    EXPECT_EQ(
        spoilt([](auto& patch) { patch.mutable_mutations(0)->mutable_record()->mutable_value()->mutable_blob()->at(20) ^= 1; }),
        Refusal::app_state_mac);
    EXPECT_EQ(
        spoilt([](auto& patch) { patch.mutable_mutations(0)->mutable_record()->mutable_index()->mutable_blob()->at(0) ^= 1; }),
        Refusal::app_state_mac);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_mutations(0)->set_operation(proto::SyncdMutation::REMOVE); }),
              Refusal::app_state_mac);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_key_id()->set_id("other"); }), Refusal::app_state_key);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_version()->set_version(2); }), Refusal::malformed);
    EXPECT_EQ(spoilt([](auto& patch) { patch.mutable_version()->set_version(1); }), std::nullopt);
    companion.name = "regular_low";
    EXPECT_EQ(companion.refusal(first), Refusal::app_state_mac) << "a patch of another collection";
    companion.name = phone.name;

    sync(first);
    auto const removal = phone.write({{Operation::remove, "[\"a\"]", {}, 3}});
    companion.values.clear();
    EXPECT_EQ(companion.refusal(removal), Refusal::app_state_missing_item);
}

}   // namespace
}   // namespace waqtor::whatsapp::appstate
