#pragma once
#include "core/sessions/whatsapp_client.hpp"

// What messages need of sessions; core/sessions implements both seams.

namespace waqtor {

/// The engines of the sessions that run in this process. Every call may come on any executor; the answer comes back on the
/// caller's.
class Sender {
public:
    virtual ~Sender() = default;

    /// True while the session is linked, connected and able to send. Safe to call from any thread.
    virtual bool working(SessionRef session) const = 0;
    /// WhatsAppClient::send: encrypts, commits and writes. Returns when the frame is on disk. Code::conflict when
    /// MessageService::committed refused (the message was cancelled meanwhile); nothing was committed then.
    virtual Task<void> send(SessionRef session, Outgoing message) = 0;
    /// WhatsAppClient::download: fetches the file of a message that came into the media store; gives its id there.
    virtual Task<std::string> download(SessionRef session, MessageType type, Media media) = 0;
    /// At most 500 numbers.
    virtual Task<std::vector<NumberCheck>> check(SessionRef session, std::vector<std::string> phones) = 0;
    virtual Task<void> mark_read(SessionRef session, Address chat, std::vector<std::string> ids, std::optional<Address> sender) = 0;
    virtual Task<void> mark_played(SessionRef session, Address chat, std::vector<std::string> ids,
                                   std::optional<Address> sender) = 0;
    virtual Task<void> typing(SessionRef session, Address chat, bool on) = 0;
};

/// Which sessions there are.
class SessionDirectory {
public:
    virtual ~SessionDirectory() = default;

    /// Code::not_found when there is none in that workspace.
    virtual Result<void> require(Transaction& tx, SessionRef session) = 0;
    /// The session of a request that names none (2.3's paths): the first that works, else the oldest; only of `among` when that is
    /// not empty. Code::not_found when there is none.
    virtual Result<SessionId> standard(Transaction& tx, WorkspaceId workspace, std::vector<SessionId> const& among) = 0;
};

}   // namespace waqtor
