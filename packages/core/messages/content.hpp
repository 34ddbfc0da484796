#pragma once
#include "core/base/described.hpp"
#include "core/base/time.hpp"

namespace waqtor {

using MessageId = Id<struct MessageTag>;

enum class MessageType : std::uint8_t {
    text,
    image,
    video,
    gif,
    voice,
    audio,
    document,
    sticker,
    location,
    contact,
    poll,
    poll_vote,
    reaction,
    edit,
    revoke,
    placeholder,   // could not be decrypted (yet)
    unsupported,   // decrypted, but of a kind we do not know
};
BOOST_DESCRIBE_ENUM(MessageType, text, image, video, gif, voice, audio, document, sticker, location, contact, poll, poll_vote,
                    reaction, edit, revoke, placeholder, unsupported)

/// Where WhatsApp keeps an encrypted file, and the key to it.
struct RemoteFile {
    std::string direct_path;
    std::string media_key;         // base64, 32 bytes
    std::string file_sha256;       // base64
    std::string file_enc_sha256;   // base64
};
BOOST_DESCRIBE_STRUCT(RemoteFile, (), (direct_path, media_key, file_sha256, file_enc_sha256))
template <>
inline constexpr std::array kFields<RemoteFile>{
    Field{"direct_path", "Path on WhatsApp's media hosts", 1, 2048},
    Field{"media_key", "Key, base64", 44, 44},
    Field{"file_sha256", "SHA-256 of the file, base64", 44, 44},
    Field{"file_enc_sha256", "SHA-256 of the encrypted file, base64", 44, 44},
};

struct Media {
    std::optional<std::string> file{};   // SHA-256 in hex: its id in our media store, once it is there
    std::string mime_type;
    std::int64_t size = 0;
    std::optional<std::string> name{};
    std::optional<std::int64_t> width{};
    std::optional<std::int64_t> height{};
    std::optional<std::int64_t> seconds{};
    std::optional<RemoteFile> remote{};
};
BOOST_DESCRIBE_STRUCT(Media, (), (file, mime_type, size, name, width, height, seconds, remote))
template <>
inline constexpr std::array kFields<Media>{
    Field{"file", "Id of the stored file: its SHA-256 in hex", 64, 64},
    Field{"mime_type", "Type of the file", 3, 200, Format::single_line},
    Field{"size", "Bytes", 0},
    Field{"name", "File name", 1, 255, Format::single_line},
    Field{"width", "Pixels", 0, 65535},
    Field{"height", "Pixels", 0, 65535},
    Field{"seconds", "Length", 0, 86400},
    Field{"remote", "Where WhatsApp keeps it"},
};

struct Location {
    double latitude = 0;
    double longitude = 0;
    std::optional<std::string> name{};
    std::optional<std::string> address{};
};
BOOST_DESCRIBE_STRUCT(Location, (), (latitude, longitude, name, address))
template <>
inline constexpr std::array kFields<Location>{
    Field{"latitude", "Degrees", -90, 90},
    Field{"longitude", "Degrees", -180, 180},
    Field{"name", "Name of the place", 1, 1000},
    Field{"address", "Address of the place", 1, 1000},
};

struct ContactCard {
    std::string name;
    std::string vcard;
};
BOOST_DESCRIBE_STRUCT(ContactCard, (), (name, vcard))
template <>
inline constexpr std::array kFields<ContactCard>{Field{"name", "Name to show", 1, 200}, Field{"vcard", "vCard 3.0 text", 1, 8192}};

struct Poll {
    std::string question;
    std::vector<std::string> choices;
    std::int64_t most = 1;
};
BOOST_DESCRIBE_STRUCT(Poll, (), (question, choices, most))
template <>
inline constexpr std::array kFields<Poll>{
    Field{"question", "What is asked", 1, 255},
    Field{"choices", "Answers to choose from", 2, 12},
    Field{"most", "How many may be chosen; 0 means any number", 0, 12},
};

/// Another message, as WhatsApp names it.
struct MessageReference {
    std::string id;   // WhatsApp's id
    bool from_me = false;
    std::optional<std::string> sender{};   // address of its author, in groups
    std::optional<std::string> text{};     // of a quoted message, to show above ours
};
BOOST_DESCRIBE_STRUCT(MessageReference, (), (id, from_me, sender, text))
template <>
inline constexpr std::array kFields<MessageReference>{
    Field{"id", "WhatsApp's id of the message", 1, 128, Format::single_line},
    Field{"from_me", "True when this number wrote it"},
    Field{"sender", "Address of its author, in groups", 1, 128, Format::single_line},
    Field{"text", "What it said", 0, 4096},
};

/// What a message says, in or out. Which members a type needs is in messages/content_rules.
struct Content {
    MessageType type = MessageType::text;
    std::optional<std::string> text{};   // body, caption, or the new text of an edit
    std::optional<Media> media{};
    std::optional<Location> location{};
    std::optional<std::vector<ContactCard>> contacts{};
    std::optional<Poll> poll{};
    std::optional<std::vector<std::string>> choices{};   // of a poll vote: what was chosen
    std::optional<std::string> emoji{};                  // of a reaction; empty takes it back
    std::optional<MessageReference> target{};            // of reaction, edit, revoke, poll vote
    std::optional<MessageReference> quoted{};
    std::optional<std::vector<std::string>> mentions{};   // addresses
    std::optional<bool> view_once{};
    std::optional<std::int64_t> expires_after{};   // seconds
};
BOOST_DESCRIBE_STRUCT(Content, (),
                      (type, text, media, location, contacts, poll, choices, emoji, target, quoted, mentions, view_once,
                       expires_after))
template <>
inline constexpr std::array kFields<Content>{
    Field{"type", "Kind of message"},
    Field{"text", "Text, caption, or the new text of an edit", 0, 65536},
    Field{"media", "File of an image, video, gif, voice, audio, document or sticker"},
    Field{"location", "Place"},
    Field{"contacts", "Contact cards", 1, 50},
    Field{"poll", "Poll"},
    Field{"choices", "What was chosen in a poll vote", 0, 12},
    Field{"emoji", "Reaction; empty takes it back", 0, 16},
    Field{"target", "The message that is reacted to, edited, revoked or voted on"},
    Field{"quoted", "The message this one answers"},
    Field{"mentions", "Addresses of the people mentioned", 0, 1024},
    Field{"view_once", "Can be opened once"},
    Field{"expires_after", "Disappears after so many seconds", 0, 7776000},
};

}   // namespace waqtor
