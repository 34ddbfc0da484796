#pragma once
#include "sandbox/service/ledger.hpp"
#include "sandbox/service/world.hpp"
#include "sandbox/wire/authority.hpp"
#include "whatsapp/noise/handshake.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace waqtor::sandbox {

namespace proto {
class ClientPayload;
}
class Connection;

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
};

/// The rules of the service. One thread; everything here runs on the executor's. Connections and phones hand their stanzas in with
/// stanza() and submit(); deliver() hands stanzas out and keeps them until they are acknowledged.
class Service {
public:
    Service(asio::any_io_executor executor, Authority const& authority, Clock const& clock);

    World world;
    Ledger ledger;
    /// Called after something happened that a waiting test may look at.
    std::function<void()> changed = [] {};
    /// Clients with a lower third part of their version are answered 405.
    std::uint32_t lowest_version = 0;
    /// Sees each stanza that is kept for a device before it is: may change it; false loses it. Stays set until it is replaced.
    std::function<bool(Device&, Node&)> fault = [](Device&, Node&) { return true; };
    /// host:port of the media store, told to clients that want to upload.
    std::string media_host;

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
    /// Takes a linked device away: it is told, and its connection ends.
    void unlink(Device& device);

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

    Result<void> register_device(Connection& connection, proto::ClientPayload const& payload);
    Result<void> login(Connection& connection, proto::ClientPayload const& payload);
    void refuse_login(Connection& connection, unsigned reason);
    void pairing_stanza(Connection& connection, Node const& stanza);
    Result<void> finish_pairing(Pairing& pairing, Node const& answer);
    void send_pair_success(Account& account, Pairing& pairing, ByteView adv_secret);
    void announce_devices(Account& account, Device const& device, char const* change);
};

/// The list of devices that are valid now, signed by the account (ADVSignedKeyIndexList).
Bytes signed_key_index_list(Account const& account, std::int64_t now);

}   // namespace waqtor::sandbox
