#pragma once
#include "sandbox/sandbox.hpp"
#include "sandbox/wire/listener.hpp"

namespace waqtor::sandbox {

/// One request of the control API: JSON in, `{"success":true,"data":…}` or `{"success":false,"error":{"code","message"}}` out.
///
///     GET  /v1/info                     url, tlsRoot (PEM), noiseRoot (hex)
///     POST /v1/world                    see control/world.hpp; POST /v1/phones takes one of its phones
///     POST /v1/groups                   {subject, creator, members} → {group}
///     POST /v1/phones/NUMBER/scan       {qr}            POST …/code {code}
///     POST /v1/phones/NUMBER/send       {to, text} → {message}
///     POST /v1/phones/NUMBER/send-file  {to, data (base64), mimeType, name, caption} → {message}
///     POST /v1/phones/NUMBER/read       {message}       POST …/typing {to, on}      POST …/online {on}
///     POST /v1/phones/NUMBER/react      {message, emoji}   POST …/vote {poll, choices}   POST …/call {to}
///     POST /v1/phones/NUMBER/group-members {group, change: add|remove|promote|demote, members}
///                                       POST …/group-subject {group, subject}   POST …/group-leave {group}
///     POST /v1/phones/NUMBER/behaviour  see control/world.hpp
///     POST /v1/phones/NUMBER/ban        {reason}; 0 ends it   POST …/reach-out {locked}   POST …/lid {hidden}   POST …/identity
///     GET  /v1/phones/NUMBER/devices
///     POST /v1/devices/DEVICE/disconnect, …/remove, …/stream-error {code}, …/exhaust-prekeys
///     POST /v1/faults                   a rule, see control/world.hpp → {fault}; GET /v1/faults; DELETE /v1/faults[/N]
///     POST /v1/down, /v1/up             the service is away, and back
///     GET  /v1/ledger?after=N           entries after number N
///     POST /v1/wait                     {after, timeoutMs, and any of way, device, tag, id, peer, type, text, file} → the first
///     entry
///                                       that fits, or 408
///     GET  /v1/deliveries               what became of each message of linked devices
///     GET  /v1/connections              who connected when
///
/// May be called from several threads; waits block the calling one.
HttpAnswer control_answer(Sandbox& sandbox, HttpRequest const& request);

/// control_answer() over plain HTTP. Only for loopback: there is no login.
class ControlServer {
public:
    /// Port 0 picks a free one. Throws boost::system::system_error when the address cannot be bound, std::invalid_argument when it
    /// is not a loopback address.
    ControlServer(Sandbox& sandbox, std::string const& address, std::uint16_t port);
    ~ControlServer();
    std::uint16_t port() const;

private:
    class State;
    std::unique_ptr<State> state_;
};

}   // namespace waqtor::sandbox
