#pragma once
#include "core/base/database.hpp"
#include "core/contacts/person.hpp"
#include "core/messages/content.hpp"
#include "core/sessions/phone_change.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

// The seam between the product and the WhatsApp engine; packages/whatsapp/adapter implements it, core/sessions uses it.

namespace waqtor {

/// Which session: everything about it belongs to one workspace.
struct SessionRef {
    WorkspaceId workspace;
    SessionId session;
    auto operator<=>(SessionRef const&) const = default;
};

/// Addresses are WhatsApp's own, without a device: "15550101@s.whatsapp.net", "1234@lid", "…@g.us".
using Address = std::string;

enum class ClientPhase : std::uint8_t {
    connecting,
    pairing,       // shows a QR code or waits for the code to be typed
    working,       // logged in, offline queue received
    interrupted,   // connection lost, tries again by itself
    logged_out,    // the phone removed this device; needs linking again
    failed,        // will not try again by itself
};
BOOST_DESCRIBE_ENUM(ClientPhase, connecting, pairing, working, interrupted, logged_out, failed)

/// Why a client is interrupted, logged out or failed.
enum class ClientTrouble : std::uint8_t {
    none,
    network,            // no connection, or it broke
    silent,             // keepalive unanswered
    service_down,       // 500, 503
    replaced,           // the same device logged in elsewhere: never fight
    device_removed,     // unlinked on the phone
    outdated_version,   // 405
    temporary_ban,      // 402, until `until`
    banned,             // 403, 406
    pairing_expired,    // nobody scanned in time
    pairing_refused,    // bad ADV data
    passkey_required,
    protocol,   // the service answered what it should not
};
BOOST_DESCRIBE_ENUM(ClientTrouble, none, network, silent, service_down, replaced, device_removed, outdated_version, temporary_ban,
                    banned, pairing_expired, pairing_refused, passkey_required, protocol)

/// The whole state of a client, told each time any of it changes.
struct ClientState {
    ClientPhase phase = ClientPhase::connecting;
    ClientTrouble trouble = ClientTrouble::none;
    std::string detail{};               // for the log and the operator
    std::optional<Timestamp> until{};   // of a ban; or the next attempt when interrupted
    std::string qr{};                   // while pairing by QR: the text to show
    int qr_attempt = 0;                 // 1…6
    std::optional<Timestamp> qr_expires{};
    std::string code{};   // while pairing by code
    Person me{};          // once linked
};

/// A message that came in. A placeholder and its later decryption carry the same id.
struct Inbound {
    std::string id;   // WhatsApp's
    Address chat;
    Person from;            // who wrote it
    bool from_me = false;   // written on another device of this number
    bool group = false;
    bool history = false;   // from the phone's history, not new
    Timestamp at{};
    Content content;
};

enum class ReceiptKind : std::uint8_t { delivered, read, played };
BOOST_DESCRIBE_ENUM(ReceiptKind, delivered, read, played)

struct Receipt {
    std::vector<std::string> ids;   // WhatsApp's
    Address chat;
    Person from;
    ReceiptKind kind = ReceiptKind::delivered;
    Timestamp at{};
};

/// Whether somebody is there now; told only of people whose presence is watched.
struct PresenceNews {
    Person who;
    bool available = false;
    std::optional<Timestamp> last_seen{};
};

/// Why WhatsApp did not take a message.
enum class Refusal : std::uint8_t {
    not_on_whatsapp,
    reach_out_locked,   // 463: no new contacts until it ends
    rate_limited,
    not_allowed,   // not a member, not an admin, blocked
    media_failed,
    other,
};
BOOST_DESCRIBE_ENUM(Refusal, not_on_whatsapp, reach_out_locked, rate_limited, not_allowed, media_failed, other)

struct Outgoing {
    MessageId id;
    std::string whatsapp_id;   // chosen by us before the first try and never changed
    Address to;
    Content content;
};

/// Hears what happens to the sessions. Calls come on the session's strand. Those with a Transaction run inside the one that commits
/// the client's own state (ratchets, stored frames): when they fail, nothing of it happened and the client tries again.
class SessionListener {
public:
    virtual ~SessionListener() = default;

    virtual void state_changed(SessionRef session, ClientState const& state) = 0;
    /// First in every transaction of the client: fails when this process no longer owns the session.
    virtual Result<void> fence(Transaction& tx, SessionRef session) = 0;

