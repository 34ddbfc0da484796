#pragma once
#include "sandbox/service/service.hpp"
#include "whatsapp/signal/group.hpp"
#include "whatsapp/signal/session.hpp"

namespace waqtor::sandbox {

/// Something a phone received and could read, or could not.
struct Letter {
    Timestamp at{};
    std::string id;
    Jid from;   // the device
    Jid chat;   // the person or group
    std::string type;
    std::string text;                     // or caption; empty for anything else
    std::string file{};                   // SHA-256 in hex of the file that came with it, or what is wrong with it
    bool readable = false;                // false: it could not be decrypted, and a retry was asked for
    Jid back{};                           // where an answer goes, in the addressing that was used
    std::vector<std::string> options{};   // of a poll
    Bytes secret{};                       // of a poll: what votes are sealed with
};

/// A file as a phone sends it: an image, video, voice message or document after its type.
struct OutgoingFile {
    std::string bytes;
    std::string mime_type;
    std::string name{};      // of a document
    std::string caption{};   // not of voice messages
};

/// The primary device of an account: keeps its own Signal state, reads what is sent to it and does what it is told. Its stanzas
/// take the same way through the service as those of a linked device. On the service's thread.
class Phone {
public:
    Phone(Service& service, Account& account);

    /// What the service hands to device 0.
    void receive(Node const& stanza);

    /// To a person (by number or LID; the stanza is addressed the same way) or a group. Gives the message's id.
    /// Code::not_found for strangers.
    Result<std::string> send_text(Jid const& to, std::string text);
    /// The same with a file, which goes to the media store first.
    Result<std::string> send_file(Jid const& to, OutgoingFile const& file);
    /// Code::not_found when no message of that id was received.
    Result<void> read(std::string_view message);
    /// To a message it has received; an empty emoji takes the reaction back. Gives the id of what it sends.
    Result<std::string> react(std::string_view message, std::string emoji);
    /// Code::invalid for what the poll does not ask.
    Result<std::string> vote(std::string_view poll, std::vector<std::string> const& choices);
    /// Rings at every linked device of that person. Gives the call's id.
    Result<std::string> call(Jid const& to);
    void typing(Jid const& to, bool on);
    void go_online(bool on);

    /// A device was linked and is there for the first time: it gets the keys of the app state, and the history.
    void welcome(Device& device);

    bool online() const { return online_; }
    std::list<Letter> const& inbox() const { return inbox_; }
    /// Makes a one-time prekey when the stock of device 0 is empty: prekeys exist when somebody asks, 10,000 idle phones hold none.
    void refill(Device& device);

private:
    static constexpr std::size_t kMostLetters = 10'000;
    static constexpr std::size_t kMostSent = 256;
    struct Sent {
        std::string id;
        Jid to;
        Bytes message;       // serialized, not padded
        bool peer = false;   // for that own device alone
        std::string type = "text";
    };
    struct GroupKeys {
        signal::SenderKeyRecord record;
        std::set<Jid> told;   // LID devices
    };

    Service& service_;
    Account& account_;
    Device& device_;
    signal::SignedPreKey signed_prekey_;
    std::map<signal::KeyId, signal::PreKey> prekeys_;
    signal::KeyId last_prekey_ = 0;
    std::map<Jid, signal::SessionRecord> sessions_;   // by LID device
    std::map<Jid, GroupKeys> own_groups_;
    std::map<std::pair<Jid, Jid>, signal::SenderKeyRecord> sender_keys_;   // group, LID device
    std::list<Letter> inbox_;
    std::list<Sent> sent_;
    std::uint64_t texts_ = 0;   // received so far
    bool online_ = true;

    void receive_message(Node const& message);
    /// What an own device asks of it.
    void hear(Device const& from, ByteView plaintext);
    Result<void> send_peer(Device& device, std::string message);
    Result<void> share_keys(Device& device);
    Result<void> send_history(Device& device);
    Result<void> send_history_part(Device& device, std::span<HistoryChat const> chats, std::uint32_t part, std::uint32_t parts);
    void act_on(Letter const& letter);
    Letter const* letter(std::string_view message) const;
    void read_letter(Letter const& letter);
    bool has(std::string_view message) const { return std::ranges::find(inbox_, message, &Letter::id) != inbox_.end(); }
    void answer_retry(Node const& receipt);
    Result<Bytes> decrypt(Jid const& from, Jid const& group, Node const& enc);
    Result<Bytes> decrypt_direct(signal::SessionRecord& record, Node const& enc);
    Result<Bytes> decrypt_prekey(signal::SessionRecord& record, ByteView bytes);
    void take_content(Letter& letter, ByteView plaintext);
    void take_file(Letter& letter, ByteView plaintext);
    void ask_again(Node const& message);
    void receipt_for(Node const& message, std::string_view type);

    Result<Node> encrypt_for(Device& device, ByteView plaintext);
    Result<void> add_participants(Node& participants, Account const& account, Server server, ByteView plaintext);
    Result<std::string> send_bytes(Jid const& to, Bytes message, std::string type);
    Result<void> send_direct(Account const& account, Sent const& letter);
    Result<void> send_group(Group const& group, Sent const& letter);
};

/// 3EB0 and 18 hexadecimal digits.
std::string new_message_id();
/// "15550101", "+15550101" or an address; an empty one when it is neither.
Jid address_of(std::string_view text);

}   // namespace waqtor::sandbox
