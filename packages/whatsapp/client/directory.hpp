#pragma once
#include "whatsapp/client/context.hpp"
#include "whatsapp/client/together.hpp"
#include "whatsapp/messaging/account_stanzas.hpp"

#include <set>

namespace waqtor::whatsapp {

/// Who is who: phone address and LID of the same person, and which devices a person has.
class Directory {
public:
    explicit Directory(Context& context);

    /// The LID address when it is known, otherwise the address itself; the device number stays. Ratchets are kept under these.
    Task<Jid> canonical(Jid jid);
    /// The phone address of a LID; nothing when unknown.
    Task<std::optional<Jid>> phone_of(Jid lid);
    /// What the product is told about a person.
    Task<Person> person(Jid jid, std::string name = {});

    /// Notes with the draft that both are the same person. Nothing happens when that is known, or one is missing.
    Task<void> learn(Draft& draft, std::optional<Jid> phone, std::optional<Jid> lid);

    /// All devices of these people, canonical, in the order of the people; asks the service where the list is unknown or old.
    /// People nobody has are left out.
    Task<std::vector<Jid>> devices(std::vector<Jid> people);
    /// A person's device list has changed: the next devices() asks again.
    Task<void> devices_changed(Jid person, std::optional<Jid> lid = {});
    /// A person has a new phone: its sessions and identities are worth nothing any more.
    Task<void> identity_changed(Jid person, std::optional<Jid> lid = {});

    /// A person's leave for us to write to them; an older one changes nothing.
    Task<void> keep_token(Draft& draft, messaging::PrivacyToken token);
    /// Empty when there is none, or it has run out.
    Task<Bytes> token(Jid person);
    /// What goes with a message to a person: their token, else one made for strangers; nothing without either.
    Task<std::optional<Node>> leave_to_write(Jid person);
    /// When we last gave them ours.
    Task<std::optional<Timestamp>> token_issued(Jid person);
    Task<void> note_token_issued(Draft& draft, Jid person, Timestamp at);

    Task<std::vector<NumberCheck>> check(std::vector<std::string> phones);

private:
    struct Entry {
        Jid jid;
        std::optional<Jid> lid;
        std::optional<std::vector<std::uint16_t>> devices;

        Jid main() const { return lid.value_or(jid); }
    };
    using Entries = std::map<Jid, Entry>;   // by the address asked for

    Context& context_;
    Together<Jid, Entries> lists_;

    Task<Entries> learn_devices(std::vector<Jid> people);
    Task<std::vector<Entry>> ask_devices(std::vector<Jid> people);
    Task<std::optional<std::vector<std::uint16_t>>> stored_devices(Jid person);
};

/// The name of the secret (ClientValueKind::other) that tokens for strangers are made with.
inline constexpr std::string_view kTokenSalt = "nct salt";

/// Only `user@server` of a phone or LID address.
Jid bare(Jid const& jid);

}   // namespace waqtor::whatsapp
