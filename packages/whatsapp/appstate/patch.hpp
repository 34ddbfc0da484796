#pragma once
#include "core/base/result.hpp"
#include "whatsapp/appstate/lt_hash.hpp"
#include "whatsapp/crypto/cipher.hpp"

#include <functional>

namespace waqtor::whatsapp::appstate {

enum class Operation { set, remove };

/// One change of a collection: what the user sees (`index`, `value`) and how it stands in the hash (the two MACs).
struct Mutation {
    Operation operation = Operation::set;
    std::string index;          // a JSON array as text: ["mute","15550100@s.whatsapp.net"]
    Bytes value;                // a serialized SyncActionValue
    std::int32_t version = 0;   // of this kind of action
    Mac index_mac{};
    Mac value_mac{};
};

/// Keys of one app-state key that the phone has shared.
struct Keys {
    crypto::Secret32 index, value_encryption, value_mac, snapshot_mac, patch_mac;

    static Keys expand(ByteView key_data);
};

/// Finds the keys of a key id; null when the phone has not shared it (yet).
using FindKeys = std::function<Keys const*(ByteView key_id)>;
/// Finds the value MAC that an index has now; nothing when the collection does not have it.
using FindValue = std::function<std::optional<Mac>(Mac const& index_mac)>;

/// Where a collection ("regular_high", …) stands.
struct State {
    std::uint64_t version = 0;
    LtHash hash{};
};

/// A collection after a patch or snapshot.
struct Applied {
    State state;
    std::vector<Mutation> mutations;   // in order; the caller keeps index MAC → value MAC of them
};

/// Large patches and snapshots are files of their own (media::Kind::app_state).
struct External {
    Bytes media_key;
    std::string direct_path;
    std::uint64_t size = 0;
    Bytes file_sha256, file_enc_sha256;
};

/// What has to be fetched before a patch can be applied: the file with its mutations, if it is external.
Result<std::optional<External>> external_of(ByteView patch);
/// A snapshot always comes as a reference.
Result<External> parse_external(ByteView reference);

/// The key ids a patch (with its `external` mutations, when it has such) or a snapshot needs, each once. Ask the phone for those
/// that are missing.
Result<std::vector<Bytes>> keys_of_patch(ByteView patch, ByteView external = {});
Result<std::vector<Bytes>> keys_of_snapshot(ByteView snapshot);

/// Applies a serialized SyncdPatch to `from`. Checks its MAC, each value and index MAC, that its version is the next one (or
/// missing: the server leaves it out of what we sent), and the MAC over the resulting hash.
/// Refusal::app_state_mac, app_state_key (not shared yet), app_state_missing_item (it removes what is not there, and the hash
/// therefore differs: fetch a snapshot), malformed.
Result<Applied> apply_patch(std::string_view collection, State const& from, ByteView patch, FindKeys const& keys,
                            FindValue const& values, ByteView external = {});

/// Reads a serialized SyncdSnapshot: the whole collection anew. Same checks.
Result<Applied> read_snapshot(std::string_view collection, ByteView snapshot, FindKeys const& keys);

/// What to change.
struct Wish {
    Operation operation = Operation::set;
    std::string index;
    Bytes value;
    std::int32_t version = 0;
};

struct Written {
    Bytes patch;   // serialized SyncdPatch, without a version: the server sets it
    Applied applied;
};

/// An own patch on top of `from`. On a conflict (409) apply what came in between and write it again. `iv` is drawn per mutation.
Written write_patch(std::string_view collection, State const& from, std::vector<Wish> const& wishes, ByteView key_id,
                    Keys const& keys, FindValue const& values, std::function<crypto::AesIv()> const& iv = crypto::random_array<16>);

}   // namespace waqtor::whatsapp::appstate
