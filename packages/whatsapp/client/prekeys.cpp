#include "whatsapp/client/prekeys.hpp"

#include "core/base/run_on.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kSignature = 64;

std::vector<signal::PreKey> generate(signal::KeyId first, unsigned count) {
    std::vector<signal::PreKey> out;
    out.reserve(count);
    for (unsigned i = 0; i < count; ++i) out.push_back(signal::PreKey::generate(first + i));
    return out;
}

std::optional<signal::Bundle::OneTime> read_key(Node const* node) {
    auto const* id = node ? node->child("id") : nullptr;
    auto const* value = node ? node->child("value") : nullptr;
    if (!id || !value || id->bytes().size() != 3) return std::nullopt;
    auto const key = crypto::PublicKey::parse(value->bytes());
    if (!key) return std::nullopt;
    return signal::Bundle::OneTime{static_cast<signal::KeyId>(from_big_endian(id->bytes())), *key};
}

/// The service keeps these very keys, and one-time keys that could have been made here.
bool is_ours(Node const& answer, Account const& account) {
    auto const* digest = answer.child("digest");
    auto const* registration = digest ? digest->child("registration") : nullptr;
    auto const* identity = digest ? digest->child("identity") : nullptr;
    auto const* skey = digest ? digest->child("skey") : nullptr;
    auto const* list = digest ? digest->child("list") : nullptr;
    auto const key = read_key(skey);
    if (!registration || !identity || !key || !list) return false;
    auto const known = [&](Node const& id) { return from_big_endian(id.bytes()) < account.next_prekey; };
    return from_big_endian(registration->bytes()) == account.identity.registration_id &&
           std::ranges::equal(identity->bytes(), account.identity.keys.pub.bytes) && key->id == account.signed_prekey.id &&
           key->key == account.signed_prekey.keys.pub && std::ranges::all_of(list->children(), known);
}

}   // namespace

Node type_node() { return Node{"type", {}, Bytes{crypto::PublicKey::kType}}; }
Node identity_node(Account const& account) { return Node{"identity", {}, to_bytes(account.identity.keys.pub)}; }

Node key_node(Text tag, signal::KeyId id, crypto::PublicKey const& key) {
    return Node{std::move(tag), {}, Node{"id", {}, number_bytes<3>(id)}, Node{"value", {}, to_bytes(key)}};
}

Node signed_key_node(signal::SignedPreKey const& key) {
    auto node = key_node("skey", key.id, key.keys.pub);
    node.add(Node{"signature", {}, to_bytes(key.signature)});
    return node;
}

Result<FetchedBundle> read_bundle(Node const& holder, std::optional<std::uint32_t> registration_id) {
    auto const* registration = holder.child("registration");
    auto const* identity = holder.child("identity");
    auto const* skey = holder.child("skey");
    auto const signed_key = read_key(skey);
    auto const* signature = skey ? skey->child("signature") : nullptr;
    if ((!registration && !registration_id) || !identity || !signed_key || !signature || signature->bytes().size() != kSignature)
        return refuse(Refusal::malformed, "a prekey bundle is not whole");
    FetchedBundle out;
    out.bundle.registration_id =
        registration ? static_cast<std::uint32_t>(from_big_endian(registration->bytes())) : *registration_id;
    TRY(out.bundle.identity, crypto::PublicKey::parse(identity->bytes()));
    out.bundle.signed_prekey = {signed_key->id, signed_key->key, to_array<kSignature>(signature->bytes())};
    out.bundle.one_time = read_key(holder.child("key"));
    if (auto const* device = holder.child("device-identity")) out.signed_identity = to_bytes(device->bytes());
    return out;
}

Task<void> Prekeys::look_after() {
    auto const line = context_.line;
    CO_TRY(auto const answer, co_await line->ask(Node{"iq", {{"type", "get"}, {"xmlns", "encrypt"}}, Node{"count"}}));
    auto const* count = answer.child("count");
    auto const left = count ? count->number("value").value_or(0) : 0;
    if (left < context_.pace.fewest_prekeys) {
        auto const first = context_.account.next_prekey == 1;
        CO_TRY_OK(co_await upload(first ? context_.pace.first_prekeys : context_.pace.more_prekeys));
    }
    auto const made = context_.account.signed_prekey_made;
    if (context_.clock.now() - made > context_.pace.signed_prekey_age) CO_TRY_OK(co_await rotate());
    co_return Result<void>{};
}

Task<void> Prekeys::compare() {
    auto const line = context_.line;
    auto const answer = co_await line->ask(Node{"iq", {{"type", "get"}, {"xmlns", "encrypt"}}, Node{"digest"}});
    if (!answer && answer.error().code != Code::not_found) co_return std::unexpected(answer.error());
    if (answer && is_ours(*answer, context_.account)) co_return Result<void>{};
    co_return co_await upload(context_.pace.first_prekeys);
}

Task<void> Prekeys::upload(unsigned count) {
    auto const line = context_.line;
    auto changed = context_.account;
    auto first = changed.next_prekey;
    if (first + count >= signal::kLargestKeyId) first = 1;   // long used up
    changed.next_prekey = first + count;
    context_.account.next_prekey = changed.next_prekey;   // at once: another upload must not take the same ids
    auto const keys = co_await asio::co_spawn(
        context_.pool,
        [](signal::KeyId from, unsigned n) -> asio::awaitable<std::vector<signal::PreKey>> { co_return generate(from, n); }(first,
                                                                                                                            count),
        asio::use_awaitable);
    Draft draft;
    auto list = Node{"list"};
    for (auto const& key : keys) {
        draft.put(ClientValueKind::prekey, std::to_string(key.id), serialize(key));
        list.add(key_node("key", key.id, key.keys.pub));
    }
    CO_TRY_OK(co_await context_.save(std::move(changed), std::move(draft)));
    auto const& account = context_.account;
    auto upload = Node{"iq",
                       {{"type", "set"}, {"xmlns", "encrypt"}},
                       Node{"registration", {}, number_bytes<4>(account.identity.registration_id)},
                       type_node(),
                       identity_node(account),
                       std::move(list),
                       signed_key_node(account.signed_prekey)};
    CO_TRY_OK(co_await line->ask(std::move(upload)));
    co_return Result<void>{};
}

Task<void> Prekeys::rotate() {
    auto const line = context_.line;
    auto changed = context_.account;
    auto const id = changed.signed_prekey.id % signal::kLargestKeyId + 1;
    changed.signed_prekey = signal::SignedPreKey::generate(id, changed.identity);
    changed.signed_prekey_made = context_.clock.now();
    Draft draft;   // the one before stays readable, for messages on their way
    draft.put(ClientValueKind::signed_prekey, std::to_string(id), serialize(changed.signed_prekey));
    auto rotate = Node{"rotate", {}, signed_key_node(changed.signed_prekey)};
    CO_TRY_OK(co_await context_.save(std::move(changed), std::move(draft)));
    CO_TRY_OK(co_await line->ask(Node{"iq", {{"type", "set"}, {"xmlns", "encrypt"}}, std::move(rotate)}));
    co_return Result<void>{};
}

Task<signal::PreKey> Prekeys::take(Draft& draft) {
    auto const key = signal::PreKey::generate(context_.account.next_prekey++);
    draft.put(ClientValueKind::prekey, std::to_string(key.id), serialize(key));
    draft.put(ClientValueKind::credentials, "", context_.account.serialize());
    co_return key;
}

}   // namespace waqtor::whatsapp
