#include "whatsapp/client/pairing.hpp"

#include "core/base/run_on.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/pairing/code.hpp"

namespace waqtor::whatsapp {

namespace {

Node iq_error(Node const& iq, Value code, Value text) {
    return Node{"iq",
                {{"to", server_jid()}, {"type", "error"}, {"id", iq.string("id")}},
                Node{"error", {{"code", std::move(code)}, {"text", std::move(text)}}}};
}

char client_type(Appearance::Platform platform) {
    switch (platform) {
        case Appearance::Platform::edge: return '2';
        case Appearance::Platform::firefox: return '3';
        case Appearance::Platform::opera: return '5';
        case Appearance::Platform::safari: return '6';
        case Appearance::Platform::desktop: return '7';
        default: return '1';
    }
}

/// As the service wants to show it; it accepts only names of browsers here.
constexpr auto kDisplay = "Chrome (Linux)";

Node code_step(Value stage, Jid const& phone, std::vector<Node> parts) {
    auto step = Node{"link_code_companion_reg", {{"jid", phone}, {"stage", std::move(stage)}}};
    for (auto& part : parts) step.add(std::move(part));
    return Node{"iq", {{"type", "set"}, {"xmlns", "md"}}, std::move(step)};
}

}   // namespace

void Pairing::reset() {
    offered_ = false;
    done_ = false;
    typed_.reset();
}

asio::awaitable<bool> Pairing::rotate(Node iq) {
    auto const line = context_.line;
    line->send(Node{"iq", {{"to", server_jid()}, {"type", "result"}, {"id", iq.string("id")}}});
    auto const& account = context_.account;
    auto attempt = 0;
    offered_ = true;
    rotation_ = std::make_shared<asio::steady_timer>(context_.executor);
    auto const timer = rotation_;
    for (auto const& ref : iq.child("pair-device")->children()) {
        if (line->closed() || done_) co_return false;
        if (!ref.is("ref")) continue;
        auto const stays = attempt == 0 ? context_.pace.first_qr : context_.pace.next_qr;
        auto const code = pairing::QrCode{std::string{ref.text()}, account.noise_key.pub, account.identity.keys.pub,
                                          account.adv_secret, client_type(context_.endpoint.appearance.platform)};
        ++attempt;
        if (!typed_) show_({code.text(), attempt, context_.clock.now() + stays, {}});
        timer->expires_after(stays);
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return !line->closed() && !done_;
}

Task<void> Pairing::succeed(Node iq) {
    auto const line = context_.line;
    auto const* success = iq.child("pair-success");
    auto const* identity = success->child("device-identity");
    auto const* device = success->child("device");
    auto const phone = device ? device->jid("jid") : std::nullopt;
    if (!identity || !phone) {
        line->send(iq_error(iq, "500", "internal-error"));
        co_return refuse(Refusal::malformed, "pair-success is not whole");
    }
    auto accepted = pairing::accept_device(identity->bytes(), context_.account.adv_secret, context_.account.identity.keys);
    if (!accepted) {
        auto const hmac = refusal_of(accepted.error()) == Refusal::adv_hmac;
        line->send(iq_error(iq, "401", hmac ? Value{"hmac-mismatch"} : Value{"signature-mismatch"}));
        co_return std::unexpected(std::move(accepted).error());
    }
    auto changed = context_.account;
    changed.signed_identity = accepted->signed_identity;
    changed.phone = *phone;
    if (auto const lid = device->jid("lid")) changed.lid = lid->with_device(phone->device);
    if (auto const* biz = success->child("biz")) changed.name = biz->string("name");
    Draft draft;
    auto const& own_phone = changed.own(Server::lid);
    draft.changes.identities[own_phone.without_device()] = accepted->account_key;
    auto const& key = changed.signed_prekey;
    draft.put(ClientValueKind::signed_prekey, std::to_string(key.id), serialize(key));
    CO_TRY_OK(co_await context_.save(std::move(changed), std::move(draft)));
    done_ = true;
    if (rotation_) rotation_->cancel();
    auto answer = Node{"device-identity", {{"key-index", accepted->device.key_index}}, std::move(accepted->reply)};
    line->send(Node{"iq",
                    {{"to", server_jid()}, {"type", "result"}, {"id", iq.string("id")}},
                    Node{"pair-device-sign", {}, std::move(answer)}});
    co_return Result<void>{};
}

Task<std::string> Pairing::code(std::string phone) {
    auto const line = context_.line;
    if (!offered_ || done_ || !line || line->closed()) co_return fail(Code::unavailable, "The session is not being linked");
    if (phone.starts_with('+')) phone.erase(0, 1);
    if (phone.empty() || phone.find_first_not_of("0123456789") != phone.npos) co_return invalid("phone", "is no phone number");
    auto const made = pairing::new_code();
    auto const ephemeral = crypto::KeyPair::generate();
    auto wrapped =
        co_await run_on(context_.pool, [made, key = ephemeral.pub]() -> Result<Bytes> { return pairing::wrap_key(made, key); });
    if (!wrapped) co_return std::unexpected(std::move(wrapped).error());
    auto const jid = Jid{.user = Text{phone}, .server = Server::user};
    auto hello = code_step(
        "companion_hello", jid,
        {Node{"link_code_pairing_wrapped_companion_ephemeral_pub", {}, *std::move(wrapped)},
         Node{"companion_server_auth_key_pub", {}, to_bytes(context_.account.noise_key.pub)},
         Node{"companion_platform_id", {}, Bytes{static_cast<std::uint8_t>('1')}},
         Node{"companion_platform_display", {}, to_bytes(bytes_of(kDisplay))}, Node{"link_code_pairing_nonce", {}, Bytes{0}}});
    auto step = hello.children().front();
    step.set("should_show_push_notification", "true");
    hello.content = std::vector{std::move(step)};
    CO_TRY(auto const answer, co_await line->ask(std::move(hello)));
    auto const* reg = answer.child("link_code_companion_reg");
    auto const* reference = reg ? reg->child("link_code_pairing_ref") : nullptr;
    if (!reference) co_return fail(Code::unavailable, "WhatsApp gave no code to link with");
    typed_ = Typed{made, ephemeral, std::string{reference->text()}, jid};
    show_({{}, 0, {}, made});
    co_return made;
}

Task<void> Pairing::phone_has_code(Node notification) {
    auto const line = context_.line;
    auto const* reg = notification.child("link_code_companion_reg");
    auto const* wrapped = reg ? reg->child("link_code_pairing_wrapped_primary_ephemeral_pub") : nullptr;
    auto const* identity = reg ? reg->child("primary_identity_pub") : nullptr;
    auto const* reference = reg ? reg->child("link_code_pairing_ref") : nullptr;
    if (!typed_ || !wrapped || !identity || !reference || reference->text() != typed_->reference)
        co_return refuse(Refusal::malformed, "an answer to another code");
    CO_TRY(auto const phone_identity, crypto::PublicKey::parse(identity->bytes()));
    auto const phone_key = co_await run_on(
        context_.pool, [code = typed_->code, bytes = to_bytes(wrapped->bytes())] { return pairing::unwrap_key(code, bytes); });
    if (!phone_key) co_return std::unexpected(phone_key.error());
    CO_TRY(auto finish, pairing::finish_companion(typed_->ephemeral, *phone_key, context_.account.identity.keys, phone_identity));
    context_.account.adv_secret = finish.adv_secret;
    CO_TRY_OK(co_await line->ask(code_step("companion_finish", typed_->phone,
                                           {Node{"link_code_pairing_wrapped_key_bundle", {}, std::move(finish.wrapped_bundle)},
                                            Node{"companion_identity_public", {}, to_bytes(context_.account.identity.keys.pub)},
                                            Node{"link_code_pairing_ref", {}, to_bytes(bytes_of(typed_->reference))}})));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
