#pragma once
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/messaging/content_codec.hpp"

// Two people, a group and a poll for the tests of messages.

namespace waqtor::whatsapp::messaging::testing {

inline Jid jid(std::string_view text) { return Jid::parse(text).value(); }

inline auto const kMe = jid("15550100@s.whatsapp.net"), kMyLid = jid("100@lid");
inline auto const kPeer = jid("15550101@s.whatsapp.net"), kPeerLid = jid("101@lid");
inline auto const kGroup = jid("120363000000000001@g.us");

inline std::optional<Original> known_poll(MessageReference const& target) {
    if (target.id != "POLL") return std::nullopt;
    return Original{.secret = crypto::Secret32{ByteArray<32>{7}}, .authors = {kPeer, kPeerLid}, .choices = {"yes", "no", "later"}};
}

inline EncodeContext writing(Jid const& chat) {
    return {.me = kMe, .chat = chat, .now = Timestamp{Milliseconds{1'763'800'000'123}}, .original = known_poll};
}
/// The peer reads what we wrote.
inline DecodeContext reading(Jid const& chat) {
    return {.me = kPeer,
            .me_lid = kPeerLid,
            .chat = chat == kGroup ? kGroup : kMe,
            .sender = kMe.with_device(3),
            .sender_alt = kMyLid,
            .original = known_poll};
}

inline Media media_of(std::string mime) {
    auto const hash = crypto::to_base64(crypto::random_bytes(32));
    return {.mime_type = std::move(mime),
            .size = 1234,
            .remote = RemoteFile{.direct_path = "/v/t62/1.enc?ccb=11-4",
                                 .media_key = crypto::to_base64(crypto::random_bytes(32)),
                                 .file_sha256 = hash,
                                 .file_enc_sha256 = hash}};
}

}   // namespace waqtor::whatsapp::messaging::testing
