#pragma once
#include "whatsapp/signal/session.hpp"

namespace waqtor::whatsapp::signal {

/// Whether the identity in `bundle` has signed its signed prekey; `together` may be null.
bool is_signed(Bundle const& bundle, crypto::Signatures* together);

/// The state of the one who starts a session from `bundle` (X3DH, then the first ratchet step). `together` may be null.
Result<SessionState> start_session(Identity const& me, Bundle const& bundle, crypto::Signatures* together);

/// The state of the one who received `message`; `one_time` may be null.
Result<SessionState> accept_session(Identity const& me, PreKeyMessage const& message, crypto::KeyPair const& signed_prekey,
                                    crypto::KeyPair const* one_time);

/// One outgoing message: version, body and MAC.
Result<Bytes> encrypt_message(SessionState& state, Identity const& me, ByteView plaintext);

/// One incoming message. `state` is spoilt on failure: pass a copy.
Result<Bytes> decrypt_message(SessionState& state, Identity const& me, Message const& message);

}   // namespace waqtor::whatsapp::signal