    virtual Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) = 0;
    virtual Result<void> receipt(Transaction& tx, SessionRef session, Receipt const& receipt) = 0;
    /// The encrypted frame is on disk with this transaction; from now on the client itself repeats it, same id and bytes, until
    /// one of the next two.
    virtual Result<void> committed(Transaction& tx, SessionRef session, MessageId message) = 0;
    virtual Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp at) = 0;
    virtual Result<void> refused(Transaction& tx, SessionRef session, MessageId message, Refusal why, std::string_view detail) = 0;

    /// Set on the phone or any device of the number, this one included. The same change may come again.
    virtual Result<void> phone_changed(Transaction&, SessionRef, PhoneChange const&) { return {}; }
    virtual void presence_changed(SessionRef, PresenceNews const&) {}
};

struct NumberCheck {
    std::string phone;   // E.164, as asked
    bool exists = false;
    std::optional<Address> address{};
    std::optional<std::string> lid{};
};

class AccountCalls;   // core/sessions/account_calls.hpp

/// Evidence of health.
struct ClientFigures {
    std::optional<Timestamp> last_frame{};
    std::optional<Milliseconds> keepalive_round_trip{};
    std::optional<Milliseconds> ack_latency{};   // of the last acknowledged message
    std::int64_t unacknowledged = 0;
    std::optional<Timestamp> oldest_unacknowledged{};
    std::vector<std::string> unreadable_settings{};   // collections of app state whose MACs do not fit, and why
    std::vector<std::string> lost_history{};          // why pieces of the phone's history could not be read; the last ten
};

/// One session's engine. All calls on its executor. Destroy it only after stop() has returned.
class WhatsAppClient {
public:
    virtual ~WhatsAppClient() = default;

    /// Connects, links when not linked yet, and stays connected. Returns at once; the listener hears the rest.
    virtual void start() = 0;
    /// Closes the connection and waits for everything under way. Idempotent.
    virtual asio::awaitable<void> stop() = 0;
    /// Unlinks the device on WhatsApp's side when connected, and forgets the keys in any case.
    virtual Task<void> logout() = 0;
    /// Links by an 8-character code for this number (E.164) instead of a QR code. Only while pairing.
    virtual Task<std::string> pairing_code(std::string phone) = 0;

    /// Encrypts, commits and writes. Returns when the frame is on disk and handed to the socket; the listener hears the rest.
    /// Code::unavailable when not working, Code::not_found when nobody has this address, Code::invalid for content that cannot be
    /// sent. A file (`media.file` without `media.remote`) is uploaded first: Code::gone when it is not stored any more,
    /// Code::too_large, Code::timeout when no media host took it now. In all these cases nothing was committed.
    virtual Task<void> send(Outgoing message) = 0;
    /// Fetches the file of a message that came (`media.remote`) into the media store and checks its hashes; gives its id there.
    /// Code::gone when WhatsApp keeps it no more, Code::malformed when it is not what the message said, Code::invalid without
    /// `remote`, Code::unavailable when not working, Code::timeout when no media host gave it now.
    virtual Task<std::string> download(MessageType type, Media media) = 0;
    /// At most 500 numbers. Code::unavailable when not working.
    virtual Task<std::vector<NumberCheck>> check(std::vector<std::string> phones) = 0;
    virtual Task<void> mark_read(Address chat, std::vector<std::string> ids, std::optional<Address> sender) = 0;
    /// The same for voice messages and videos that were listened to or watched.
    virtual Task<void> mark_played(Address chat, std::vector<std::string> ids, std::optional<Address> sender) = 0;
    virtual Task<void> typing(Address chat, bool on) = 0;
    virtual ClientFigures figures() const = 0;
    /// Everything beside messages; lives as long as the client. Null when the engine can do none of it.
    virtual AccountCalls* account_calls() { return nullptr; }
};

/// Makes clients. `executor` is where the session lives; `listener` outlives the client.
class WhatsAppClients {
public:
    virtual ~WhatsAppClients() = default;
    virtual std::unique_ptr<WhatsAppClient> make(SessionRef session, asio::any_io_executor executor, SessionListener& listener,
                                                 std::string proxy) = 0;
    /// Removes what the engine has stored of a session, in the caller's transaction.
    virtual Result<void> forget(Transaction& tx, SessionRef session) = 0;
};

}   // namespace waqtor
