#pragma once
#include "core/contacts/contact_directory.hpp"
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"
#include "core/messages/governor_store.hpp"
#include "core/messages/message_store.hpp"
#include "core/messages/sender.hpp"
#include "core/sessions/session_traffic.hpp"

#include <atomic>
#include <stop_token>

namespace waqtor {

/// What the services of this feature work with. All of it outlives them; all of it may be used from any thread.
struct MessageParts {
    Database& db;
    MessageStore& messages;
    GovernorStore& governor;
    ContactDirectory& contacts;
    EventLog& events;
    EventBus& bus;
    Clock const& clock;
    Pacing pacing = Pacing::on;
};

/// The way of every message: accepted, sent, received, with each change of state exactly once. What people do with messages over
/// the API is in message_desk.hpp.
///
/// States of an outgoing message go only forward: accepted → queued (its frame is on disk) → sent (WhatsApp's ack) → delivered →
/// read → played, or failed from accepted and queued, or cancelled from accepted. Steps that were skipped (a receipt before the
/// ack) are told as well, in order.
class MessageService final : public Outbox, public SessionTraffic, public ContactHook {
public:
    explicit MessageService(MessageParts parts) : parts_{parts} {}

    /// Before anything is accepted or dispatched. Both outlive this.
    void connect(Sender& sender, SessionDirectory& sessions) { sender_ = &sender, sessions_ = &sessions; }
    /// Hooks are called in the order they were added. Before anything runs.
    void add_hook(MessageHook& hook) { hooks_.push_back(&hook); }

    MessageParts const& parts() const { return parts_; }
    Sender* sender() const { return sender_; }
    SessionDirectory* sessions() const { return sessions_; }

    // ---- Outbox
    Result<MessageId> accept(Transaction& tx, WorkspaceId workspace, NewMessage const& message) override;
    Result<std::int64_t> cancel_for_contact(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                            std::string_view why) override;
    Result<std::int64_t> cancel_for_campaign(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                             std::string_view why) override;
    /// accept(), and gives the whole row.
    Result<MessageRow> accept_row(Transaction& tx, WorkspaceId workspace, NewMessage const& message);
    /// accept_row() with an id that was told before, for a session that was found in this transaction, and `to` as well; nobody for
    /// a group.
    Result<MessageRow> accept_known(Transaction& tx, WorkspaceId workspace, NewMessage const& message, ContactCardRow const* to,
                                    MessageId id);
    /// Code::conflict when it has left already (or ended otherwise).
    Result<void> cancel(Transaction& tx, WorkspaceId workspace, MessageId message, std::string_view why);

    // ---- ContactHook
    Result<void> merged(Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId gone) override;
    Result<void> opted_out(Transaction& tx, WorkspaceId workspace, ContactId contact) override;

    /// A message of the session may have become due: its dispatcher looks once the transaction in progress is on disk.
    void wake(Transaction& tx, SessionRef session);

    // ---- SessionTraffic
    Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) override;
    Result<void> receipt(Transaction& tx, SessionRef session, Receipt const& receipt) override;
    /// Code::conflict when the message was cancelled, or its recipient has opted out of what it is: it must not leave.
    Result<void> committed(Transaction& tx, SessionRef session, MessageId message) override;
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) override;
    Result<void> refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) override;
    /// A person in the phone's address book becomes a contact with that name; chats keep their own settings.
    Result<void> phone_changed(Transaction& tx, SessionRef session, PhoneChange const& change) override;
    Task<void> hold(SessionRef session, std::string reason, Timestamp until) override;

    /// As the governor allows. All state is in the store: after a crash it goes on where the last commit left it.
    asio::awaitable<void> dispatch(SessionRef session, std::stop_token stop) override;

    /// The limits of a session: the defaults, with what the workspace and then the session have chosen laid over them.
    Result<GovernorLimits> limits(Transaction& tx, SessionRef session);
    Result<SessionPace> pace(Transaction& tx, SessionRef session);
    /// What the governor wants to know of a chat and its person.
    Result<Addressee> recipient(Transaction& tx, WorkspaceId workspace, ChatRow const& chat);

private:
    friend class Dispatcher;

    Result<void> advance(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState to, Timestamp at);
    Result<void> end(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState how, std::string reason);
    Result<void> tell(Transaction& tx, WorkspaceId workspace, MessageStanding const& standing, MessageState state,
                      std::string const& reason, Timestamp at);
    Result<std::int64_t> cancel_all(Transaction& tx, WorkspaceId workspace, std::vector<MessageStanding> const& all,
                                    std::string_view why);
    Result<void> apply_to_target(Transaction& tx, WorkspaceId workspace, ChatId chat, bool by_us, std::optional<ContactId> by,
                                 Content const& content, Timestamp at);
    /// Rises from each to the next, also within a millisecond: what was accepted first leaves first.
    MessageId next_id(Timestamp now);
    std::atomic<std::uint32_t>& doorbell(SessionId session) {
        return doorbells_[std::hash<SessionId>{}(session) % doorbells_.size()];
    }

    MessageParts parts_;
    Sender* sender_ = nullptr;
    SessionDirectory* sessions_ = nullptr;
    std::vector<MessageHook*> hooks_;
    std::atomic<std::uint64_t> last_id_{0};   // milliseconds, and below them 12 bits of a counter
    /// Counted up whenever a message of a session with that number is accepted; sessions may share one.
    std::array<std::atomic<std::uint32_t>, 1024> doorbells_{};
};

}   // namespace waqtor
