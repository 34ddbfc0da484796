#pragma once
#include "core/accounts/caller.hpp"
#include "core/messages/media_service.hpp"
#include "core/messages/message_api.hpp"
#include "core/messages/message_service.hpp"

namespace waqtor {

/// What people and programs do with messages over the API. Callers are passed by value; sessions a key may not use do not exist for
/// it.
class MessageDesk {
public:
    MessageDesk(MessageService& messages, MediaService& media, TemplateStore& templates)
        : messages_{messages}, parts_{messages.parts()}, media_{media}, templates_{templates} {}

    /// On disk when it returns. The same `key` within 24 hours gives the same message; with another wish Code::invalid.
    /// Code::conflict when the session is not working and the wish says to fail then.
    Task<Message> send(Caller who, SendMessage wish, std::string key);
    /// Many at once: each is accepted or refused by itself.
    Task<BulkAnswer> send_all(Caller who, std::vector<SendMessage> wishes, std::string key);

    Task<Page<Message>> list(Caller who, ListMessages wish);
    Task<Message> get(Caller who, MessageId message);
    Task<Timeline> timeline(Caller who, MessageId message);
    /// Code::conflict when it has left.
    Task<Message> cancel(Caller who, MessageId message);
    Task<Message> reschedule(Caller who, RescheduleMessage wish);
    /// Each sends a message that does it; gives that one. Code::conflict when the target has not left or is not ours to change.
    Task<Message> edit(Caller who, EditMessage wish);
    Task<Message> revoke(Caller who, MessageId message);
    Task<Message> react(Caller who, ReactToMessage wish);
    /// Code::invalid for a choice the poll has not.
    Task<Message> vote(Caller who, VoteInPoll wish);
    /// Tells WhatsApp that a voice message or video that came was played. Code::conflict for anything else.
    Task<Message> played(Caller who, MessageId message);

    Task<Page<Chat>> chats(Caller who, PageRequest page);
    /// Tells WhatsApp that everything incoming was read.
    Task<Chat> read_chat(Caller who, ChatId chat);
    Task<Chat> typing(Caller who, TypingWish wish);

    /// Forgets old idempotency keys. Returns how many.
    Task<std::int64_t> purge();

private:
    struct Prepared;
    struct Composed;

    Task<Prepared> prepare(Caller const& who, SendMessage wish);
    Result<MessageRow> accept(Transaction& tx, Caller const& who, Prepared const& wish, MessageId id);
    Result<Composed> compose(Transaction& tx, Caller const& who, Prepared const& wish);
    Result<void> apply_template(Transaction& tx, WorkspaceId workspace, SendMessage const& wish, ContactCardRow const* person,
                                Content& content);
    Result<MessageRow> find(Transaction& tx, Caller const& who, MessageId message);
    /// How WhatsApp names the author of a message, which it wants in groups; nothing elsewhere and for ours.
    Result<std::optional<Address>> author_in_group(Transaction& tx, WorkspaceId workspace, ChatRow const& chat,
                                                   MessageRow const& message);
    Result<ChatRow> find_chat(Transaction& tx, Caller const& who, ChatId chat);
    Task<Message> act_on(Caller who, MessageId target, Content content, bool ours_only);

    MessageService& messages_;
    MessageParts const& parts_;
    MediaService& media_;
    TemplateStore& templates_;
};

}   // namespace waqtor
