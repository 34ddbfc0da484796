#pragma once
#include "core/sessions/whatsapp_client.hpp"
#include "whatsapp/binary/node.hpp"

// Presence, typing, pictures, blocked people, privacy settings and tokens as stanzas. An `<iq>` is without its id.

namespace waqtor::whatsapp::messaging {

// ---- presence

/// `name` is the push name others see.
Node presence(bool available, std::string_view name);
/// Told by presence stanzas from then on. `token`: the person's tctoken, empty when there is none.
Node subscribe_presence(Jid const& person, ByteView token = {});
struct Presence {
    Jid person;
    bool available = false;
    std::optional<Timestamp> last_seen{};
};
/// Refusal::malformed without an address.
Result<Presence> parse_presence(Node const& presence);

enum class Typing : std::uint8_t { text, voice, paused };
Node chat_state(Jid const& chat, Typing state);
struct ChatState {
    Jid chat;
    Jid person;
    Typing state{};
};
Result<ChatState> parse_chat_state(Node const& chatstate);

// ---- pictures

enum class PictureSize : std::uint8_t { preview, full };
/// `known` is the id of the picture we have; the answer is then empty when it is still that one.
Node picture_query(Jid const& of, PictureSize size, std::string_view known = {}, ByteView token = {});
struct Picture {
    std::string id;
    std::string url;
};
/// Nothing when there is none, it is hidden, or still the known one.
Result<std::optional<Picture>> parse_picture(Node const& answer);
/// Of the own number (no group) or of a group; an empty JPEG removes it.
Node set_picture(Jid const& group, Bytes jpeg);

// ---- what others read of us

Node set_about(std::string_view about);

// ---- blocked people

Node block_list_query();
Node block(Jid const& person, bool on);
/// Of both.
Result<std::vector<Jid>> parse_block_list(Node const& answer);

// ---- privacy

Node privacy_query();
Node set_privacy(std::string_view category, std::string_view value);
/// Category → value: "last" → "contacts", …
Result<std::map<std::string, std::string>> parse_privacy(Node const& answer);

/// Leave to write to somebody who does not know us (tctoken).
struct PrivacyToken {
    Jid person;
    Bytes token;
    Timestamp at{};
};
/// Tokens come in buckets of a week; one is good for its bucket and the three after it.
inline constexpr std::chrono::seconds kTokenBucket{604'800};
bool token_is_good(Timestamp issued, Timestamp now);
/// Ours for somebody is issued again in each bucket in which we write.
bool token_is_due(std::optional<Timestamp> issued, Timestamp now);
Node issue_tokens(std::vector<Jid> const& people, Timestamp now);
/// Child of a message, presence subscription or picture query.
Node token_node(ByteView token);
/// Of `<notification type=privacy_token>`. Refusal::malformed without a sender.
Result<std::vector<PrivacyToken>> parse_token_notice(Node const& notification);

// ---- refusals

/// Why the service did not take a message, of the `error` of its ack: 463 is waqtor::Refusal::reach_out_locked.
waqtor::Refusal refusal_of_ack(unsigned error);

}   // namespace waqtor::whatsapp::messaging
