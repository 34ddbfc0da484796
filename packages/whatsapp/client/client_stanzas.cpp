#include "whatsapp/client/client.hpp"

#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

std::optional<Client::Ending> Client::dispatch(Node stanza) {
    if (stanza.is("success"))
        connection_.spawn(login(std::move(stanza)));
    else if (stanza.is("failure"))
        return failure(stanza);
    else if (stanza.is("stream:error"))
        return stream_error(stanza);
    else if (stanza.is("xmlstreamend"))
        return Ending{ClientTrouble::network, "the service ended the stream"};
    else if (stanza.is("iq"))
        request(std::move(stanza));
    else if (stanza.is("ib"))
        information(std::move(stanza));
    else if (stanza.is("ack"))
        connection_.spawn(acknowledged(std::move(stanza)));
    else if (stanza.is("receipt"))
        connection_.spawn(receipt(std::move(stanza)));
    else if (stanza.is("notification"))
        connection_.spawn(notification(std::move(stanza)));
    else if (stanza.is("call"))
        context_.line->send(ack_for(stanza));
    else if (stanza.is("presence"))
        connection_.spawn(presence(std::move(stanza)));
    return std::nullopt;   // chatstate tells nothing that is kept
}

std::optional<Client::Ending> Client::stream_error(Node const& stanza) const {
    using Next = Ending::Next;
    auto const code = stanza.number("code").value_or(0);
    auto const* conflict = stanza.child("conflict");
    if (conflict && conflict->attr("type") == "replaced")
        return Ending{ClientTrouble::replaced, "this device has logged in elsewhere", Next::never};
    if ((conflict && conflict->attr("type") == "device_removed") || code == 401)
        return Ending{ClientTrouble::device_removed, "this device was unlinked on the phone", Next::unlinked};
    if (code == 515) return Ending{ClientTrouble::none, "restart", Next::at_once};
    if (code == 503 || code == 500) return Ending{ClientTrouble::service_down, "the service is down"};
    return Ending{ClientTrouble::protocol, "stream error " + stanza.describe(200)};
}

std::optional<Client::Ending> Client::failure(Node const& stanza) const {
    using Next = Ending::Next;
    auto const reason = stanza.number("reason").value_or(0);
    auto const told = "the service refused the login with " + std::to_string(reason);
    switch (reason) {
        case 401: return Ending{ClientTrouble::device_removed, told, Next::unlinked};
        case 402: {
            auto out = Ending{ClientTrouble::temporary_ban, told + ", code " + stanza.string("code"), Next::never};
            if (auto const seconds = stanza.number("expire")) out.until = context_.clock.now() + std::chrono::seconds{*seconds};
            return out;
        }
        case 403:
        case 406: return Ending{ClientTrouble::banned, told, Next::unlinked};
        case 405: return Ending{ClientTrouble::outdated_version, told + ": whatsapp.version is too old", Next::never};
        case 500:
        case 501:
        case 503: return Ending{ClientTrouble::service_down, told};
        default: return Ending{ClientTrouble::protocol, told, Next::never};
    }
}

/// Requests of the service.
void Client::request(Node stanza) {
    if (stanza.child("pair-device")) {
        connection_.spawn(rotate(std::move(stanza)));
    } else if (stanza.child("pair-success")) {
        connection_.spawn(paired(std::move(stanza)));
    } else if (stanza.attr("type") == "get") {   // urn:xmpp:ping and what we do not know
        context_.line->send(Node{"iq", {{"to", server_jid()}, {"type", "result"}, {"id", stanza.string("id")}}});
    }
}

asio::awaitable<void> Client::rotate(Node stanza) {
    if (co_await pairing_.rotate(std::move(stanza)))
        end({ClientTrouble::pairing_expired, "nobody scanned the code in time", Ending::Next::never});
}

asio::awaitable<void> Client::paired(Node stanza) {
    auto const outcome = co_await pairing_.succeed(std::move(stanza));
    if (!outcome) {
        // The answer that tells the service should still leave.
        auto const refused = refusal_of(outcome.error()).has_value();
        ending_ = Ending{refused ? ClientTrouble::pairing_refused : ClientTrouble::network, described(outcome.error()),
                         refused ? Ending::Next::never : Ending::Next::again};
        co_await context_.line->flushed();
        context_.line->close({Code::gone, outcome.error().message});
        co_return;
    }
    tell(ClientPhase::connecting);
}

