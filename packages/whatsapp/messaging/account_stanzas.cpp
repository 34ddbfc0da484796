#include "whatsapp/messaging/account_stanzas.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/stanza_parts.hpp"

namespace waqtor::whatsapp::messaging {

namespace {

constexpr std::size_t kMostBlocked = 100'000, kMostSettings = 100, kMostToken = 1024;
constexpr int kGoodBuckets = 4;

std::unexpected<Error> malformed(char const* what) { return refuse(whatsapp::Refusal::malformed, what); }

Node ask(Text xmlns) { return Node{"iq", {{"to", server_jid()}, {"type", "get"}, {"xmlns", Value{std::move(xmlns)}}}}; }
Node tell(Text xmlns) { return Node{"iq", {{"to", server_jid()}, {"type", "set"}, {"xmlns", Value{std::move(xmlns)}}}}; }

std::int64_t bucket(Timestamp at) { return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch() / kTokenBucket; }

}   // namespace

Node presence(bool available, std::string_view name) {
    auto out = Node{"presence", {{"type", available ? Value{"available"} : Value{"unavailable"}}}};
    if (!name.empty()) out.set("name", name);
    return out;
}

Node subscribe_presence(Jid const& person, ByteView token) {
    auto out = Node{"presence", {{"type", "subscribe"}, {"to", person.without_device()}}};
    if (!token.empty()) out.add(token_node(token));
    return out;
}

Result<Presence> parse_presence(Node const& presence) {
    auto const person = person_in(presence, "from");
    if (!person) return malformed("presence: of nobody");
    Presence out{.person = *person, .available = presence.attr("type") != "unavailable"};
    if (auto const last = time_in(presence, "last"); last > Timestamp{}) out.last_seen = last;
    return out;
}

Node chat_state(Jid const& chat, Typing state) {
    auto what = state == Typing::paused ? Node{"paused"} : Node{"composing"};
    if (state == Typing::voice) what.set("media", "audio");
    return Node{"chatstate", {{"to", chat.without_device()}}, std::move(what)};
}

Result<ChatState> parse_chat_state(Node const& chatstate) {
    auto const from = chatstate.jid("from");
    auto const person = from && from->is_person() ? person_in(chatstate, "from") : person_in(chatstate, "participant");
    if (!from || !person || chatstate.children().empty()) return malformed("chat state: of nobody, or nothing");
    auto const& what = chatstate.children().front();
    ChatState out{.chat = from->without_device(), .person = *person, .state = Typing::paused};
    if (what.is("composing")) out.state = what.attr("media") == "audio" ? Typing::voice : Typing::text;
    return out;
}

Node picture_query(Jid const& of, PictureSize size, std::string_view known, ByteView token) {
    auto wish = Node{"picture", {{"type", size == PictureSize::preview ? Value{"preview"} : Value{"image"}}, {"query", "url"}}};
    if (!known.empty()) wish.set("id", known);
    if (!token.empty()) wish.add(token_node(token));
    auto out = ask("w:profile:picture");
    out.set("target", of.without_device());
    out.add(std::move(wish));
    return out;
}

Result<std::optional<Picture>> parse_picture(Node const& answer) {
    auto const* picture = answer.child("picture");
    if (!picture) return std::nullopt;
    auto const url = picture->string("url");
    if (url.empty()) return std::nullopt;
    if (!url.starts_with("https://") || url.size() > 4096) return malformed("picture: an address that cannot be");
    return Picture{.id = clean(picture->string("id"), 128, Lines::one), .url = clean(url, 4096, Lines::one)};
}

Node set_picture(Jid const& group, Bytes jpeg) {
    auto out = tell("w:profile:picture");
    if (group.server == Server::group) out.set("target", group);
    if (!jpeg.empty()) out.add(Node{"picture", {{"type", "image"}}, std::move(jpeg)});
    return out;
}

Node set_about(std::string_view about) {
    auto out = tell("status");
    out.add(Node{"status", {}, to_bytes(bytes_of(about))});
    return out;
}

Node block_list_query() { return ask("blocklist"); }

Node block(Jid const& person, bool on) {
    auto out = tell("blocklist");
    out.add(Node{"item", {{"jid", person.without_device()}, {"action", on ? Value{"block"} : Value{"unblock"}}}});
    return out;
}

Result<std::vector<Jid>> parse_block_list(Node const& answer) {
    auto const* list = answer.child("list");
    if (!list) return malformed("block list: the answer has none");
    std::vector<Jid> out;
    for (auto const& item : list->children())
        if (auto const jid = person_in(item, "jid"); jid && out.size() < kMostBlocked) out.push_back(*jid);
    return out;
}

Node privacy_query() {
    auto out = ask("privacy");
    out.add(Node{"privacy"});
    return out;
}

Node set_privacy(std::string_view category, std::string_view value) {
    auto out = tell("privacy");
    out.add(Node{"privacy", {}, Node{"category", {{"name", category}, {"value", value}}}});
    return out;
}

Result<std::map<std::string, std::string>> parse_privacy(Node const& answer) {
    auto const* settings = answer.child("privacy");
    if (!settings) return malformed("privacy: the answer has no settings");
    std::map<std::string, std::string> out;
    for (auto const& one : settings->children())
        if (one.is("category") && out.size() < kMostSettings)
            out.insert_or_assign(clean(one.string("name"), 64, Lines::one), clean(one.string("value"), 64, Lines::one));
    return out;
}

bool token_is_good(Timestamp issued, Timestamp now) { return bucket(issued) > bucket(now) - kGoodBuckets; }

bool token_is_due(std::optional<Timestamp> issued, Timestamp now) { return !issued || bucket(*issued) < bucket(now); }

Node issue_tokens(std::vector<Jid> const& people, Timestamp now) {
    auto tokens = Node{"tokens"};
    auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    for (auto const& one : people)
        tokens.add(Node{"token", {{"jid", one.without_device()}, {"t", seconds}, {"type", "trusted_contact"}}});
    auto out = tell("privacy");
    out.add(std::move(tokens));
    return out;
}

Node token_node(ByteView token) { return Node{"tctoken", {}, to_bytes(token)}; }

Result<std::vector<PrivacyToken>> parse_token_notice(Node const& notification) {
    auto const person = person_in(notification, "from");
    auto const* tokens = notification.child("tokens");
    if (!person || !tokens) return malformed("privacy token: of nobody, or none");
    std::vector<PrivacyToken> out;
    for (auto const& one : tokens->children()) {
        auto const bytes = one.bytes();
        if (!one.is("token") || one.attr("type") != "trusted_contact" || bytes.empty() || bytes.size() > kMostToken) continue;
        out.push_back({.person = *person, .token = to_bytes(bytes), .at = time_in(one, "t")});
    }
    return out;
}

waqtor::Refusal refusal_of_ack(unsigned error) {
    switch (error) {
        case 463: return waqtor::Refusal::reach_out_locked;
        case 429: return waqtor::Refusal::rate_limited;
        case 401:
        case 403:
        case 405: return waqtor::Refusal::not_allowed;
        case 404: return waqtor::Refusal::not_on_whatsapp;
        default: return waqtor::Refusal::other;
    }
}

}   // namespace waqtor::whatsapp::messaging
