#pragma once
#include "sandbox/phone/behaviour.hpp"
#include "sandbox/types.hpp"
#include "whatsapp/signal/keys.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace waqtor::sandbox {

class Connection;
class Phone;
struct Account;
struct AppState;

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
    std::list<signal::Bundle::OneTime> prekeys;

    Connection* connection = nullptr;
    bool welcomed = false;   // by the phone, once
    bool active = false;     // takes messages; a passive login asks for them later
    bool available = false;

    struct Pending {
        Node stanza;
        bool sent = false;   // in this connection
    };
    std::list<Pending> pending;   // not acknowledged yet, in order

    Jid pn() const;
    Jid lid() const;
    Jid jid(Server server) const { return server == Server::lid ? lid() : pn(); }
    std::string name() const { return pn().to_string(); }
};

/// A conversation that the phone had before anything was linked to it.
struct HistoryChat {
    struct Message {
        std::string text{};
        bool from_me = false;
        std::chrono::seconds age{60};   // how long ago
        std::string id{};               // empty: one is made
    };
    std::string with;   // digits, or the address of a group
    std::string name{};
    std::uint32_t unread = 0;
    bool archived = false;
    std::vector<Message> messages{};
};

struct Picture {
    std::uint64_t id = 0;   // counts changes
    std::string path;       // of the media store; empty: none
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
    std::shared_ptr<Behaviour const> behaviour;   // null: it does nothing but send delivery receipts
    std::map<std::uint16_t, std::unique_ptr<Device>> devices;
    std::unique_ptr<Phone> phone;

    std::set<Jid> blocked;
    std::map<std::string, std::string> privacy;   // what differs from kPrivacy
    std::string about;                            // empty: the usual sentence
    Picture picture;
    std::set<Device*> watchers;         // subscribed to its presence
    std::map<Account*, Bytes> tokens;   // who may write to it without being known, and with what
    std::set<Account*> contacts;        // exchanged messages: they hear of device changes

    std::vector<HistoryChat> history;
    std::uint32_t history_parts = 1;       // into how many files it goes
    std::unique_ptr<AppState> app_state;   // null until somebody asks for it

    // Troubles, see Sandbox.
    unsigned refused = 0;            // logins are answered with this failure reason (402 for a while, 403, 406 …)
    bool reach_out_locked = false;   // 463 for messages to people it has not exchanged messages with
    bool lid_hidden = false;         // as before the migration: nobody learns its LID
    Bytes key_index_list;            // signed; empty when the devices have changed since

    Jid pn() const { return {.user = Text{number}, .server = Server::user}; }
    Jid lid_jid() const { return {.user = Text{lid}, .server = Server::lid}; }
    Jid jid(Server server) const { return server == Server::lid ? lid_jid() : pn(); }
    Device* device(std::uint16_t wanted) const;
};

struct PrivacyRow {
    std::string_view name;
    std::string_view value;
};
inline constexpr std::array kPrivacy{
    PrivacyRow{"readreceipts", "all"}, PrivacyRow{"profile", "all"},  PrivacyRow{"status", "all"},
    PrivacyRow{"online", "all"},       PrivacyRow{"last", "all"},     PrivacyRow{"groupadd", "all"},
    PrivacyRow{"calladd", "all"},      PrivacyRow{"messages", "all"}, PrivacyRow{"defense", "off"}};

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
    Picture picture;
    bool announcement = false;
    bool locked = false;
    bool approval = false;                       // who joins by a link waits for an admin
    bool members_add = true;                     // every member may add people
    std::uint64_t expires_after = 0;             // seconds
    std::string invite;                          // the code of its link; empty until somebody asks
    std::map<Account*, std::int64_t> requests;   // who waits, and since when
    std::map<Account*, Role> members;
};

/// Everything the service knows. Used from its thread only.
///
/// Phones that nobody has looked for yet sleep: they are a line in a table, and get keys and an Account when account() or device()
/// is asked for them.
struct World {
    std::map<std::string, std::unique_ptr<Account>> accounts;   // by number; without those that sleep
    std::map<std::string, Account*> by_lid;
    std::map<Jid, Group> groups;
    /// Gives a new account its phone.
    std::function<void(Account&)> woke = [](Account&) {};

    Account& add(std::string number, std::string push_name, std::string lid = {});
    /// A phone that sleeps; nothing happens when the number exists. `number` and `lid` in digits.
    void add_sleeping(std::string_view number, std::string name, std::string_view lid, std::shared_ptr<Behaviour const> behaviour);
    /// By phone number or LID; null for strangers.
    Account* account(Jid const& jid);
    Device* device(Jid const& jid);
    Group* group(Jid const& jid);

    struct Known {
        std::string number;
        std::string lid;
    };
    /// Whether the number or LID is registered, without waking anybody.
    std::optional<Known> known(Jid const& jid) const;
    std::size_t size() const { return accounts.size() + by_number_.size(); }

private:
    struct Sleeper {
        std::uint64_t number = 0;
        std::uint64_t lid = 0;
        std::string name;
        std::shared_ptr<Behaviour const> behaviour;
    };
    std::unordered_map<std::uint64_t, Sleeper> by_number_;
    std::unordered_map<std::uint64_t, std::uint64_t> number_of_lid_;
    std::uint64_t lids_ = 0;

    std::string next_lid() { return std::to_string(200'000'000'000'000U + 7919U * ++lids_); }
    Sleeper const* sleeper(Jid const& jid) const;
    Account* wake(Sleeper const& sleeper);
};

}   // namespace waqtor::sandbox
