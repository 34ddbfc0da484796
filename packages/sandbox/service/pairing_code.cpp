#include "sandbox/service/stanzas.hpp"
#include "sandbox/wire/connection.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/pairing/code.hpp"

/// Pairing by the eight characters that the client shows and a person types into the phone.
namespace waqtor::sandbox {

namespace {

ByteView content(Node const& node, std::string_view tag) {
    auto const* child = node.child(tag);
    return child ? child->bytes() : ByteView{};
}

}   // namespace

void Service::pairing_code_stanza(Connection& connection, Pairing& pairing, Node const& stanza) {
    auto const& wish = *stanza.child("link_code_companion_reg");
    auto answer = Node{"iq", {{"from", server_jid()}, {"type", "result"}, {"id", stanza.string("id")}}};
    auto const refuse = [&](Error const& error) {
        ledger.add(Way::refused, {}, "pairing code", error.message);
        answer.set("type", "error");
        answer.add(Node{"error", {{"code", "400"}, {"text", "bad-request"}}});
        connection.send(answer);
    };
    if (wish.attr("stage") == "companion_hello") {
        auto begun = begin_code(pairing, wish);
        if (!begun) return refuse(begun.error());
        answer.add(*std::move(begun));
        connection.send(answer);
        ledger.add(Way::life, pairing.by_code->account->pn().to_string(), "pairing code");
        return;
    }
    auto const finished = finish_code(pairing, wish);
    if (!finished) return refuse(finished.error());
    connection.send(answer);
}

Result<Node> Service::begin_code(Pairing& pairing, Node const& wish) {
    auto const jid = wish.jid("jid");
    auto* const account = jid ? world.account(*jid) : nullptr;
    auto const wrapped = content(wish, "link_code_pairing_wrapped_companion_ephemeral_pub");
    if (!account) return fail(Code::not_found, "nobody has that number");
    if (wrapped.size() != whatsapp::pairing::kWrappedKeySize) return fail(Code::malformed, "the wrapped key has a wrong size");
    if (!std::ranges::equal(content(wish, "companion_server_auth_key_pub"), pairing.noise_key.bytes))
        return fail(Code::malformed, "another noise key than that of the connection");
    auto const display = text_of(content(wish, "companion_platform_display"));
    if (!display.contains(" (") || !display.ends_with(')') || content(wish, "companion_platform_id").empty())
        return fail(Code::malformed, "the platform must be written as Browser (System)");
    pairing.by_code.emplace();
    pairing.by_code->account = account;
    pairing.by_code->ref = crypto::to_base64(crypto::random_bytes(24), crypto::Base64::url_safe);
    pairing.by_code->wrapped_ephemeral = to_bytes(wrapped);
    return Node{"link_code_companion_reg",
                {{"stage", "companion_hello"}},
                Node{"link_code_pairing_ref", {}, to_bytes(bytes_of(pairing.by_code->ref))}};
}

Result<void> Service::enter_code(Account& account, std::string_view typed) {
    TRY(auto const code, whatsapp::pairing::clean_code(typed));
    auto const waiting = [&](auto const& one) { return one->by_code && one->by_code->account == &account && !one->account; };
    auto const found = std::ranges::find_if(pairings_, waiting);
    auto const connection = found == pairings_.end() ? nullptr : (*found)->connection.lock();
    if (!connection) return fail(Code::not_found, "no client asked for a code for this number");
    auto& by_code = *(*found)->by_code;
    // A wrong code unwraps to a wrong key, or to none at all; the client's answer is then refused.
    auto const companion = whatsapp::pairing::unwrap_key(code, by_code.wrapped_ephemeral);
    by_code.companion_ephemeral = companion ? *companion : crypto::PublicKey{};
    by_code.phone_ephemeral = crypto::KeyPair::generate();
    auto parts = Node{
        "link_code_companion_reg",
        {{"stage", "primary_hello"}},
        Node{
            "link_code_pairing_wrapped_primary_ephemeral_pub", {}, whatsapp::pairing::wrap_key(code, by_code.phone_ephemeral->pub)},
        Node{"primary_identity_pub", {}, to_bytes(account.identity.keys.pub)},
        Node{"link_code_pairing_ref", {}, to_bytes(bytes_of(by_code.ref))}};
    connection->send(Node{"notification",
                          {{"from", server_jid()}, {"type", "link_code_companion_reg"}, {"id", new_id()}, {"t", now()}},
                          std::move(parts)});
    return {};
}

Result<void> Service::finish_code(Pairing& pairing, Node const& wish) {
    if (wish.attr("stage") != "companion_finish" || !pairing.by_code || !pairing.by_code->phone_ephemeral)
        return fail(Code::malformed, "the code was not entered yet");
    auto& by_code = *pairing.by_code;
    if (text_of(content(wish, "link_code_pairing_ref")) != by_code.ref) return fail(Code::malformed, "another reference");
    if (!std::ranges::equal(content(wish, "companion_identity_public"), pairing.device.identity.bytes))
        return fail(Code::malformed, "another identity than the registered one");
    TRY(auto const adv_secret,
        whatsapp::pairing::finish_phone(*by_code.phone_ephemeral, by_code.companion_ephemeral, by_code.account->identity.keys,
                                        pairing.device.identity, content(wish, "link_code_pairing_wrapped_key_bundle")));
    // After the answer to this request.
    schedule.after(Milliseconds{0}, [this, held = pairing.connection, secret = to_bytes(adv_secret)] {
        auto const connection = held.lock();
        if (connection && connection->pairing)
            send_pair_success(*connection->pairing->by_code->account, *connection->pairing, secret);
    });
    return {};
}

}   // namespace waqtor::sandbox
