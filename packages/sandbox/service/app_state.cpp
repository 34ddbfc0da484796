#include "sandbox/service/app_state.hpp"

#include "sandbox/service/stanzas.hpp"
#include "whatsapp/media/media.hpp"
#include "whatsapp/proto/app_state.pb.h"

namespace waqtor::sandbox {

namespace {

namespace appstate = whatsapp::appstate;

constexpr std::array kCollections{std::string_view{"critical_block"}, std::string_view{"critical_unblock_low"},
                                  std::string_view{"regular_high"}, std::string_view{"regular_low"}, std::string_view{"regular"}};
constexpr std::size_t kMacSize = std::tuple_size_v<appstate::Mac>;
constexpr std::size_t kMostPatches = 50;   // in one answer

bool exists(std::string_view name) { return std::ranges::find(kCollections, name) != kCollections.end(); }

bool has_shape(whatsapp::proto::SyncdPatch const& patch) {
    auto const whole = [](auto const& mutation) {
        auto const& record = mutation.record();
        return record.index().blob().size() == kMacSize && record.value().blob().size() > kMacSize && record.has_key_id();
    };
    return patch.snapshot_mac().size() == kMacSize && patch.patch_mac().size() == kMacSize && !patch.key_id().id().empty() &&
           patch.mutations_size() > 0 && std::ranges::all_of(patch.mutations(), whole);
}

appstate::Mac value_mac_of(std::string const& blob) { return to_array<kMacSize>(bytes_of(blob).last(kMacSize)); }

void tell_others(Service& service, Account& account, Device const* except, std::string_view name, Collection const& collection) {
    auto const part = Node{"collection", {{"name", name}, {"version", collection.state.version}}};
    for (auto const& [number, device] : account.devices)
        if (number != 0 && device.get() != except)
            service.deliver(*device,
                            Node{"notification",
                                 {{"from", account.pn()}, {"type", "server_sync"}, {"id", service.new_id()}, {"t", service.now()}},
                                 part});
}

Bytes uploaded(Service& service, Bytes const& snapshot) {
    auto const key = crypto::random_bytes(32);
    auto encryptor = whatsapp::media::Encryptor{key, whatsapp::media::Kind::app_state};
    Bytes file;
    encryptor.update(snapshot, file);
    auto const hashes = encryptor.finish(file);
    whatsapp::proto::ExternalBlobReference reference;
    reference.set_media_key(std::string{text_of(key)});
    reference.set_direct_path(service.media.put(std::string{text_of(file)}));
    reference.set_handle("sandbox");
    reference.set_file_size(hashes.size);
    reference.set_file_sha256(std::string{text_of(hashes.file)});
    reference.set_file_enc_sha256(std::string{text_of(hashes.encrypted)});
    return to_bytes(bytes_of(reference.SerializeAsString()));
}

/// What one `<collection>` is answered with.
Node answer_collection(Service& service, Device& from, Node const& wish) {
    auto const name = wish.string("name");
    auto out = Node{"collection", {{"name", name}}};
    auto const refuse = [&](unsigned code, std::string_view text) {
        out.set("type", "error");
        out.add(Node{"error", {{"code", code}, {"text", text}}});
    };
    if (!exists(name)) return refuse(404, "item-not-found"), out;
    auto& collection = app_state_of(*from.account, service.now()).collections[name];
    auto version = wish.number("version").value_or(0);
    if (auto const* patch = wish.child("patch")) {
        if (version != collection.state.version) {
            refuse(409, "conflict");
        } else if (auto const taken = collection.take(patch->bytes()); !taken) {
            service.ledger.add(Way::refused, from.name(), "app state", taken.error().message);
            return refuse(400, "bad-request"), out;
        } else {
            tell_others(service, *from.account, &from, name, collection);
            version = collection.state.version;
        }
    }
    if (version > collection.state.version) return refuse(400, "bad-request"), out;
    out.set("version", collection.state.version);
    if (wish.attr("return_snapshot") == "true" && collection.state.version > 0) {
        out.add(Node{"snapshot", {}, uploaded(service, collection.snapshot())});
        version = collection.state.version;
    }
    auto patches = Node{"patches"};
    auto const until = std::min<std::size_t>(collection.patches.size(), version + kMostPatches);
    for (auto i = static_cast<std::size_t>(version); i < until; ++i) patches.add(Node{"patch", {}, collection.patches[i]});
    out.set("has_more_patches", until < collection.patches.size() ? Value{"true"} : Value{"false"});
    if (!patches.children().empty()) out.add(std::move(patches));
    return out;
}

}   // namespace

AppState::AppState() = default;

AppState& app_state_of(Account& account, std::int64_t now) {
    if (!account.app_state) {
        account.app_state = std::make_unique<AppState>();
        account.app_state->made_at = now * 1000;
    }
    return *account.app_state;
}

std::optional<appstate::Mac> Collection::value_mac(appstate::Mac const& index_mac) const {
    auto const found = records.find(to_bytes(index_mac));
    whatsapp::proto::SyncdRecord record;
    if (found == records.end() || !record.ParseFromArray(found->second.data(), static_cast<int>(found->second.size())))
        return std::nullopt;
    return value_mac_of(record.value().blob());
}

Result<void> Collection::take(ByteView bytes) {
    whatsapp::proto::SyncdPatch patch;
    if (!patch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !has_shape(patch))
        return fail(Code::malformed, "the patch has not the shape of one (mutations in a file of their own are not taken)");
    for (auto const& mutation : patch.mutations()) {
        auto const& record = mutation.record();
        auto const index = to_bytes(bytes_of(record.index().blob()));
        if (auto const old = value_mac(to_array<kMacSize>(index))) state.hash.remove(*old);
        records.erase(index);
        if (mutation.operation() != whatsapp::proto::SyncdMutation::SET) continue;
        records[index] = to_bytes(bytes_of(record.SerializeAsString()));
        state.hash.add(value_mac_of(record.value().blob()));
    }
    patch.mutable_version()->set_version(++state.version);
    snapshot_mac = to_bytes(bytes_of(patch.snapshot_mac()));
    key_id = to_bytes(bytes_of(patch.key_id().id()));
    patches.push_back(to_bytes(bytes_of(patch.SerializeAsString())));
    return {};
}

Bytes Collection::snapshot() const {
    whatsapp::proto::SyncdSnapshot out;
    out.mutable_version()->set_version(state.version);
    for (auto const& [_, bytes] : records) out.add_records()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    out.set_mac(std::string{text_of(snapshot_mac)});
    out.mutable_key_id()->set_id(std::string{text_of(key_id)});
    return to_bytes(bytes_of(out.SerializeAsString()));
}

Result<void> change_app_state(Service& service, Account& account, std::string_view name, appstate::Wish const& wish) {
    if (!exists(name)) return fail(Code::invalid, "no such collection: " + std::string{name});
    auto& all = app_state_of(account, service.now());
    auto& collection = all.collections[std::string{name}];
    auto const written = appstate::write_patch(name, collection.state, {wish}, all.key_id, appstate::Keys::expand(all.key),
                                               [&](appstate::Mac const& index) { return collection.value_mac(index); });
    TRY_OK(collection.take(written.patch));
    tell_others(service, account, nullptr, name, collection);
    return {};
}

IqAnswer answer_app_state(Service& service, Device& from, Node const& iq) {
    auto sync = Node{"sync"};
    for (auto const& collection : iq.child("sync")->children()) sync.add(answer_collection(service, from, collection));
    return std::vector{std::move(sync)};
}

}   // namespace waqtor::sandbox
