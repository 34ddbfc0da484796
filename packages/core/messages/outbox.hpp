#pragma once
#include "core/base/database.hpp"
#include "core/contacts/person.hpp"
#include "core/messages/content.hpp"

namespace waqtor {

using CampaignId = Id<struct CampaignTag>;

/// Who asked for a message.
enum class Origin : std::uint8_t { api, campaign, bot, phone };
BOOST_DESCRIBE_ENUM(Origin, api, campaign, bot, phone)

struct NewMessage {
    SessionId session;
    ContactId contact;                      // or
    std::optional<std::string> address{};   // a group's address, when it is no person
    Content content;
    Origin origin = Origin::api;
    std::optional<CampaignId> campaign{};
    std::optional<Timestamp> not_before{};
};

/// How other features send and take back messages, in their own transaction. core/messages implements it.
class Outbox {
public:
    virtual ~Outbox() = default;

    /// On disk with the caller's transaction; the governor decides when it leaves. Code::forbidden when the contact has opted out
    /// (except for Origin::api and bot answers to their own message), Code::not_found for an unknown session or contact.
    virtual Result<MessageId> accept(Transaction& tx, WorkspaceId workspace, NewMessage const& message) = 0;
    /// Cancels what has not been encrypted yet, at most 1,000 a call: ask again until 0. Returns how many.
    virtual Result<std::int64_t> cancel_for_contact(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                    std::string_view why) = 0;
    virtual Result<std::int64_t> cancel_for_campaign(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                     std::string_view why) = 0;
};

/// A message that came in, as it was stored.
struct ReceivedMessage {
    MessageId id;
    SessionId session;
    ContactId contact;   // who wrote it
    std::string chat;    // address
    bool group = false;
    bool from_me = false;
    Timestamp at{};
    Content content;
};

enum class MessageState : std::uint8_t { accepted, queued, sent, delivered, read, played, failed, cancelled };
BOOST_DESCRIBE_ENUM(MessageState, accepted, queued, sent, delivered, read, played, failed, cancelled)

/// An outbound message went into another state.
struct MessageProgress {
    MessageId id;
    SessionId session;
    ContactId contact;
    std::optional<CampaignId> campaign{};
    MessageState state{};
    std::string reason{};   // of failed and cancelled
    Timestamp at{};
};

/// Features that must act in the very transaction in which a message arrives or changes (opt-out, campaign counters). Readers that
/// can be late use the event log instead.
class MessageHook {
public:
    virtual ~MessageHook() = default;
    virtual Result<void> received(Transaction& tx, WorkspaceId workspace, ReceivedMessage const& message) = 0;
    virtual Result<void> progressed(Transaction& tx, WorkspaceId workspace, MessageProgress const& progress) = 0;
};

}   // namespace waqtor
