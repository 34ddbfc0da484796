#pragma once
#include "core/accounts/caller.hpp"
#include "core/messages/media_service.hpp"
#include "core/messages/message_service.hpp"

#include <deque>

namespace waqtor {

/// Files of messages that came in: fetched from WhatsApp into the media store, at once when they are small, else when asked for.
class MessageFiles {
public:
    struct Policy {
        std::int64_t most = 16 << 20;   // bytes of what is fetched without being asked for
    };

    MessageFiles(MessageService& messages, MediaService& media, Policy policy)
        : messages_{messages}, parts_{messages.parts()}, media_{media}, policy_{policy} {}

    struct File {
        StoredMedia is;
        std::string bytes;
    };
    /// The file of a message, fetched when it is not here yet. Code::not_found when it has none, Code::gone when neither we nor
    /// WhatsApp keep it, Code::too_large beyond MediaService::kLargest, Code::conflict when the session does not work now.
    Task<File> get(Caller who, MessageId message);

    /// Reads the event log and fetches what comes in, until `stop` fires. What it cannot get stays to be asked for.
    asio::awaitable<void> run(std::stop_token stop);

private:
    static constexpr std::string_view kCursor = "message_files";
    static constexpr std::size_t kBatch = 100;
    static constexpr std::size_t kAtOnce = 4;
    struct Wanted {
        WorkspaceId workspace;
        MessageId message;
        int tries = 0;
        Timestamp due{};
    };

    MessageService& messages_;
    MessageParts const& parts_;
    MediaService& media_;
    Policy policy_;
    std::deque<Wanted> wanted_;
    std::size_t busy_ = 0;

    Task<MessageRow> find(Caller who, MessageId message);
    /// Fetches, notes it in the message, and gives what it is.
    Task<StoredMedia> fetch(MessageRow row);
    asio::awaitable<void> loop(std::stop_token stop);
    Task<bool> look();
    Task<bool> read_some(WorkspaceId workspace);
    asio::awaitable<void> fetch_wanted(Wanted one);
    std::optional<Wanted> next();
};

}   // namespace waqtor
