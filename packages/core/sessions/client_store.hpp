#pragma once
#include "core/base/bytes.hpp"
#include "core/sessions/whatsapp_client.hpp"

// Where the WhatsApp engine keeps what it must not lose. The engine gives names and bytes a meaning; storage only keeps them, so
// that neither knows the other.

namespace waqtor {

/// Kinds of small named values of a session. All hold secrets or tell of people: a store on disk seals them.
enum class ClientValueKind : std::uint8_t {
    credentials,     // one, with an empty name: who this device is
    session,         // device → ratchets with it
    sender_key,      // group and sender → sender keys
    identity,        // device → its identity key
    prekey,          // id → one-time key pair
    signed_prekey,   // id → signed key pair
    lid,             // phone address → LID address
    phone,           // LID address → phone address
    devices,         // person → device list
    group,           // group → members, and who has our sender key
    app_state,       // collection → version and hash; its parts → what is in it
    app_state_key,   // id → key
    history,         // message of the phone → piece of history to be read
    token,           // person → leave to write to them
    other,
};
BOOST_DESCRIBE_ENUM(ClientValueKind, credentials, session, sender_key, identity, prekey, signed_prekey, lid, phone, devices, group,
                    app_state, app_state_key, history, token, other)

struct ClientValue {
    std::string name;
    Bytes value;
};
BOOST_DESCRIBE_STRUCT(ClientValue, (), (name, value))

/// A message that was encrypted. Its frame stays until the service has acknowledged it; the plain message stays longer, because a
/// device that cannot read its copy asks again.
struct ClientFrame {
    std::string whatsapp_id;
    std::optional<MessageId> message{};   // none: the engine's own
    std::string chat;                     // address
    Bytes plain;                          // the message as it is encrypted, not padded; sealed on disk
    Bytes attributes;                     // what a repetition needs beside it
    Bytes frame;                          // the encoded stanza; empty once acknowledged
    Timestamp at{};
};

/// What became of an inbound id.
enum class ClientReceived : std::uint8_t {
    first,      // not seen before
    readable,   // seen, but could not be read until now
    repeated,   // nothing new
};

/// Everything runs inside the caller's transaction.
class ClientStore {
public:
    virtual ~ClientStore() = default;

    /// In the order asked for; empty where there is none.
    virtual Result<std::vector<Bytes>> get(Transaction& tx, SessionId session, ClientValueKind kind,
                                           std::vector<std::string> const& names) = 0;
    virtual Result<std::vector<ClientValue>> list(Transaction& tx, SessionId session, ClientValueKind kind) = 0;
    virtual Result<void> put(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name, BytesView value) = 0;
    virtual Result<void> remove(Transaction& tx, SessionId session, ClientValueKind kind, std::string_view name) = 0;

    /// False, and nothing changed, when a frame of that id exists.
    virtual Result<bool> add_frame(Transaction& tx, SessionId session, ClientFrame const& frame) = 0;
    virtual Result<std::optional<ClientFrame>> frame(Transaction& tx, SessionId session, std::string_view whatsapp_id) = 0;
    /// Those not acknowledged, oldest first, at most `limit` with a later `at` than the given one or the same and a larger id.
    virtual Result<std::vector<ClientFrame>> unacknowledged(Transaction& tx, SessionId session, Timestamp at,
                                                            std::string_view after_id, std::int64_t limit) = 0;
    /// Drops the bytes of a frame. False when there was none waiting.
    virtual Result<bool> acknowledge(Transaction& tx, SessionId session, std::string_view whatsapp_id) = 0;

    /// Remembers an inbound id; `readable` false means that it could not be decrypted.
    virtual Result<ClientReceived> note_received(Transaction& tx, SessionId session, std::string_view id, bool readable,
                                                 Timestamp at) = 0;
    /// How often an id was noted without being readable; 0 for unknown ids, nothing when it was readable.
    virtual Result<std::optional<std::int64_t>> unreadable(Transaction& tx, SessionId session, std::string_view id) = 0;

    /// Keeps what is needed to read what others seal with a message's secret (votes, edits). The first of an id stays.
    virtual Result<void> keep_original(Transaction& tx, SessionId session, std::string_view whatsapp_id, BytesView value,
                                       Timestamp at) = 0;
    /// Empty when there is none.
    virtual Result<Bytes> original(Transaction& tx, SessionId session, std::string_view whatsapp_id) = 0;

    /// Removes acknowledged messages and inbound ids from before that.
    virtual Result<void> tidy(Transaction& tx, SessionId session, Timestamp before) = 0;
    /// Removes originals from before that.
    virtual Result<void> tidy_originals(Transaction& tx, SessionId session, Timestamp before) = 0;
    /// Removes everything of the session.
    virtual Result<void> forget(Transaction& tx, SessionId session) = 0;
};

}   // namespace waqtor
