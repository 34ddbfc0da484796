#pragma once
#include "whatsapp/appstate/patch.hpp"

namespace waqtor::whatsapp::proto {
class SyncdRecord;
}

namespace waqtor::whatsapp::appstate {

inline constexpr std::size_t kMacSize = std::tuple_size_v<Mac>;

/// Decrypts and checks one record. Refusal::app_state_key, app_state_mac, malformed.
Result<Mutation> open_record(Operation operation, proto::SyncdRecord const& record, FindKeys const& keys);

/// Encrypts one change into `record` and says how it stands in the hash.
Mutation seal_record(Wish const& wish, ByteView key_id, Keys const& keys, crypto::AesIv const& iv, proto::SyncdRecord& record);

/// HMAC over the hash, the version and the collection.
Mac snapshot_mac(Keys const& keys, State const& state, std::string_view collection);

}   // namespace waqtor::whatsapp::appstate
