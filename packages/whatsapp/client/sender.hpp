#pragma once
#include "whatsapp/client/groups.hpp"
#include "whatsapp/client/sessions.hpp"
#include "whatsapp/messaging/content_codec.hpp"

namespace waqtor::whatsapp {

/// Sends messages: each is encrypted and committed as a frame before its first byte leaves, and the same bytes are sent again
/// after each reconnect until the service has acknowledged them.
class Sender {
public:
    Sender(Context& context, Directory& directory, Sessions& sessions, Groups& groups)
        : context_{context}, directory_{directory}, sessions_{sessions}, groups_{groups} {}

    /// As WhatsAppClient::send, for what has been encoded.
    Task<void> send(MessageId message, std::string whatsapp_id, Jid to, messaging::Encoded form);
    /// A message for the own phone alone (category=peer), kept with `with` until it is acknowledged. The channel must stand; the
    /// session need not be working yet.
    Task<void> to_phone(Bytes message, Draft with = {});
    /// Queues everything the service has not acknowledged. After each login, before new messages.
    Task<void> repeat();
    /// `<ack class=message>`.
    Task<void> acknowledged(Node ack);
    /// `<receipt type=retry>`: encrypts the message again for the one device that could not read it.
    Task<void> resend(Node receipt);

    /// The device was unlinked: nothing waits any more.
    void forget() { waiting_.clear(); }

    std::int64_t waiting() const { return static_cast<std::int64_t>(waiting_.size()); }
    /// When the oldest message that is not acknowledged was made, and when it was last sent.
    std::optional<Timestamp> oldest() const;
    std::optional<Timestamp> oldest_sent() const;
    std::optional<Milliseconds> ack_latency() const { return ack_latency_; }

private:
    struct Waiting {
        std::optional<MessageId> message;
        Timestamp at{};     // of the first try
        Timestamp sent{};   // of the latest
    };
    struct Order;
    class Encrypt;
    class Direct;
    class ToGroup;
    class Again;
    class ToPhone;

    Context& context_;
    Directory& directory_;
    Sessions& sessions_;
    Groups& groups_;
    std::map<std::string, Waiting, std::less<>> waiting_;
    std::vector<Bytes> late_;   // committed after repeat() has looked, before new messages go out again
    std::optional<Milliseconds> ack_latency_;

    Task<void> answer_retry(Node const& receipt);
    Task<void> renew_session(Jid device, Node const& receipt, std::uint64_t count);
    Task<void> send_direct(std::shared_ptr<Order> order);
    Task<void> send_group(std::shared_ptr<Order> order);
    Task<void> commit_and_send(std::shared_ptr<Order> order, std::shared_ptr<Encrypt> job);
    Task<Bytes> with_group_key(Jid group, Bytes message);
    void hand_over(std::shared_ptr<Line> const& line, Bytes frame);
};

/// Adds `<device-identity>`, which must go with every pkmsg.
void add_device_identity(Node& stanza, Account const& account);
Node enc_node(signal::Ciphertext message, std::string_view media_type, bool hide_failure);
/// With 1 to 15 bytes of padding, as it is encrypted.
Bytes padded(Bytes message);
/// "3EB0" and 18 hex digits.
std::string new_message_id();

}   // namespace waqtor::whatsapp
