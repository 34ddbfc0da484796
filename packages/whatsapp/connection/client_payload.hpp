#pragma once
#include "whatsapp/binary/jid.hpp"
#include "whatsapp/signal/keys.hpp"

namespace waqtor::whatsapp {

/// The version of WhatsApp Web that we claim to be: 2.3000.<client revision>. The service refuses those that are some months
/// old (failure 405), so it comes from settings.
struct Version {
    std::uint32_t primary = 2;
    std::uint32_t secondary = 3000;
    std::uint32_t tertiary = 0;

    /// "2.3000.1045649367"; Code::invalid otherwise.
    static Result<Version> parse(std::string_view text);
    std::string text() const;
};

/// How the phone shows this device in its list.
struct Appearance {
    enum class Platform : std::uint8_t { unknown = 0, chrome = 1, firefox = 2, opera = 4, safari = 5, edge = 6, desktop = 7 };
    std::string os = "WaQtor";
    Platform platform = Platform::chrome;
    bool full_history = false;
    std::string country = "US";
};

/// The serialized ClientPayload of a device that is not paired yet.
Bytes registration_payload(Version const& version, Appearance const& appearance, signal::Identity const& identity,
                           signal::SignedPreKey const& signed_prekey);

/// The serialized ClientPayload of a paired device; `own` is its phone-number address with the device number.
/// Code::invalid when the user of `own` is no number.
Result<Bytes> login_payload(Version const& version, Appearance const& appearance, Jid const& own);

}   // namespace waqtor::whatsapp
