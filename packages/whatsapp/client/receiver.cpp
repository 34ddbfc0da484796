#include "whatsapp/client/receiver.hpp"

#include "core/base/crash_point.hpp"
#include "whatsapp/client/layered.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

namespace {

Timestamp time_of(Node const& stanza, Timestamp otherwise) {
    auto const seconds = stanza.number("t");
    return seconds ? Timestamp{std::chrono::seconds{*seconds}} : otherwise;
}

/// The phone address and the LID among a stanza's addresses of one person.
struct Both {
    std::optional<Jid> phone;
    std::optional<Jid> lid;
    void see(std::optional<Jid> const& jid) {
        if (!jid) return;
        if (jid->server == Server::user) phone = bare(*jid);
        if (jid->server == Server::lid) lid = bare(*jid);
    }
};

}   // namespace

Node ack_for(Node const& stanza) {
    auto ack = Node{"ack", {{"class", stanza.tag}, {"id", stanza.string("id")}}};
    if (auto const* from = stanza.find("from")) ack.set("to", *from);
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = stanza.find(key)) ack.set(Text{std::string_view{key}}, *value);
    if (auto const* type = stanza.find("type"); type && !stanza.is("message")) ack.set("type", *type);
    return ack;
}

/// One message on its way in.
struct Receiver::Arrival {
    Node stanza;
    std::string id;
    std::string key;                 // by which it is remembered: ids are only unique per sender
    Jid device;                      // of the writer, canonical
    std::optional<Jid> old_device;   // its phone address, under which a session may still be kept
    Jid chat;                        // canonical
    Both writer;
    Both recipient;
    bool group = false;
    bool from_me = false;
    Timestamp at{};

    /// The only one whose word on keys, history and mappings counts.
    bool from_phone() const { return from_me && device.device == 0; }
};

Task<std::shared_ptr<Receiver::Arrival>> Receiver::arrival(Node stanza) {
    auto const ack = ack_for(stanza);
    auto out = co_await read(std::move(stanza));
    if (out || !refusal_of(out.error())) co_return out;
    context_.line->send(ack);   // it will never become better
    co_return std::shared_ptr<Arrival>{};
}

Task<std::shared_ptr<Receiver::Arrival>> Receiver::read(Node stanza) {
    auto const from = stanza.jid("from");
    if (!from || !stanza.has("id")) co_return refuse(Refusal::malformed, "a message without sender or id");
    auto out = std::make_shared<Arrival>();
    out->group = from->server == Server::group || from->server == Server::broadcast;
    auto const writer = out->group ? stanza.jid("participant") : from;
    if (!writer) co_return refuse(Refusal::malformed, "a group message without its writer");
    out->writer.see(*writer);
    for (auto const* key : {"sender_pn", "sender_lid", "participant_pn", "participant_lid"}) out->writer.see(stanza.jid(key));
    for (auto const* key : {"recipient", "peer_recipient_pn", "peer_recipient_lid"}) out->recipient.see(stanza.jid(key));
    out->id = stanza.string("id");
    out->from_me = context_.account.is_me(*writer);
    if (out->from_me) out->writer = {bare(context_.account.phone), bare(context_.account.lid)};
    if (out->writer.lid && writer->server == Server::user) {
        out->device = out->writer.lid->with_device(writer->device);
        out->old_device = *writer;
    } else {
        CO_TRY(out->device, co_await directory_.canonical(*writer));
        auto const phone = out->writer.phone;
        if (out->device.server == Server::lid && phone) out->old_device = phone->with_device(writer->device);
    }
    out->key = out->device.without_device().to_string() + ' ' + out->id;
    out->at = time_of(stanza, context_.clock.now());
    if (out->group)
        out->chat = *from;
    else if (out->from_me && out->recipient.lid)
        out->chat = *out->recipient.lid;
    else if (out->from_me && out->recipient.phone) {
        CO_TRY(out->chat, co_await directory_.canonical(*out->recipient.phone));
    } else {
        out->chat = bare(out->device);
    }
    out->stanza = std::move(stanza);
    co_return out;
}

/// Decrypts one message and hands it on.
class Receiver::Open final : public Vault::Job {
public:
    Open(Receiver& receiver, std::shared_ptr<Arrival> arrival) : receiver_{receiver}, arrival_{std::move(arrival)} {}

    std::optional<Error> failure{};        // why it could not be read
    std::optional<std::int64_t> tries{};   // so often before, when it could not be read now
    std::vector<messaging::Decoded> decoded{};

