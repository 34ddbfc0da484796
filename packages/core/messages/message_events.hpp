#pragma once
#include "core/messages/message.hpp"

// What happens to messages. Ids only: the event log is kept longer than names, numbers and texts of people may be.

namespace waqtor {

/// What every event of an outbound message says.
struct OutboundMessage {
    MessageId message;
    SessionId session;
    ChatId chat;
    std::optional<ContactId> contact{};
    std::optional<CampaignId> campaign{};
    std::optional<std::string> reason{};
};

#define WAQTOR_MESSAGE_EVENT_(Type, name, help)         \
    struct Type : OutboundMessage {                     \
        static constexpr std::string_view kName = name; \
        static constexpr int kVersion = 1;              \
        static constexpr std::string_view kHelp = help; \
    };                                                  \
    BOOST_DESCRIBE_STRUCT(Type, (OutboundMessage), ())  \
    template <> inline constexpr auto kFields<Type> = kFields<OutboundMessage>;

BOOST_DESCRIBE_STRUCT(OutboundMessage, (), (message, session, chat, contact, campaign, reason))
template <>
inline constexpr std::array kFields<OutboundMessage>{
    Field{"message", "The message"},
    Field{"session", "The number it is sent from"},
    Field{"chat", "The chat"},
    Field{"contact", "Whom it is for; absent for groups"},
    Field{"campaign", "The campaign it belongs to"},
    Field{"reason", "Why it failed or was cancelled"},
};
WAQTOR_MESSAGE_EVENT_(MessageAccepted, "message.accepted", "A message is on disk and will be sent when its turn comes")
WAQTOR_MESSAGE_EVENT_(MessageQueued, "message.queued", "The message was encrypted and is on its way to WhatsApp")
WAQTOR_MESSAGE_EVENT_(MessageSent, "message.sent", "WhatsApp has taken the message")
WAQTOR_MESSAGE_EVENT_(MessageDelivered, "message.delivered", "The message reached a device of its recipient")
WAQTOR_MESSAGE_EVENT_(MessageRead, "message.read", "The recipient has read the message")
WAQTOR_MESSAGE_EVENT_(MessagePlayed, "message.played", "The recipient has played the voice or video message")
WAQTOR_MESSAGE_EVENT_(MessageFailed, "message.failed", "The message could not be sent; nobody got it")
WAQTOR_MESSAGE_EVENT_(MessageCancelled, "message.cancelled", "The message was taken back before it left")
#undef WAQTOR_MESSAGE_EVENT_

struct MessageReceived {
    static constexpr std::string_view kName = "message.received";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A message came in, or was written on another device of the number";
    MessageId message;
    SessionId session;
    ChatId chat;
    std::optional<ContactId> contact{};
    MessageType type{};
    bool group = false;
    bool from_me = false;
};
BOOST_DESCRIBE_STRUCT(MessageReceived, (), (message, session, chat, contact, type, group, from_me))
template <>
inline constexpr std::array kFields<MessageReceived>{
    Field{"message", "The message"},
    Field{"session", "The number it came to"},
    Field{"chat", "The chat"},
    Field{"contact", "Who wrote it"},
    Field{"type", "Kind of message"},
    Field{"group", "True in a group"},
    Field{"from_me", "True when it was written on another device of this number"},
};

struct MessageChanged {
    static constexpr std::string_view kName = "message.changed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp =
        "A message was edited or deleted for all by its author, or its waiting time was changed";
    MessageId message;
    SessionId session;
    ChatId chat;
    std::vector<std::string> changed;
};
BOOST_DESCRIBE_STRUCT(MessageChanged, (), (message, session, chat, changed))
template <>
inline constexpr std::array kFields<MessageChanged>{
    Field{"message", "The message"},
    Field{"session", "The number"},
    Field{"chat", "The chat"},
    Field{"changed", "What changed: text, revoked, notBefore, media (its file is here now)"},
};

using MessageEvents = boost::mp11::mp_list<MessageAccepted, MessageQueued, MessageSent, MessageDelivered, MessageRead,
                                           MessagePlayed, MessageFailed, MessageCancelled, MessageReceived, MessageChanged>;

}   // namespace waqtor
