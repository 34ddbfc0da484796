#include "whatsapp/appstate/patch.hpp"

#include "whatsapp/appstate/mutation.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/app_state.pb.h"

#include <set>

namespace waqtor::whatsapp::appstate {

namespace {

template <class Proto> Result<Proto> parsed(ByteView bytes, char const* what) {
    Proto proto;
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return refuse(Refusal::malformed, std::string{what} + " cannot be read");
    return proto;
}

/// The patch with its external mutations put where they belong.
Result<proto::SyncdPatch> whole_patch(ByteView bytes, ByteView external) {
    TRY(auto patch, parsed<proto::SyncdPatch>(bytes, "an app-state patch"));
    if (!external.empty()) {
        TRY(auto more, parsed<proto::SyncdMutations>(external, "a file of app-state mutations"));
        patch.mutable_mutations()->MergeFrom(more.mutations());
    }
    return patch;
}

External external(proto::ExternalBlobReference const& blob) {
    return {to_bytes(bytes_of(blob.media_key())), blob.direct_path(), blob.file_size(), to_bytes(bytes_of(blob.file_sha256())),
            to_bytes(bytes_of(blob.file_enc_sha256()))};
}

/// A state that mutations are folded into one by one. What the patch itself has changed shadows `values`.
class Folding {
public:
    Folding(State state, FindValue const& values) : state_{state}, values_{values} {}

