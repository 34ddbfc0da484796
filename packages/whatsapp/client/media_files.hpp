#pragma once
#include "core/messages/media.hpp"
#include "whatsapp/client/context.hpp"
#include "whatsapp/media/preview.hpp"
#include "whatsapp/messaging/media_transfer.hpp"

#include <deque>

namespace waqtor::whatsapp {

/// Files on their way up and down, in constant memory. On the session's strand.
class MediaFiles {
public:
    /// Without a store nothing can be sent or fetched.
    MediaFiles(Context& context, MediaStore* store) : context_{context}, store_{store} {}

    struct Sent {
        RemoteFile remote;
        std::uint64_t size = 0;
        std::string host;                          // that keeps it, for the address older clients want
        std::optional<media::Preview> preview{};   // of a picture
    };
    /// Uploads a stored file as what such a message holds; one that was uploaded a short while ago is not uploaded again. Errors
    /// as in WhatsAppClient::send.
    Task<Sent> upload(MessageType type, std::string file);
    /// As WhatsAppClient::download.
    Task<std::string> download(MessageType type, Media media);

private:
    static constexpr std::size_t kMostKnown = 16;
    static constexpr auto kKnownFor = std::chrono::hours{12};   // hosts keep files for weeks
    struct Known {
        std::string file;
        media::Kind kind{};
        Sent sent;
        Timestamp until{};
    };

    Context& context_;
    MediaStore* store_;
    std::optional<messaging::MediaHosts> hosts_;
    std::deque<Known> known_;   // newest last

    /// Where to send to and fetch from; asks the service when the leave has run out.
    Task<messaging::MediaHosts> hosts();
    messaging::TransferOptions options() const;
    Result<MediaStore*> store() const;
};

}   // namespace waqtor::whatsapp
