#pragma once
#include "core/base/time.hpp"
#include "whatsapp/binary/node.hpp"

// Attributes that many stanzas have, within bounds.

namespace waqtor::whatsapp::messaging {

/// A person's address without its device.
inline std::optional<Jid> person_in(Node const& node, std::string_view key) {
    auto const jid = node.jid(key);
    return jid && jid->is_person() && !jid->user.empty() ? std::optional{jid->without_device()} : std::nullopt;
}

/// Seconds since 1970; 1970 itself when missing or not before the year 2200.
inline Timestamp time_in(Node const& node, std::string_view key) {
    constexpr std::uint64_t kMost = 7'258'118'400;
    auto const seconds = node.number(key).value_or(0);
    return Timestamp{std::chrono::seconds{seconds < kMost ? static_cast<std::int64_t>(seconds) : 0}};
}

/// A length of time in seconds, at most ten years.
inline std::int64_t seconds_in(Node const& node, std::string_view key) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(node.number(key).value_or(0), 315'360'000));
}

}   // namespace waqtor::whatsapp::messaging