    bool may_wait() const override { return true; }
    Task<void> prepare(Draft& draft) override {
        failure.reset();
        decoded.clear();
        auto& directory = receiver_.directory_;
        CO_TRY_OK(co_await directory.learn(draft, arrival_->writer.phone, arrival_->writer.lid));
        CO_TRY_OK(co_await directory.learn(draft, arrival_->recipient.phone, arrival_->recipient.lid));
        auto& vault = receiver_.context_.vault;
        Layered store{vault, draft.changes};
        signal::Cipher cipher{receiver_.context_.account.identity, store};
        CO_TRY_OK(co_await store.adopt(arrival_->device, arrival_->old_device));
        for (auto const& enc : arrival_->stanza.children()) {
            if (!enc.is("enc")) continue;
            auto opened = co_await open(cipher, draft, enc);
            if (opened) continue;
            if (!refusal_of(opened.error())) co_return std::unexpected(std::move(opened).error());
            failure = std::move(opened).error();
        }
        if (failure) {
            CO_TRY(tries, co_await tries_before());
        }
        if (arrival_->from_phone())
            for (auto const& one : decoded) CO_TRY_OK(co_await receiver_.keep_machine(draft, arrival_->id, one));
        CO_TRY_OK(co_await hand_on(draft));
        crash_point(CrashPoint::inbound_decrypted);
        co_return Result<void>{};
    }

private:
    Receiver& receiver_;
    std::shared_ptr<Arrival> arrival_;

    Task<void> open(signal::Cipher& cipher, Draft& draft, Node const& enc) {
        auto const type = enc.attr("type");
        if (enc.attr("v") != "2" || (type != "pkmsg" && type != "msg" && type != "skmsg"))
            co_return refuse(Refusal::message_version, "an encryption we do not know");
        auto& account = receiver_.context_.account;
        auto const name = signal::SenderKeyName{arrival_->chat, arrival_->device};
        auto const kind = type == "pkmsg" ? signal::Kind::prekey : signal::Kind::message;
        auto result = type == "skmsg" ? co_await cipher.decrypt_group(name, to_bytes(enc.bytes()))
                                      : co_await cipher.decrypt(arrival_->device, kind, to_bytes(enc.bytes()));
        if (!result) co_return std::unexpected(std::move(result).error());
        draft.changes.merge(std::move(result->changes));
        CO_TRY(auto const plain, messaging::unpad(result->plaintext));
        auto phone = arrival_->writer.phone;
        if (!phone) {
            CO_TRY(phone, co_await receiver_.directory_.phone_of(bare(arrival_->device)));
        }
        messaging::DecodeContext context{.me = bare(account.phone),
                                         .me_lid = bare(account.lid),
                                         .chat = arrival_->chat,
                                         .sender = bare(arrival_->device),
                                         .sender_alt = phone.value_or(Jid{})};
        CO_TRY(auto content, co_await receiver_.originals_.decode(to_bytes(plain), std::move(context)));
        if (content.sender_key) {
            auto const key_name = signal::SenderKeyName{content.sender_key->group, arrival_->device};
            auto accepted = co_await cipher.accept_distribution(key_name, content.sender_key->distribution);
            if (accepted) draft.changes.merge(*std::move(accepted));
        }
        decoded.push_back(std::move(content));
        co_return Result<void>{};
    }

    Task<std::optional<std::int64_t>> tries_before() {
        auto& vault = receiver_.context_.vault;
        auto const work = [store = &vault.store(), session = vault.ref().session, key = arrival_->key](Transaction& tx) {
            return store->unreadable(tx, session, key);
        };
        co_return co_await vault.read(work);
    }

    /// Votes and sealed edits of it will come by its id.
    void keep_secret(Draft& draft, messaging::Decoded const& one) {
        if (!one.content || !one.secret) return;
        auto const& writer = arrival_->writer;
        messaging::Original original{.secret = *one.secret, .authors = {}};
        for (auto const& address : {writer.lid, writer.phone})
            if (address) original.authors.push_back(*address);
        if (one.content->poll) original.choices = one.content->poll->choices;
        receiver_.originals_.keep(draft, arrival_->id, std::move(original));
    }

    /// What the product gets of it: one message, or the placeholder for it.
    Task<void> hand_on(Draft& draft) {
        auto& context = receiver_.context_;
        auto chat = arrival_->chat;
        std::optional<Content> content;
        for (auto const& one : decoded) {
            if (one.content) content = one.content;
            keep_secret(draft, one);
            if (!one.destination || !arrival_->from_me) continue;
            CO_TRY(chat, co_await receiver_.directory_.canonical(bare(*one.destination)));
        }
        auto const readable = !failure && !arrival_->stanza.child("unavailable");
        if (!content && !readable) content = Content{.type = MessageType::placeholder};
        std::shared_ptr<Inbound> inbound;
        if (content) {
            CO_TRY(auto from, co_await receiver_.directory_.person(bare(arrival_->device), arrival_->stanza.string("notify")));
            if (!from.phone && arrival_->writer.phone) from.phone = "+" + arrival_->writer.phone->user.str();
            inbound = std::make_shared<Inbound>(Inbound{.id = arrival_->id,
                                                        .chat = chat.to_string(),
                                                        .from = std::move(from),
                                                        .from_me = arrival_->from_me,
                                                        .group = chat.server == Server::group,
                                                        .at = arrival_->at,
                                                        .content = *std::move(content)});
        }
        draft.work.push_back([inbound, readable, key = arrival_->key, at = context.clock.now(), store = &context.vault.store(),
                              listener = &context.vault.listener(), ref = context.vault.ref()](Transaction& tx) -> Result<void> {
            TRY(auto const seen, store->note_received(tx, ref.session, key, readable, at));
            if (seen == ClientReceived::repeated || !inbound) return {};
            return listener->received(tx, ref, *inbound);
        });
        co_return Result<void>{};
    }
};

