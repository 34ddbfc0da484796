#include "whatsapp/messaging/addon.hpp"

#include "whatsapp/crypto/cipher.hpp"
#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/e2e.pb.h"

namespace waqtor::whatsapp::messaging {

namespace {

std::string_view use_case(Addon kind) {
    switch (kind) {
        case Addon::vote: return "Poll Vote";
        case Addon::reaction: return "Enc Reaction";
        case Addon::edit: break;
    }
    return "Message Edit";
}

struct Keys {
    crypto::Secret32 key;
    std::string associated;
};

Keys derive(Addon kind, crypto::Secret32 const& secret, std::string_view id, Jid const& author, Jid const& writer) {
    auto const by = writer.without_device().to_string();
    auto const info = std::string{id} + author.without_device().to_string() + by + std::string{use_case(kind)};
    auto keys = Keys{.key = crypto::hkdf<32>(secret.view(), {}, info), .associated = {}};
    // Only votes are bound to their voter a second time.
    if (kind == Addon::vote) keys.associated = std::string{id} + '\0' + by;
    return keys;
}

}   // namespace

SealedAddon seal_addon(Addon kind, crypto::Secret32 const& secret, std::string_view id, Jid const& author, Jid const& writer,
                       ByteView plaintext) {
    auto const keys = derive(kind, secret, id, author, writer);
    auto const iv = crypto::random_array<12>();
    return {.payload = crypto::gcm_encrypt(keys.key, iv, plaintext, bytes_of(keys.associated)), .iv = iv};
}

Result<Bytes> open_addon(Addon kind, Original const& original, std::string_view id, std::vector<Jid> const& writers,
                         ByteView payload, ByteView iv) {
    if (iv.size() != std::tuple_size_v<crypto::GcmNonce>)
        return refuse(Refusal::malformed, "message: sealed with an IV of a wrong size");
    for (auto const& author : original.authors) {
        for (auto const& writer : writers) {
            if (!writer.is_person()) continue;
            auto const keys = derive(kind, original.secret, id, author, writer);
            auto opened = crypto::gcm_decrypt(keys.key, to_array<12>(iv), payload, bytes_of(keys.associated));
            if (opened) return opened;
        }
    }
    return refuse(Refusal::message_mac, "message: what was sealed with another message's secret cannot be opened");
}

Result<std::vector<std::string>> open_vote(SealedVote const& vote, Original const& poll, std::vector<Jid> const& voters) {
    TRY(auto const plaintext, open_addon(Addon::vote, poll, vote.poll.id, voters, vote.payload, vote.iv));
    e2e::PollVoteMessage proto;
    if (!proto.ParseFromArray(plaintext.data(), static_cast<int>(plaintext.size())))
        return refuse(Refusal::malformed, "message: a vote that cannot be read");
    std::vector<std::string> chosen;
    for (auto const& choice : poll.choices) {
        auto const hash = crypto::sha256(bytes_of(choice));
        for (auto const& one : proto.selected_options()) {
            if (!std::ranges::equal(bytes_of(one), hash)) continue;
            chosen.push_back(choice);
            break;
        }
    }
    return chosen;
}

}   // namespace waqtor::whatsapp::messaging
