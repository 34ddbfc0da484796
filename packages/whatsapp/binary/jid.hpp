#pragma once
#include "whatsapp/binary/text.hpp"

#include <optional>

namespace waqtor::whatsapp {

/// The part after the @. `none` is no address at all.
enum class Server : std::uint8_t {
    none,
    user,         // s.whatsapp.net: a phone number
    lid,          // lid: the same person without the number
    group,        // g.us
    broadcast,    // broadcast: lists and "status"
    newsletter,   // newsletter
    legacy,       // c.us
    hosted,       // hosted: a phone number whose device Meta runs
    hosted_lid,   // hosted.lid
    bot,          // bot
    messenger,    // msgr
    interop,      // interop
    call,         // call
};

std::string_view name_of(Server server);
std::optional<Server> server_named(std::string_view name);

/// An address: `user:device@server`, for interop `integrator-user:device@interop`. 24 bytes, no allocation for users of up to
/// 15 characters.
struct Jid {
    Text user{};
    std::uint16_t device = 0;   // 0 is the phone
    std::uint16_t integrator = 0;
    Server server = Server::none;

    /// Also reads the old `user.agent:device@server` form when its agent is 0. Nothing for unknown servers and bad devices.
    static std::optional<Jid> parse(std::string_view text);
    std::string to_string() const;
    /// `user.0:device@server`: how participant hashes write a device.
    std::string to_agent_string() const;

    Jid without_device() const { return {user, 0, integrator, server}; }
    Jid with_device(std::uint16_t number) const { return {user, number, integrator, server}; }
    bool same_user(Jid const& other) const {
        return server == other.server && user == other.user && integrator == other.integrator;
    }
    /// A person (by number or LID), as opposed to a group, list or channel.
    bool is_person() const {
        return server == Server::user || server == Server::lid || server == Server::hosted || server == Server::hosted_lid;
    }

    friend auto operator<=>(Jid const&, Jid const&) = default;
};
static_assert(sizeof(Jid) == 24);

/// The service itself: `from` and `to` of server stanzas. On the wire a pair with an empty user.
inline Jid server_jid() { return {.server = Server::user}; }

}   // namespace waqtor::whatsapp

template <> struct std::hash<waqtor::whatsapp::Jid> {
    std::size_t operator()(waqtor::whatsapp::Jid const& jid) const noexcept {
        auto const rest = std::size_t{jid.device} << 24 ^ std::size_t{jid.integrator} << 8 ^ static_cast<std::size_t>(jid.server);
        return std::hash<waqtor::whatsapp::Text>{}(jid.user) ^ (rest * 0x9e3779b97f4a7c15U);
    }
};
