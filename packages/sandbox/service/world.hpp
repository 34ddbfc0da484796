#pragma once
#include "sandbox/types.hpp"
#include "whatsapp/signal/keys.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace waqtor::sandbox {

class Connection;
class Phone;
struct Account;

/// One device of an account; number 0 is the phone.
struct Device {
    Account* account = nullptr;
    std::uint16_t number = 0;
    crypto::PublicKey noise_key;
    crypto::PublicKey identity;
    std::uint32_t registration_id = 0;
    std::uint32_t key_index = 0;
    Bytes signed_identity;   // ADVSignedDeviceIdentity as the device itself signed it; empty for the phone
    std::string os;          // what the device calls itself

    std::optional<signal::Bundle::Signed> signed_prekey;
    std::deque<signal::Bundle::OneTime> prekeys;

    Connection* connection = nullptr;
    bool active = false;   // takes messages; a passive login asks for them later
    bool available = false;

    struct Pending {
        Node stanza;
        bool sent = false;   // in this connection
    };
    std::deque<Pending> pending;   // not acknowledged yet, in order

    Jid pn() const;
    Jid lid() const;
    Jid jid(Server server) const { return server == Server::lid ? lid() : pn(); }
    std::string name() const { return pn().to_string(); }
};

/// A number with its phone and linked devices.
struct Account {
    Account();
    ~Account();

    std::string number;   // digits
    std::string lid;      // digits
    std::string push_name;
    signal::Identity identity;   // of the phone; it signs the linked devices
    std::uint32_t raw_id = 0;
    std::uint32_t last_key_index = 0;
    std::uint16_t last_device = 0;
    std::map<std::uint16_t, std::unique_ptr<Device>> devices;
    std::unique_ptr<Phone> phone;

    std::set<Jid> blocked;
    std::map<std::string, std::string> privacy{{"readreceipts", "all"}, {"profile", "all"},  {"status", "all"},
                                               {"online", "all"},       {"last", "all"},     {"groupadd", "all"},
                                               {"calladd", "all"},      {"messages", "all"}, {"defense", "off"}};
    std::string about = "Hey there!";
    std::set<Device*> watchers;    // subscribed to its presence
    std::set<Account*> contacts;   // exchanged messages: they hear of device changes

    Jid pn() const { return {.user = Text{number}, .server = Server::user}; }
    Jid lid_jid() const { return {.user = Text{lid}, .server = Server::lid}; }
    Jid jid(Server server) const { return server == Server::lid ? lid_jid() : pn(); }
    Device* device(std::uint16_t wanted) const;
};

enum class Role : std::uint8_t { member, admin, superadmin };

struct Group {
    Jid jid;
    std::string subject;
    std::string subject_by;   // written address
    std::int64_t subject_at = 0;
    Account* creator = nullptr;
    std::int64_t created_at = 0;
    std::string description;
    std::string description_id;
    bool announcement = false;
    bool locked = false;
    std::map<Account*, Role> members;
};

/// Everything the service knows. Used from its thread only.
struct World {
    std::map<std::string, std::unique_ptr<Account>> accounts;   // by number
    std::map<std::string, Account*> by_lid;
    std::map<Jid, Group> groups;

    Account& add(std::string number, std::string push_name);
    /// By phone number or LID; null for strangers.
    Account* account(Jid const& jid) const;
    Device* device(Jid const& jid) const;
    Group* group(Jid const& jid);
};

}   // namespace waqtor::sandbox
