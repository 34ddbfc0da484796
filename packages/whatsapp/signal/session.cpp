#include "whatsapp/signal/session.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/signal/ratchet.hpp"

namespace waqtor::whatsapp::signal {

Result<void> SessionRecord::start(Identity const& me, Bundle const& bundle, crypto::Signatures* together) {
    TRY(auto state, start_session(me, bundle, together));
    replace_current(std::move(state));
    return {};
}

Result<Ciphertext> SessionRecord::encrypt(Identity const& me, ByteView plaintext) {
    if (!current_) return refuse(Refusal::no_session, "no session with this device");
    TRY(auto message, encrypt_message(*current_, me, plaintext));
    if (!current_->pending) return Ciphertext{Kind::message, std::move(message)};
    PreKeyMessage const first{.prekey_id = current_->pending->prekey_id,
                              .signed_prekey_id = current_->pending->signed_prekey_id,
                              .registration_id = me.registration_id,
                              .base_key = current_->base_key,
                              .identity = me.keys.pub,
                              .message = std::move(message)};
    return Ciphertext{Kind::prekey, first.serialize()};
}

Result<Bytes> SessionRecord::decrypt(Identity const& me, Message const& message) {
    if (!current_ && archived_.empty()) return refuse(Refusal::no_session, "no session with this device");
    std::optional<Error> first_error;
    if (current_) {
        auto attempt = *current_;
        auto plaintext = decrypt_message(attempt, me, message);
        if (plaintext) {
            current_ = std::move(attempt);
            return plaintext;
        }
        first_error = std::move(plaintext).error();
    }
    for (std::size_t i = 0; i < archived_.size(); ++i) {
        auto attempt = archived_[i];
        auto plaintext = decrypt_message(attempt, me, message);
        if (plaintext) {
            // The peer uses this one, so we follow: after crossed starts both ends settle on the same session.
            archived_.erase(archived_.begin() + static_cast<std::ptrdiff_t>(i));
            replace_current(std::move(attempt));
            return plaintext;
        }
        // "Seen before" says more than the MAC failures of the sessions it does not belong to.
        if (!first_error || refusal_of(plaintext.error()) == Refusal::message_duplicate) first_error = std::move(plaintext).error();
    }
    return std::unexpected(*std::move(first_error));
}

bool SessionRecord::knows(PreKeyMessage const& message) const {
    auto const fits = [&](SessionState const& state) {
        return state.base_key == message.base_key && state.remote_identity == message.identity;
    };
    return (current_ && fits(*current_)) || std::ranges::any_of(archived_, fits);
}

Result<Bytes> SessionRecord::decrypt(Identity const& me, PreKeyMessage const& message, crypto::KeyPair const* signed_prekey,
                                     crypto::KeyPair const* one_time) {
    TRY(auto const inner, Message::parse(message.message));
    if (knows(message)) return decrypt(me, inner);
    if (!signed_prekey || (message.prekey_id && !one_time))
        return refuse(Refusal::unknown_prekey, "the message uses a prekey that was deleted or never made");
    TRY(auto state, accept_session(me, message, *signed_prekey, message.prekey_id ? one_time : nullptr));
    TRY(auto plaintext, decrypt_message(state, me, inner));
    replace_current(std::move(state));
    return plaintext;
}

void SessionRecord::archive_current() {
    if (!current_) return;
    archived_.insert(archived_.begin(), *std::exchange(current_, std::nullopt));
    if (archived_.size() > kMostArchived) archived_.pop_back();
}

void SessionRecord::replace_current(SessionState state) {
    archive_current();
    current_ = std::move(state);
}

}   // namespace waqtor::whatsapp::signal