Node Receiver::receipt_for(Arrival const& arrival) const {
    auto const& stanza = arrival.stanza;
    auto out = Node{"receipt", {{"id", arrival.id}, {"to", *stanza.find("from")}}};
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = stanza.find(key)) out.set(Text{std::string_view{key}}, *value);
    if (stanza.attr("category") == "peer")
        out.set("type", "peer_msg");
    else if (arrival.from_me)
        out.set("type", "sender");
    else
        out.set("type", "inactive");   // nobody has the chat open; the phone goes on notifying
    return out;
}

Task<void> Receiver::message(std::shared_ptr<Arrival> arrival) {
    auto const line = context_.line;
    auto const job = std::make_shared<Open>(*this, arrival);
    CO_TRY_OK(co_await context_.vault.run(job));
    crash_point(CrashPoint::inbound_committed);
    if (arrival->from_phone())
        for (auto const& one : job->decoded) on_machine(one);
    if (!job->failure || !job->tries) {
        line->send(receipt_for(*arrival));
        co_return Result<void>{};
    }
    auto const again = *job->tries + 1;
    if (again > context_.pace.most_retries) {
        line->send(ack_for(arrival->stanza));
        co_return Result<void>{};
    }
    co_return co_await ask_again(arrival, again, again > 1 || refusal_of(*job->failure) == Refusal::no_session);
}

/// The retry receipt also takes the message off the service's queue.
Task<void> Receiver::ask_again(std::shared_ptr<Arrival> arrival, std::int64_t count, bool with_keys) {
    auto const line = context_.line;
    auto const& stanza = arrival->stanza;
    auto const& account = context_.account;
    auto out = Node{"receipt", {{"id", arrival->id}, {"to", *stanza.find("from")}, {"type", "retry"}}};
    for (auto const* key : {"participant", "recipient"})
        if (auto const* value = stanza.find(key)) out.set(Text{std::string_view{key}}, *value);
    out.add(Node{"retry", {{"count", count}, {"id", arrival->id}, {"t", stanza.string("t")}, {"v", "1"}}});
    out.add(Node{"registration", {}, number_bytes<4>(account.identity.registration_id)});
    if (with_keys) {
        Draft draft;
        CO_TRY(auto const key, co_await prekeys_.take(draft));
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
        out.add(Node{"keys",
                     {},
                     type_node(),
                     identity_node(account),
                     key_node("key", key.id, key.keys.pub),
                     signed_key_node(account.signed_prekey),
                     Node{"device-identity", {}, account.signed_identity}});
    }
    line->send(out);
    co_return Result<void>{};
}

Task<void> Receiver::receipt(Node stanza) {
    auto const line = context_.line;
    auto const type = stanza.attr("type");
    auto const kind = type.empty() || type == "inactive" ? std::optional{ReceiptKind::delivered}
                      : type == "read"                   ? std::optional{ReceiptKind::read}
                      : type == "played"                 ? std::optional{ReceiptKind::played}
                                                         : std::nullopt;
    auto const from = stanza.jid("from");
    if (!kind || !from || context_.account.is_me(*from)) {
        line->send(ack_for(stanza));
        co_return Result<void>{};
    }
    auto receipt = std::make_shared<waqtor::Receipt>();
    receipt->kind = *kind;
    receipt->ids.push_back(stanza.string("id"));
    if (auto const* list = stanza.child("list"))
        for (auto const& item : list->children())
            if (item.is("item")) receipt->ids.push_back(item.string("id"));
    receipt->at = time_of(stanza, context_.clock.now());
    auto const person = from->is_person() ? *from : stanza.jid("participant").value_or(*from);
    CO_TRY(auto const chat, co_await directory_.canonical(from->is_person() ? bare(*from) : *from));
    receipt->chat = chat.to_string();
    if (person.is_person()) {
        CO_TRY(receipt->from, co_await directory_.person(bare(person)));
    }
    Draft draft;
    draft.work.push_back([receipt, listener = &context_.vault.listener(), ref = context_.vault.ref()](Transaction& tx) {
        return listener->receipt(tx, ref, *receipt);
    });
    CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    crash_point(CrashPoint::receipt_committed);
    line->send(ack_for(stanza));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
