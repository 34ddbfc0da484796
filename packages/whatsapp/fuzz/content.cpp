#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/content_codec.hpp"

using namespace waqtor::whatsapp;
using namespace waqtor::whatsapp::messaging;

namespace {

Jid jid(char const* text) { return Jid::parse(text).value(); }

std::optional<Original> any_poll(waqtor::MessageReference const&) {
    return Original{.secret = {}, .authors = {jid("15550101@s.whatsapp.net")}, .choices = {"a", "b"}};
}

}   // namespace

/// Decrypted messages, in a chat and in a group. What is read is fit to be stored, and what can be said again stays what it is.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const me = jid("15550100@s.whatsapp.net"), peer = jid("15550101@s.whatsapp.net"), group = jid("1@g.us");
    ByteView const input{data, size};
    (void)unpad(input);
    for (auto const& chat : {peer, group, me}) {
        DecodeContext const context{.me = me, .chat = chat, .sender = chat == group ? peer : chat, .original = any_poll};
        auto const decoded = decode_content(input, context);
        if (!decoded || !decoded->content) continue;
        auto const& content = *decoded->content;
        if (content.text) fuzz::must(clean(*content.text, 65'536) == *content.text);
        if (content.type == waqtor::MessageType::revoke || content.type == waqtor::MessageType::edit) continue;
        auto const again =
            encode_content(content, {.me = peer, .chat = chat == group ? group : me, .now = {}, .original = any_poll});
        if (!again) continue;
        auto const twice = decode_content(again->message, context);
        fuzz::must(twice && twice->content && twice->content->type == content.type);
        if (content.type == waqtor::MessageType::text) fuzz::must(twice->content->text == content.text);
    }
    return 0;
}
