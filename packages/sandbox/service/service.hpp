#pragma once
#include "sandbox/service/deliveries.hpp"
#include "sandbox/service/faults.hpp"
#include "sandbox/service/ledger.hpp"
#include "sandbox/service/media_store.hpp"
#include "sandbox/service/schedule.hpp"
#include "sandbox/service/world.hpp"
#include "sandbox/wire/authority.hpp"
#include "whatsapp/noise/handshake.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace waqtor::whatsapp::proto {
class ClientPayload;
}

namespace waqtor::sandbox {

class Connection;

/// One connection, from the end of its handshake.
struct Visit {
    std::uint64_t number = 0;   // 1, 2, 3 …
    Timestamp opened{};
    std::optional<Timestamp> ended{};   // nothing while it lasts
    std::string device;                 // empty until it logged in, and for those that pair
    std::string how;                    // pairing, login, refused 401 …
};

/// Pairing by code: what the device said first, and the phone's half once somebody typed the code.
struct CodePairing {
    Account* account = nullptr;
    std::string ref;
    Bytes wrapped_ephemeral;
    crypto::PublicKey companion_ephemeral{};
    std::optional<crypto::KeyPair> phone_ephemeral{};
};

/// A device between its registration handshake and its acceptance.
struct Pairing {
    std::weak_ptr<Connection> connection;
    std::vector<std::string> refs;   // what the QR code may start with
    crypto::PublicKey noise_key;
    Device device;                // as far as it is known
    Account* account = nullptr;   // who scanned
    Bytes details;                // the signed ADVDeviceIdentity
    crypto::Signature account_signature{};
    std::string iq;   // id of pair-success
    std::optional<CodePairing> by_code{};
};

/// The rules of the service. One thread; everything here runs on the executor's. Connections and phones hand their stanzas in with
/// stanza() and submit(); deliver() hands stanzas out and keeps them until they are acknowledged.
class Service {
public:
    Service(asio::any_io_executor executor, Authority const& authority, Clock const& clock);

    World world;
    Ledger ledger;
    Deliveries deliveries;
    Faults faults;
    Schedule schedule;
    MediaStore media;
    /// Of everything that phones leave to chance.
    std::uint64_t seed = 1;
    /// Called after something happened that a waiting test may look at.
    std::function<void()> changed = [] {};
    /// Clients with a lower third part of their version are answered 405.
    std::uint32_t lowest_version = 0;
    /// Sees each stanza that is kept for a device before it is: may change it; false loses it. Stays set until it is replaced.
    std::function<bool(Device&, Node&)> fault = [](Device&, Node&) { return true; };
    /// Sees each message before it is relayed.
    std::function<void(Device const&, Node const&)> on_message;
    /// Who scans a code is asked for a passkey, which no client but WhatsApp's own has.
    bool wants_passkey = false;
    /// Sees what the phone says of a device in a pairing (ADVSignedDeviceIdentityHMAC) before it is sent.
    std::function<void(Bytes&)> forge_pairing = [](Bytes&) {};
    /// host:port of the media store, told to clients that want to upload.
    std::string media_host;
    /// Between a finished pairing and the order to restart, as behind a real service, which zapo relies on: it reconnects by
    /// itself, and forgets its pairing when the order still reaches it.
    Milliseconds before_restart{500};

    // What connections tell.
    noise::ServerHandshake new_handshake() const;
    Result<void> connected(std::shared_ptr<Connection> connection, ByteView payload);
    void stanza(Connection& connection, Node const& stanza);
    void disconnected(Connection& connection);
    void note_fault(Connection& connection, std::string const& what);

    /// A stanza of a device that is logged in (or of a phone).
    void submit(Device& from, Node const& stanza);

    // What the other parts use.
    /// Sends at once what needs no acknowledgement; nothing when the device is away. For phones a no-op.
    void send(Device& to, Node const& stanza);
    /// Keeps the stanza until the device acknowledges it; away devices get it after their next login.
    void deliver(Device& to, Node stanza);
    /// Drops what is acknowledged by it.
    void acknowledge(Device& by, Node const& stanza);
    /// Starts handing out messages to a device that was passive.
    void activate(Device& device);

    /// Makes an account with a phone. `number` in digits, or E.164.
    Account& add_account(std::string_view number, std::string push_name);
    /// The phone scans a QR code: bare "ref,noise,identity,secret[,type]", or the same after "#" of an address.
    /// Code::not_found for an unknown or used reference, Code::malformed for text that is no such code.
    Result<void> scan(Account& account, std::string_view qr);
    /// The same with the eight characters that a client shows after it asked for them for this number. Code::not_found when none
    /// did. A wrong code is only noticed once the client has answered: it is refused then, and in the ledger.
    Result<void> enter_code(Account& account, std::string_view code);
    /// Takes a linked device away: it is told, and its connection ends.
    void unlink(Device& device);
    /// The phone is set up anew, with another identity and without linked devices; contacts are told.
    void change_identity(Account& account);
    /// Ends the connection with a stream error of that code. Code::not_found when it is not connected.
    Result<void> stream_error(Device& device, unsigned code);
    /// Takes its one-time prekeys away and says so to the device.
    void exhaust_prekeys(Device& device);
    /// Refuses logins with this reason from now on (402, 403, 406 …), and cuts who is there; 0 ends it.
    void refuse_logins(Account& account, unsigned reason);

    /// The last connections.
    std::deque<Visit> const& visits() const { return visits_; }

    Clock const& clock() const { return clock_; }
    std::int64_t now() const;   // unix seconds
    asio::any_io_executor executor() const { return executor_; }
    std::string new_id() { return std::to_string(++last_id_) + "-" + std::to_string(now() % 100'000); }

private:
    asio::any_io_executor executor_;
    Authority const& authority_;
    Clock const& clock_;
    std::uint64_t last_id_ = 0;
    std::set<std::shared_ptr<Connection>> connections_;
    std::vector<std::shared_ptr<Pairing>> pairings_;
    static constexpr std::size_t kMostVisits = 100'000;
    std::deque<Visit> visits_;

    Visit& visit(Connection const& connection);
    /// Writes on the device's connection, as far as the faults let it.
    void write(Device& to, Node const& stanza);
    void take(Connection& connection, Node const& stanza);
    Result<void> register_device(Connection& connection, whatsapp::proto::ClientPayload const& payload);
    Result<void> login(Connection& connection, whatsapp::proto::ClientPayload const& payload);
    void refuse_login(Connection& connection, unsigned reason);
    void pairing_stanza(Connection& connection, Node const& stanza);
    void pairing_result(Connection& connection, Pairing& pairing, Node const& stanza);
    void pairing_code_stanza(Connection& connection, Pairing& pairing, Node const& stanza);
    Result<Node> begin_code(Pairing& pairing, Node const& wish);
    Result<void> finish_code(Pairing& pairing, Node const& wish);
    Result<void> finish_pairing(Pairing& pairing, Node const& answer);
    void send_pair_success(Account& account, Pairing& pairing, ByteView adv_secret);
    void announce_devices(Account& account, Device const& device, char const* change);
};

/// The list of devices that are valid now, signed by the account (ADVSignedKeyIndexList).
Bytes const& signed_key_index_list(Account& account, std::int64_t now);

}   // namespace waqtor::sandbox
