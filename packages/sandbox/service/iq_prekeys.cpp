#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/digest.hpp"

#include <openssl/sha.h>

namespace waqtor::sandbox {

namespace {

constexpr std::size_t kFewPrekeys = 5;   // a device is told when so many are left

auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }

std::optional<signal::Bundle::OneTime> read_key(Node const& node) {
    auto const* id = node.child("id");
    auto const* value = node.child("value");
    if (!id || !value || id->bytes().size() != 3 || value->bytes().size() != 32) return std::nullopt;
    return signal::Bundle::OneTime{static_cast<signal::KeyId>(from_big_endian(id->bytes())), {to_array<32>(value->bytes())}};
}

std::optional<signal::Bundle::Signed> read_signed(Device const& device, Node const* node) {
    auto const key = node ? read_key(*node) : std::nullopt;
    auto const* signature = node ? node->child("signature") : nullptr;
    if (!key || !signature || !crypto::verify(device.identity, key->key.serialized(), signature->bytes())) return std::nullopt;
    return signal::Bundle::Signed{key->id, key->key, to_array<64>(signature->bytes())};
}

Node key_node(Text tag, signal::KeyId id, crypto::PublicKey const& key) {
    return Node{std::move(tag), {}, Node{"id", {}, number_bytes<3>(id)}, Node{"value", {}, to_bytes(key)}};
}

Node signed_node(signal::Bundle::Signed const& key) {
    auto node = key_node("skey", key.id, key.key);
    node.add(Node{"signature", {}, to_bytes(key.signature)});
    return node;
}

Node type_node() { return Node{"type", {}, Bytes{crypto::PublicKey::kType}}; }

}   // namespace

std::optional<signal::Bundle> take_bundle(Device& device) {
    if (device.number == 0 && device.account->phone) device.account->phone->refill(device);
    if (!device.signed_prekey) return std::nullopt;
    auto bundle = signal::Bundle{device.registration_id, device.identity, *device.signed_prekey, {}};
    if (!device.prekeys.empty()) {
        bundle.one_time = device.prekeys.front();
        device.prekeys.pop_front();
    }
    return bundle;
}

IqAnswer count_prekeys(Service&, Device& from, Node const&) { return std::vector{Node{"count", {{"value", from.prekeys.size()}}}}; }

IqAnswer upload_prekeys(Service&, Device& from, Node const& iq) {
    auto const* registration = iq.child("registration");
    auto const* type = iq.child("type");
    auto const* identity = iq.child("identity");
    auto const* list = iq.child("list");
    if (!type || !identity || !list || registration->bytes().size() != 4) return refuse(406, "not-acceptable");
    if (type->bytes().size() != 1 || type->bytes()[0] != crypto::PublicKey::kType) return refuse(406, "not-acceptable");
    if (!std::ranges::equal(identity->bytes(), from.identity.bytes)) return refuse(409, "identity mismatch");
    auto const signed_key = read_signed(from, iq.child("skey"));
    if (!signed_key) return refuse(406, "bad signed prekey");
    std::deque<signal::Bundle::OneTime> keys;
    for (auto const& node : list->children()) {
        auto const key = node.is("key") ? read_key(node) : std::nullopt;
        if (!key) return refuse(406, "bad prekey");
        keys.push_back(*key);
    }
    from.registration_id = static_cast<std::uint32_t>(from_big_endian(registration->bytes()));
    from.signed_prekey = signed_key;
    for (auto const& key : keys) {
        std::erase_if(from.prekeys, [&](auto const& old) { return old.id == key.id; });
        from.prekeys.push_back(key);
    }
    return std::vector<Node>{};
}

IqAnswer rotate_prekey(Service&, Device& from, Node const& iq) {
    auto const signed_key = read_signed(from, iq.child("rotate")->child("skey"));
    if (!signed_key) return refuse(406, "bad signed prekey");
    from.signed_prekey = signed_key;
    return std::vector<Node>{};
}

IqAnswer digest_prekeys(Service&, Device& from, Node const&) {
    if (!from.signed_prekey || from.prekeys.empty()) return refuse(404, "item-not-found");
    auto list = Node{"list"};
    auto covered = concat({from.identity, from.signed_prekey->key, from.signed_prekey->signature});
    for (auto const& key : from.prekeys) {
        list.add(Node{"id", {}, number_bytes<3>(key.id)});
        append(covered, key.key);
    }
    ByteArray<20> hash;
    SHA1(covered.data(), covered.size(), hash.data());
    return std::vector{Node{"digest",
                            {},
                            Node{"registration", {}, number_bytes<4>(from.registration_id)},
                            type_node(),
                            Node{"identity", {}, to_bytes(from.identity)},
                            signed_node(*from.signed_prekey),
                            std::move(list),
                            Node{"hash", {}, to_bytes(hash)}}};
}

IqAnswer fetch_prekeys(Service& service, Device&, Node const& iq) {
    auto list = Node{"list"};
    for (auto const& wanted : iq.child("key")->children()) {
        auto const jid = wanted.jid("jid");
        if (!wanted.is("user") || !jid) return refuse(400, "bad-request");
        auto* const device = service.world.device(*jid);
        auto const bundle = device ? take_bundle(*device) : std::nullopt;
        if (!bundle) {
            list.add(Node{"user", {{"jid", *jid}}, Node{"error", {{"code", "404"}, {"text", "item-not-found"}}}});
            continue;
        }
        auto user = Node{"user",
                         {{"jid", *jid}, {"t", service.now()}},
                         Node{"registration", {}, number_bytes<4>(bundle->registration_id)},
                         type_node(),
                         Node{"identity", {}, to_bytes(bundle->identity)},
                         signed_node(bundle->signed_prekey)};
        if (bundle->one_time) user.add(key_node("key", bundle->one_time->id, bundle->one_time->key));
        if (!device->signed_identity.empty()) user.add(Node{"device-identity", {}, device->signed_identity});
        list.add(std::move(user));
        if (device->number != 0 && device->prekeys.size() == kFewPrekeys)
            service.deliver(*device,
                            Node{"notification",
                                 {{"from", server_jid()}, {"type", "encrypt"}, {"id", service.new_id()}, {"t", service.now()}},
                                 Node{"count", {{"value", device->prekeys.size()}}}});
    }
    return std::vector{std::move(list)};
}

}   // namespace waqtor::sandbox
