#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/proto/e2e.pb.h"

/// What a person does with a message beside answering it: reacts, votes; and calls.
namespace waqtor::sandbox {

namespace {

Bytes serialized(e2e::Message const& message) { return to_bytes(bytes_of(message.SerializeAsString())); }

/// As the one who received it names the message.
void write_key(Letter const& letter, e2e::MessageKey& key) {
    key.set_remote_jid(letter.back.to_string());
    key.set_from_me(false);
    key.set_id(letter.id);
    if (letter.back.server == Server::group) key.set_participant(letter.from.without_device().to_string());
}

/// A vote is sealed with the secret that came with its poll, bound to both people.
e2e::PollUpdateMessage::EncValue sealed_vote(Letter const& poll, std::string const& author, std::string const& voter,
                                             e2e::PollVoteMessage const& vote) {
    auto const key = crypto::hkdf<32>(poll.secret, {}, poll.id + author + voter + "Poll Vote");
    auto const iv = crypto::random_array<12>();
    auto const associated = poll.id + '\0' + voter;
    auto const bytes = vote.SerializeAsString();
    e2e::PollUpdateMessage::EncValue out;
    out.set_enc_payload(std::string{text_of(crypto::gcm_encrypt(key, iv, bytes_of(bytes), bytes_of(associated)))});
    out.set_enc_iv(std::string{text_of(iv)});
    return out;
}

}   // namespace

Letter const* Phone::letter(std::string_view message) const {
    auto const found = std::ranges::find(inbox_, message, &Letter::id);
    return found == inbox_.end() ? nullptr : &*found;
}

Result<std::string> Phone::react(std::string_view message, std::string emoji) {
    auto const* to = letter(message);
    if (!to) return fail(Code::not_found, "no such message");
    e2e::Message out;
    auto& reaction = *out.mutable_reaction_message();
    write_key(*to, *reaction.mutable_key());
    reaction.set_text(std::move(emoji));
    reaction.set_sender_timestamp_ms(service_.clock().now().time_since_epoch().count());
    return send_bytes(to->back, serialized(out), "reaction");
}

Result<std::string> Phone::vote(std::string_view poll, std::vector<std::string> const& choices) {
    auto const* to = letter(poll);
    if (!to || to->options.empty()) return fail(Code::not_found, "no such poll");
    e2e::PollVoteMessage vote;
    for (auto const& choice : choices) {
        if (std::ranges::find(to->options, choice) == to->options.end())
            return fail(Code::invalid, "the poll does not ask for " + choice);
        vote.add_selected_options(std::string{text_of(crypto::sha256(bytes_of(choice)))});
    }
    auto const in_group = to->back.server == Server::group;
    auto const author = in_group ? to->from.without_device() : to->back;
    auto const voter = account_.jid(author.server);
    e2e::Message out;
    auto& update = *out.mutable_poll_update_message();
    write_key(*to, *update.mutable_poll_creation_message_key());
    *update.mutable_vote() = sealed_vote(*to, author.to_string(), voter.to_string(), vote);
    update.set_sender_timestamp_ms(service_.clock().now().time_since_epoch().count());
    return send_bytes(to->back, serialized(out), "poll");
}

Result<std::string> Phone::call(Jid const& to) {
    auto* const account = service_.world.account(to);
    if (!account) return fail(Code::not_found, "nobody has that number");
    auto const id = new_message_id();
    auto const me = account_.jid(to.server);
    for (auto const& [number, device] : account->devices)
        if (number != 0)
            service_.deliver(*device,
                             Node{"call",
                                  {{"from", me}, {"id", service_.new_id()}, {"t", service_.now()}},
                                  Node{"offer", {{"call-id", id}, {"call-creator", me}}, Node{"audio", {{"enc", "opus"}}}}});
    return id;
}

}   // namespace waqtor::sandbox
