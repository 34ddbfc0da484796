#pragma once
#include <cstdint>

namespace waqtor::whatsapp::tags {

// First bytes of what is no single-byte token. Facts of the protocol, dictionary version 3.
inline constexpr std::uint8_t kListEmpty = 0;
inline constexpr std::uint8_t kDictionary0 = 236;
inline constexpr std::uint8_t kDictionary3 = 239;
inline constexpr std::uint8_t kInteropJid = 245;
inline constexpr std::uint8_t kMessengerJid = 246;
inline constexpr std::uint8_t kDeviceJid = 247;
inline constexpr std::uint8_t kList8 = 248;
inline constexpr std::uint8_t kList16 = 249;
inline constexpr std::uint8_t kJidPair = 250;
inline constexpr std::uint8_t kHex8 = 251;
inline constexpr std::uint8_t kBinary8 = 252;
inline constexpr std::uint8_t kBinary20 = 253;
inline constexpr std::uint8_t kBinary32 = 254;
inline constexpr std::uint8_t kNibble8 = 255;

inline constexpr std::size_t kPackedMost = 127;   // characters
inline constexpr std::uint8_t kDeflated = 2;      // bit of the flag byte

// The domain byte of a device JID.
inline constexpr std::uint8_t kDomainUser = 0;
inline constexpr std::uint8_t kDomainLid = 1;
inline constexpr std::uint8_t kDomainHosted = 128;
inline constexpr std::uint8_t kDomainHostedLid = 129;

}   // namespace waqtor::whatsapp::tags