    /// False when it removes what is not there; the state then stays as it was.
    bool fold(Mutation const& mutation) {
        auto const known = changed_.find(mutation.index_mac);
        auto const before = known != changed_.end() ? known->second : values_(mutation.index_mac);
        auto const removes = mutation.operation == Operation::remove;
        if (removes && !before) return false;
        if (before) state_.hash.remove(*before);
        if (!removes) state_.hash.add(mutation.value_mac);
        changed_[mutation.index_mac] = removes ? std::nullopt : std::optional{mutation.value_mac};
        return true;
    }
    State const& state() const { return state_; }

private:
    State state_;
    FindValue const& values_;
    std::map<Mac, std::optional<Mac>> changed_;
};

/// Over what the patch says of itself, so that it holds before anything is decrypted.
Mac patch_mac(Keys const& keys, proto::SyncdPatch const& patch, std::uint64_t version, std::string_view collection) {
    crypto::HmacStream mac{keys.patch_mac};
    mac.update(bytes_of(patch.snapshot_mac()));
    for (auto const& mutation : patch.mutations()) {
        auto const blob = bytes_of(mutation.record().value().blob());
        mac.update(blob.last(std::min(kMacSize, blob.size())));
    }
    mac.update(big_endian<8>(version));
    mac.update(bytes_of(collection));
    return mac.finish();
}

std::vector<Bytes> unique_ids(std::set<std::string> const& ids) {
    std::vector<Bytes> out;
    out.reserve(ids.size());
    for (auto const& id : ids) out.push_back(to_bytes(bytes_of(id)));
    return out;
}

}   // namespace

Result<std::optional<External>> external_of(ByteView patch) {
    TRY(auto const proto, parsed<proto::SyncdPatch>(patch, "an app-state patch"));
    return proto.has_external_mutations() ? std::optional{external(proto.external_mutations())} : std::nullopt;
}

Result<External> parse_external(ByteView reference) {
    TRY(auto const proto, parsed<proto::ExternalBlobReference>(reference, "a reference to an app-state file"));
    return external(proto);
}

Result<std::vector<Bytes>> keys_of_patch(ByteView patch, ByteView external) {
    TRY(auto const proto, whole_patch(patch, external));
    std::set<std::string> ids{proto.key_id().id()};
    for (auto const& mutation : proto.mutations()) ids.insert(mutation.record().key_id().id());
    return unique_ids(ids);
}

Result<std::vector<Bytes>> keys_of_snapshot(ByteView snapshot) {
    TRY(auto const proto, parsed<proto::SyncdSnapshot>(snapshot, "an app-state snapshot"));
    std::set<std::string> ids{proto.key_id().id()};
    for (auto const& record : proto.records()) ids.insert(record.key_id().id());
    return unique_ids(ids);
}

Result<Applied> apply_patch(std::string_view collection, State const& from, ByteView patch, FindKeys const& keys,
                            FindValue const& values, ByteView external) {
    TRY(auto const proto, whole_patch(patch, external));
    auto const* main = keys(bytes_of(proto.key_id().id()));
    if (!main) return refuse(Refusal::app_state_key, "an app-state key has not been shared yet");
    auto const version = proto.has_version() ? proto.version().version() : from.version + 1;
    if (version != from.version + 1) return refuse(Refusal::malformed, "an app-state patch is not the next one");
    if (!crypto::equal(patch_mac(*main, proto, version, collection), bytes_of(proto.patch_mac())))
        return refuse(Refusal::app_state_mac, "an app-state patch was changed");

    Folding folding{{version, from.hash}, values};
    Applied out;
    auto missing = false;
    for (auto const& mutation : proto.mutations()) {
        auto const operation = mutation.operation() == proto::SyncdMutation::REMOVE ? Operation::remove : Operation::set;
        TRY(auto opened, open_record(operation, mutation.record(), keys));
        missing |= !folding.fold(opened);
        out.mutations.push_back(std::move(opened));
    }
    out.state = folding.state();
    if (!crypto::equal(snapshot_mac(*main, out.state, collection), bytes_of(proto.snapshot_mac())))
        return refuse(missing ? Refusal::app_state_missing_item : Refusal::app_state_mac,
                      "an app-state patch leads to another state than it says");
    return out;
}

Result<Applied> read_snapshot(std::string_view collection, ByteView snapshot, FindKeys const& keys) {
    TRY(auto const proto, parsed<proto::SyncdSnapshot>(snapshot, "an app-state snapshot"));
    auto const* main = keys(bytes_of(proto.key_id().id()));
    if (!main) return refuse(Refusal::app_state_key, "an app-state key has not been shared yet");
    FindValue const nothing = [](Mac const&) { return std::optional<Mac>{}; };
    Folding folding{{proto.version().version(), {}}, nothing};
    Applied out;
    for (auto const& record : proto.records()) {
        TRY(auto opened, open_record(Operation::set, record, keys));
        folding.fold(opened);
        out.mutations.push_back(std::move(opened));
    }
    out.state = folding.state();
    if (!crypto::equal(snapshot_mac(*main, out.state, collection), bytes_of(proto.mac())))
        return refuse(Refusal::app_state_mac, "an app-state snapshot was changed");
    return out;
}

Written write_patch(std::string_view collection, State const& from, std::vector<Wish> const& wishes, ByteView key_id,
                    Keys const& keys, FindValue const& values, std::function<crypto::AesIv()> const& iv) {
    proto::SyncdPatch patch;
    Folding folding{{from.version + 1, from.hash}, values};
    Applied applied;
    for (auto const& wish : wishes) {
        auto& mutation = *patch.add_mutations();
        mutation.set_operation(wish.operation == Operation::set ? proto::SyncdMutation::SET : proto::SyncdMutation::REMOVE);
        auto sealed = seal_record(wish, key_id, keys, iv(), *mutation.mutable_record());
        folding.fold(sealed);
        applied.mutations.push_back(std::move(sealed));
    }
    applied.state = folding.state();
    patch.set_snapshot_mac(std::string{text_of(snapshot_mac(keys, applied.state, collection))});
    patch.set_patch_mac(std::string{text_of(patch_mac(keys, patch, applied.state.version, collection))});
    patch.mutable_key_id()->set_id(std::string{text_of(key_id)});
    return {to_bytes(bytes_of(patch.SerializeAsString())), std::move(applied)};
}

}   // namespace waqtor::whatsapp::appstate
