#pragma once
#include "whatsapp/messaging/content_codec.hpp"

#include <memory>

// The history a phone sends after linking, read piece by piece: neither the file nor a whole conversation is ever in memory.

namespace waqtor::whatsapp::messaging {

/// A message out of the history, or one the phone sent again.
struct HistoryMessage {
    std::string id;
    Jid chat;
    Jid sender;
    bool from_me = false;
    Timestamp at{};
    std::string push_name{};   // of the sender
    std::int32_t status = 0;   // of ours: 1 pending, 2 sent, 3 delivered, 4 read, 5 played
    bool starred = false;
    Decoded decoded{};   // has content
};

struct HistoryChat {
    Jid jid;
    Jid phone{}, lid{};   // of a person, as far as they are told
    std::string name{};
    std::uint32_t unread = 0;
    bool marked_unread = false;
    bool archived = false;
    std::uint32_t pinned = 0;   // 0: not
    std::optional<Timestamp> muted_until{};
    std::int64_t expires_after = 0;   // seconds
    Bytes token{};                    // tctoken: leave to write to this person
    Timestamp token_at{};
};

/// Hears the history in the order of the file. An error stops the reading.
class HistorySink {
public:
    virtual ~HistorySink() = default;
    /// Up to about 100 messages or 1 MiB of one chat at a time.
    virtual Result<void> messages(Jid const& chat, std::vector<HistoryMessage> messages) = 0;
    /// After the chat's messages, because it stands behind them.
    virtual Result<void> chat(HistoryChat chat) = 0;
    virtual Result<void> push_name(Jid const& person, std::string name) = 0;
    virtual Result<void> same_person(Jid const& phone, Jid const& lid) = 0;
};

struct HistorySummary {
    std::uint64_t chats = 0, messages = 0;
    std::uint64_t skipped = 0;   // stubs, things too large or not readable
    Bytes nct_salt{};            // secret that makes tokens for strangers
};

struct HistoryLimits {
    std::uint64_t inflated = std::uint64_t{512} << 20;   // bytes of the whole
    std::size_t message = 1 << 20;                       // bytes; larger ones are skipped
};

/// Reads a deflated HistorySync that comes in pieces (a decrypted file, or the notice's inline data). `me` and `me_lid` as in
/// DecodeContext. After an error it is used up.
class HistoryReader {
public:
    HistoryReader(Jid me, Jid me_lid, HistorySink& sink, HistoryLimits limits = {});
    HistoryReader(HistoryReader const&) = delete;
    HistoryReader& operator=(HistoryReader const&) = delete;
    ~HistoryReader();

    /// Refusal::malformed for what is no zlib or protobuf, Refusal::limit beyond the limits, or the sink's error.
    Result<void> add(ByteView deflated);
    /// Refusal::malformed when it is cut short. Once.
    Result<HistorySummary> finish();

private:
    class State;
    std::unique_ptr<State> state_;
};

/// A serialized WebMessageInfo (Decoded::resent). Refusal::malformed when it names no message or says nothing.
Result<HistoryMessage> read_web_message(ByteView bytes, Jid const& me, Jid const& me_lid, Jid const& chat = {});

struct LidPair {
    Jid phone, lid;
};
/// Decoded::lid_mappings.
Result<std::vector<LidPair>> read_lid_mappings(ByteView deflated);

}   // namespace waqtor::whatsapp::messaging
