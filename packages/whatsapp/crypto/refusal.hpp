#pragma once
#include "core/base/result.hpp"

#include <boost/describe.hpp>

namespace waqtor::whatsapp {

/// Why this library refused something that came from outside. It travels inside Error, so that callers who only want the
/// Code need not know it, and callers who act on it (retry receipt, log out, new session) can ask refusal_of().
BOOST_DEFINE_ENUM_CLASS(Refusal, malformed, limit, handshake, certificate_signature, certificate_serial, certificate_expired,
                        certificate_key, adv_hmac, adv_account_signature, adv_device_signature, prekey_signature, unknown_prekey,
                        no_session, untrusted_identity, message_mac, message_duplicate, message_too_far, message_version,
                        no_sender_key, sender_key_signature, media_hash, media_mac, media_size, app_state_mac, app_state_key,
                        app_state_missing_item)

/// The wire name, e.g. "certificate_expired".
std::string_view name_of(Refusal refusal);

/// A failure with Code::malformed whose refusal_of() is `why`.
std::unexpected<Error> refuse(Refusal why, std::string message, std::source_location at = std::source_location::current());

/// The reason, when the error was made by refuse().
std::optional<Refusal> refusal_of(Error const& error);

/// Message, cause and the refusal's name, for the log and the operator.
std::string described(Error const& error);

}   // namespace waqtor::whatsapp