void Client::information(Node stanza) {
    auto const line = context_.line;
    if (stanza.child("offline_preview")) line->send(Node{"ib", {}, Node{"offline_batch", {{"count", "100"}}}});
    if (stanza.child("offline")) {
        offline_over_ = true;
        offline_bell_.ring();
    }
    for (auto const& child : stanza.children())
        if (child.is("dirty"))
            connection_.spawn([](std::shared_ptr<Line> of, Node dirty) -> asio::awaitable<void> {
                auto clean = Node{"clean", {{"type", dirty.string("type")}, {"timestamp", dirty.string("timestamp")}}};
                (void)co_await of->ask(Node{"iq", {{"type", "set"}, {"xmlns", "urn:xmpp:whatsapp:dirty"}}, std::move(clean)});
            }(line, child));
    auto const* edge = stanza.child("edge_routing");
    auto const* info = edge ? edge->child("routing_info") : nullptr;
    if (info && context_.account.linked()) connection_.spawn(routing(to_bytes(info->bytes())));
}

asio::awaitable<void> Client::routing(Bytes info) {
    if (info == context_.account.routing_info) co_return;
    auto changed = context_.account;
    changed.routing_info = std::move(info);
    (void)co_await context_.save(std::move(changed));   // told again at the next login
}

asio::awaitable<void> Client::message(std::shared_ptr<Receiver::Arrival> arrival) {
    auto const outcome = co_await receiver_.message(std::move(arrival));
    // Without its receipt the service keeps the message and sends it after the next login.
    if (!outcome) end({ClientTrouble::network, "a message could not be stored: " + outcome.error().message});
}

asio::awaitable<void> Client::receipt(Node stanza) {
    auto const outcome =
        stanza.attr("type") == "retry" ? co_await sender_.resend(std::move(stanza)) : co_await receiver_.receipt(std::move(stanza));
    if (!outcome && !refusal_of(outcome.error()))
        end({ClientTrouble::network, "a receipt could not be stored: " + outcome.error().message});
}

asio::awaitable<void> Client::acknowledged(Node stanza) {
    if (stanza.attr("class") != "message") co_return;
    auto const to = stanza.has("error") ? std::nullopt : stanza.jid("from");
    auto const outcome = co_await sender_.acknowledged(std::move(stanza));
    if (!outcome) end({ClientTrouble::network, "an acknowledgement could not be stored: " + outcome.error().message});
    if (outcome && to && tokens_.wrote_to(*to)) connection_.spawn(tokens_.work(context_.line));
}

asio::awaitable<void> Client::notification(Node stanza) {
    auto const line = context_.line;
    auto const type = stanza.string("type");
    auto const from = stanza.jid("from");
    Result<void> outcome;
    if (type == "encrypt" && stanza.child("count")) {
        outcome = co_await prekeys_.upload(context_.pace.more_prekeys);
    } else if (type == "encrypt" && stanza.child("identity") && from) {
        outcome = co_await directory_.identity_changed(*from, stanza.jid("lid"));
    } else if ((type == "devices" || type == "account_sync") && from) {
        outcome = co_await directory_.devices_changed(*from, stanza.jid("lid"));
    } else if (type == "server_sync") {
        co_return co_await settings_changed(std::move(stanza));
    } else if (type == "w:gp2") {
        outcome = co_await groups_.changed(stanza);
    } else if (type == "privacy_token") {
        outcome = co_await tokens(stanza);
    } else if (type == "link_code_companion_reg") {
        line->send(ack_for(stanza));
        outcome = co_await pairing_.phone_has_code(std::move(stanza));
        if (!outcome) end({ClientTrouble::pairing_refused, outcome.error().message, Ending::Next::never});
        co_return;
    } else if (type == "passkey_prologue_request" || type == "crsc_continuation") {
        end({ClientTrouble::passkey_required, "WhatsApp asks for a passkey, which only its own clients have", Ending::Next::never});
    }
    if (outcome || refusal_of(outcome.error())) line->send(ack_for(stanza));
}

}   // namespace waqtor::whatsapp
