#include "server/routes/message_routes.hpp"

#include "core/accounts/account_api.hpp"
#include "server/routes/messages_23.hpp"

namespace waqtor {

// ---- bodies of 2.3. Fields they do not name are variables of the text.

struct SendText {
    std::string phone;
    std::string message;
    std::optional<SessionId> session{};
    std::map<std::string, std::string> rest{};
};
BOOST_DESCRIBE_STRUCT(SendText, (), (phone, message, session))
template <>
inline constexpr std::array kFields<SendText>{
    Field{"phone", "Number with country code", 1, 64, Format::single_line},
    Field{"message", "Text; {{name}} and {name} are replaced by the other fields", 1, 65536},
    Field{"session", "The number to send from; by default the first that works"},
};

struct SendToChat {
    std::string chat_id;
    std::string message;
    std::optional<SessionId> session{};
};
BOOST_DESCRIBE_STRUCT(SendToChat, (), (chat_id, message, session))
template <>
inline constexpr std::array kFields<SendToChat>{
    Field{"chat_id", "15550100@c.us, a number, or a group …@g.us", 1, 128, Format::single_line},
    Field{"message", "Text", 1, 65536},
    Field{"session", "The number to send from; by default the first that works"},
};

struct SendMedia {
    std::string phone;
    std::string media_url;
    std::optional<std::string> caption{};
    std::optional<std::string> filename{};
    std::optional<SessionId> session{};
};
BOOST_DESCRIBE_STRUCT(SendMedia, (), (phone, media_url, caption, filename, session))
template <>
inline constexpr std::array kFields<SendMedia>{
    Field{"phone", "Number with country code", 1, 64, Format::single_line},
    Field{"media_url", "Where to fetch the file: http or https, no private address", 8, 2048, Format::single_line},
    Field{"caption", "Text with it", 1, 65536},
    Field{"filename", "Its name", 1, 255, Format::single_line},
    Field{"session", "The number to send from; by default the first that works"},
};

struct SendBulk {
    std::vector<BulkRecipient> recipients;
    std::optional<SessionId> session{};
};
BOOST_DESCRIBE_STRUCT(SendBulk, (), (recipients, session))
template <>
inline constexpr std::array kFields<SendBulk>{
    Field{"recipients", "Who gets what", 1, 1000},
    Field{"session", "The number to send from; by default the first that works"},
};

struct BulkMode {
    std::string mode;
};
BOOST_DESCRIBE_STRUCT(BulkMode, (), (mode))
template <> inline constexpr std::array kFields<BulkMode>{Field{"mode", "instant: every recipient's result is here"}};

namespace {

SendMessage wish_of(SendText wish) {
    return {
        .session = wish.session, .to = std::move(wish.phone), .text = std::move(wish.message), .variables = std::move(wish.rest)};
}

Task<SentText> send_as_23(MessageDesk& desk, Caller who, SendMessage wish, std::string key) {
    auto const to = wish.to.value_or("");
    CO_TRY(auto const sent, co_await desk.send(std::move(who), std::move(wish), std::move(key)));
    co_return SentText{sent.id, sent.created_at, to};
}

RouteDoc sending(std::string_view id, std::string_view summary) {
    return {.id = id,
            .summary = summary,
            .tag = "Messages",
            .scope = Scope::messages_send,
            .success = 202,
            .errors = {Code::not_found, Code::conflict},
            .idempotent = true};
}

RouteDoc changing(std::string_view id, std::string_view summary, unsigned success = 202) {
    return {.id = id,
            .summary = summary,
            .tag = "Messages",
            .scope = Scope::messages_send,
            .success = success,
            .errors = {Code::not_found, Code::conflict}};
}

RouteDoc reading(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Messages", .scope = Scope::messages_read, .errors = {Code::not_found}};
}

void declare_sending(Router& api, MessageDesk& desk) {
    api.post<SendMessage, Message>("/api/messages", sending("messages.send", "Send a message: it is on disk when this answers"),
                                   [&](Caller who, SendMessage wish, Context context) {
                                       return desk.send(std::move(who), std::move(wish), context.idempotency_key);
                                   });
    api.post<SendText, SentText>("/api/messages/send-text", sending("messages.send_text", "Send a text (as in 2.3)"),
                                 [&](Caller who, SendText wish, Context context) {
                                     return send_as_23(desk, std::move(who), wish_of(std::move(wish)), context.idempotency_key);
                                 });
    api.post<SendToChat, SentText>("/api/sendMessage", sending("messages.send_to_chat", "Send a text to a chat (as in 2.3)"),
                                   [&](Caller who, SendToChat wish, Context context) {
                                       return send_as_23(desk, std::move(who),
                                                         {.session = wish.session, .to = wish.chat_id, .text = wish.message},
                                                         context.idempotency_key);
                                   });
    api.post<SendMedia, SentText>("/api/messages/send-media",
                                  sending("messages.send_media", "Fetch a file and send it (as in 2.3)"),
                                  [&](Caller who, SendMedia wish, Context context) {
                                      return send_as_23(desk, std::move(who),
                                                        {.session = wish.session,
                                                         .to = wish.phone,
                                                         .text = wish.caption,
                                                         .media = MediaWish{.url = wish.media_url, .name = wish.filename}},
                                                        context.idempotency_key);
                                  });
    using Bulk = DataAnd<BulkAnswer, BulkMode>;
    api.post<SendBulk, Bulk>(
        "/api/messages/send-bulk", sending("messages.send_bulk", "Send texts to many (as in 2.3)"),
        [&](Caller who, SendBulk wish, Context context) -> Task<Bulk> {
            std::vector<SendMessage> all;
            for (auto& one : wish.recipients)
                all.push_back(wish_of({std::move(one.phone), std::move(one.message), wish.session, std::move(one.rest)}));
            CO_TRY(auto answer, co_await desk.send_all(std::move(who), std::move(all), context.idempotency_key));
            co_return Bulk{std::move(answer), {"instant"}};
        });
}

void declare_reading(Router& api, MessageDesk& desk) {
    api.get<ListMessages, Page<Message>>("/api/messages",
                                         reading("messages.list", "List or search messages, newest first; totals end at 10,000"),
                                         [&](Caller who, ListMessages wish) { return desk.list(std::move(who), std::move(wish)); });
    api.get<WhichMessage, Message>("/api/messages/{id}", reading("messages.get", "Read one message with its reactions"),
                                   [&](Caller who, WhichMessage which) { return desk.get(std::move(who), which.id); });
    api.get<WhichMessage, Timeline>("/api/messages/{id}/timeline",
                                    reading("messages.timeline", "What happened to a message, and why it waits"),
                                    [&](Caller who, WhichMessage which) { return desk.timeline(std::move(who), which.id); });
    api.get<ListRequest, Page<Chat>>("/api/chats", reading("chats.list", "List chats, the latest first"),
                                     [&](Caller who, ListRequest wish) { return desk.chats(std::move(who), page_of(wish)); });
}

void declare_changes(Router& api, MessageDesk& desk) {
    api.post<WhichMessage, Message>("/api/messages/{id}/cancel",
                                    changing("messages.cancel", "Take a message back that has not left", 200),
                                    [&](Caller who, WhichMessage which) { return desk.cancel(std::move(who), which.id); });
    api.post<RescheduleMessage, Message>("/api/messages/{id}/reschedule",
                                         changing("messages.reschedule", "Send a message that has not left at another time", 200),
                                         [&](Caller who, RescheduleMessage wish) { return desk.reschedule(std::move(who), wish); });
    api.patch<EditMessage, Message>("/api/messages/{id}", changing("messages.edit", "Change the text of a message that was sent"),
                                    [&](Caller who, EditMessage wish) { return desk.edit(std::move(who), std::move(wish)); });
    api.del<WhichMessage, Message>("/api/messages/{id}", changing("messages.revoke", "Delete a message that was sent for all"),
                                   [&](Caller who, WhichMessage which) { return desk.revoke(std::move(who), which.id); });
    api.post<ReactToMessage, Message>("/api/messages/{id}/reaction", changing("messages.react", "React to a message"),
                                      [&](Caller who, ReactToMessage wish) { return desk.react(std::move(who), std::move(wish)); });
    api.post<VoteInPoll, Message>("/api/messages/{id}/vote", changing("messages.vote", "Vote in a poll"),
                                  [&](Caller who, VoteInPoll wish) { return desk.vote(std::move(who), std::move(wish)); });
    api.post<WhichMessage, Message>("/api/messages/{id}/played",
                                    changing("messages.played", "Mark a voice message or video as played", 200),
                                    [&](Caller who, WhichMessage which) { return desk.played(std::move(who), which.id); });
    api.post<WhichChat, Chat>("/api/chats/{id}/read", changing("chats.read", "Mark everything in a chat as read", 200),
                              [&](Caller who, WhichChat which) { return desk.read_chat(std::move(who), which.id); });
    api.post<TypingWish, Chat>("/api/chats/{id}/typing", changing("chats.typing", "Show or stop \"typing…\"", 200),
                               [&](Caller who, TypingWish wish) { return desk.typing(std::move(who), wish); });
}
}   // namespace

void declare_message_routes(Router& api, MessageDesk& desk) {
    declare_sending(api, desk);
    declare_reading(api, desk);
    declare_changes(api, desk);
}

}   // namespace waqtor
