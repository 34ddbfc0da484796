#pragma once
#include "whatsapp/crypto/bytes.hpp"

#include <boost/json/value.hpp>

namespace waqtor::whatsapp::testing {

/// A file of tests/vectors/ ("codec.json"), made by the foreign libraries. Throws when it is missing or no JSON.
boost::json::value vectors(std::string_view file);

/// The hex text under `key`, as bytes. Throws when it is missing or no hex.
Bytes hex(boost::json::object const& object, std::string_view key);
std::string_view text(boost::json::object const& object, std::string_view key);

/// Bytes from hex written in a test.
Bytes operator""_hex(char const* digits, std::size_t size);

}   // namespace waqtor::whatsapp::testing
