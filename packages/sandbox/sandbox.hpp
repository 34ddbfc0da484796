#pragma once
#include "sandbox/phone/phone.hpp"
#include "sandbox/service/app_state.hpp"
#include "sandbox/service/service.hpp"

#include <filesystem>

namespace waqtor::sandbox {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;           // of the WebSocket and the media store; 0 picks a free one
    std::filesystem::path folder{};   // where ca.pem and noise-root.hex are written; empty: nowhere
    std::uint32_t lowest_version = 0;
    std::uint64_t seed = 1;                   // of everything that phones and faults leave to chance
    std::size_t ledger_entries = 1'000'000;   // how many are kept; some 300 bytes each
};

/// A WhatsApp service on loopback with phones, in its own thread. Every function may be called from any other thread and is done
/// when it returns. Throws std::runtime_error from the constructor when it cannot listen or write.
///
/// Numbers are digits or E.164; devices are written user:device@s.whatsapp.net. Code::not_found for phones and devices that do not
/// exist.
class Sandbox {
public:
    explicit Sandbox(Options options = {});
    Sandbox(Sandbox const&) = delete;
    Sandbox& operator=(Sandbox const&) = delete;
    ~Sandbox();

    std::uint16_t port() const;
    /// wss://127.0.0.1:PORT/ws/chat
    std::string url() const;
    /// PEM of the authority that signed the TLS certificate.
    std::string const& tls_root() const;
    noise::TrustRoot noise_root() const;

    /// A number with a phone; nothing happens when it exists.
    void add_phone(std::string number, std::string push_name);
    /// Many at once: they cost little until somebody writes to them. Numbers that exist keep what they have. Code::invalid when
    /// a number is none; then nobody is added.
    Result<void> add_phones(std::vector<PhoneSpec> phones);
    Result<void> set_behaviour(std::string number, Behaviour behaviour);
    /// A group that a phone made. Gives its address.
    Result<std::string> add_group(std::string subject, std::string creator, std::vector<std::string> members);

    /// The phone scans what a client shows.
    Result<void> scan(std::string number, std::string qr);
    /// The phone's owner types the eight characters that a client shows, see Service::enter_code.
    Result<void> enter_code(std::string number, std::string code);
    /// The phone logs the device out.
    Result<void> remove_device(std::string device);
    /// user:device@s.whatsapp.net of each, the phone left out.
    Result<std::vector<std::string>> linked_devices(std::string number);

    /// Conversations that a device gets which is linked later, in so many files.
    Result<void> set_history(std::string number, std::vector<HistoryChat> chats, std::uint32_t parts = 1);
    /// The phone changes its app state, see change_app_state.
    Result<void> change_app_state(std::string number, std::string collection, whatsapp::appstate::Wish wish);
    /// The phone saves a contact in its address book: ["contact", …] in critical_unblock_low.
    Result<void> save_contact(std::string number, std::string contact, std::string full_name);

    /// Text from the phone to a person (digits, or an address) or a group. Gives the message's id.
    Result<std::string> send_text(std::string number, std::string to, std::string text);
    /// The same with a file.
    Result<std::string> send_file(std::string number, std::string to, OutgoingFile file);
    Result<void> read(std::string number, std::string message);
    /// To a message the phone has received; an empty emoji takes it back. Gives the id of the reaction.
    Result<std::string> react(std::string number, std::string message, std::string emoji);
    /// In a poll the phone has received. Gives the id of the vote.
    Result<std::string> vote(std::string number, std::string poll, std::vector<std::string> choices);
    /// Rings at the linked devices of a person. Gives the call's id.
    Result<std::string> call(std::string number, std::string to);
    /// The phone changes a group it is in. `change` is add, remove, promote or demote.
    Result<void> change_members(std::string number, std::string group, std::string change, std::vector<std::string> members);
    Result<void> set_subject(std::string number, std::string group, std::string subject);
    Result<void> leave_group(std::string number, std::string group);
    Result<void> typing(std::string number, std::string to, bool on);
    Result<void> go_online(std::string number, bool on);

    /// Cuts the connections of a linked device, as a bad network would.
    Result<void> disconnect(std::string device);
    /// Ends its connection with a stream error of that code (503, 515 …).
    Result<void> stream_error(std::string device, unsigned code);
    /// Cuts every connection and takes no new one until come_back(), on the same port. What is known stays.
    void go_down();
    void come_back();

    std::uint64_t add_fault(FaultRule rule);
    /// Without a number: all of them.
    void remove_faults(std::optional<std::uint64_t> number = {});
    /// Logins of its devices fail with that reason (402, 403, 406, …) and those that are there are cut; 0 ends it.
    Result<void> ban(std::string number, unsigned reason);
    /// Its devices may write only to people they have exchanged messages with; others are answered 463.
    Result<void> lock_reach_out(std::string number, bool on);
    /// The phone is set up anew: another identity, and no linked devices.
    Result<void> change_identity(std::string number);
    /// Before the migration nobody learns the number's LID; `hidden` = false is the migration.
    Result<void> hide_lid(std::string number, bool hidden);
    Result<void> exhaust_prekeys(std::string device);
    /// Uploads and downloads are answered so much later.
    void slow_media(Milliseconds wait);

    /// Waits until an entry after number `after` fits; Code::timeout otherwise.
    Result<Entry> wait_for(std::function<bool(Entry const&)> fits, std::chrono::milliseconds most, std::uint64_t after = 0);
    std::vector<Entry> ledger(std::uint64_t after = 0);
    /// Every message of linked devices and what became of it at each phone; a row per message and phone, in no order.
    std::vector<Delivery> deliveries();
    /// The same, compared with what should have arrived.
    Tally tally(std::vector<Expected> expected);
    /// Who connected when, oldest first.
    std::vector<Visit> connections();

    /// Runs on the service's thread and waits for it. For everything not worth a function above.
    void on_service(std::function<void(Service&)> work);

private:
    class State;
    std::unique_ptr<State> state_;

    template <class F> auto ask(F work);
};

/// Digits of "+15550101" or "15550101". Code::invalid for anything that is no number of 5 to 15 digits.
Result<std::string> digits_of(std::string_view number);

}   // namespace waqtor::sandbox
