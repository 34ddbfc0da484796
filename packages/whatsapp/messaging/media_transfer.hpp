#pragma once
#include "core/messages/content.hpp"
#include "whatsapp/binary/node.hpp"
#include "whatsapp/media/media.hpp"
#include "whatsapp/transport/https.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>

namespace waqtor::whatsapp::messaging {

/// Where encrypted files go and come from, and the leave to do so.
struct MediaHosts {
    std::string auth;                 // secret
    std::vector<std::string> hosts;   // in the order to try them
    Timestamp until{};                // ask again then
};
/// An `<iq>` without its id.
Node media_hosts_query();
/// Of the answer. Refusal::malformed without auth or hosts.
Result<MediaHosts> parse_media_hosts(Node const& answer, Timestamp now);

struct TransferOptions {
    transport::HttpsOptions https{};
    asio::any_io_executor files;                       // a pool where reading, writing and encrypting may block
    std::chrono::milliseconds deadline{600'000};       // of the whole transfer, all hosts together
    std::uint64_t most = std::uint64_t{2'000} << 20;   // bytes of the plaintext
};

struct Uploaded {
    RemoteFile remote;
    std::uint64_t size = 0;   // of the plaintext
    std::string handle;       // of the host, for newsletters
    std::string host;         // that keeps it
};

/// Encrypts a file under a new key and gives it to the first host that takes it, holding some blocks of it at a time; it is read
/// twice, because its address is its hash. Code::forbidden when `auth` has run out (ask for hosts again), Code::too_large,
/// Code::invalid when it cannot be read or changes meanwhile, else the last host's Code::unavailable or Code::timeout.
Task<Uploaded> upload_media(std::filesystem::path file, media::Kind kind, MediaHosts hosts, TransferOptions options);

/// Fetches a file from the first host that has it and writes its plaintext to `to`, which appears only once everything has been
/// checked. Code::gone when it is no longer kept (ask the sender again); Refusal::media_hash, media_mac, media_size; Code::invalid
/// for a reference that cannot be; Code::too_large. `size` is that of the plaintext when the message told it.
Task<media::Hashes> download_media(RemoteFile from, media::Kind kind, std::filesystem::path to, std::optional<std::uint64_t> size,
                                   MediaHosts hosts, TransferOptions options);

/// What files of this type are encrypted as; nothing for types without a file.
std::optional<media::Kind> media_kind(MessageType type);

}   // namespace waqtor::whatsapp::messaging
