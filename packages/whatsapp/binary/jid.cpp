#include "whatsapp/binary/jid.hpp"

#include <array>
#include <charconv>

namespace waqtor::whatsapp {

namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 13> kNames{"",       "s.whatsapp.net", "lid", "g.us", "broadcast", "newsletter", "c.us",
                                                  "hosted", "hosted.lid",     "bot", "msgr", "interop",   "call"};
static_assert(kNames[static_cast<std::size_t>(Server::call)] == "call");

/// Decimal digits only, no sign, no leading blank.
std::optional<std::uint16_t> small_number(std::string_view digits) {
    std::uint16_t value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

}   // namespace

std::string_view name_of(Server server) { return kNames[static_cast<std::size_t>(server)]; }

std::optional<Server> server_named(std::string_view name) {
    for (std::size_t i = 1; i < kNames.size(); ++i)
        if (kNames[i] == name) return static_cast<Server>(i);
    return std::nullopt;
}

std::optional<Jid> Jid::parse(std::string_view text) {
    auto const at = text.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    auto const server = server_named(text.substr(at + 1));
    if (!server) return std::nullopt;

    Jid jid{.server = *server};
    auto user = text.substr(0, at);
    if (auto const colon = user.find(':'); colon != std::string_view::npos) {
        auto const device = small_number(user.substr(colon + 1));
        auto const one_byte = *server != Server::messenger && *server != Server::interop;
        if (!device || (one_byte && *device > 255)) return std::nullopt;
        jid.device = *device;
        user = user.substr(0, colon);
    }
    if (jid.is_person()) {
        if (auto const dot = user.find('.'); dot != std::string_view::npos) {
            if (user.substr(dot + 1) != "0") return std::nullopt;
            user = user.substr(0, dot);
        }
    }
    if (*server == Server::interop) {
        auto const dash = user.find('-');
        auto const integrator = small_number(user.substr(0, dash));
        if (dash == std::string_view::npos || !integrator) return std::nullopt;
        jid.integrator = *integrator;
        user = user.substr(dash + 1);
    }
    jid.user = Text{user};
    return jid;
}

std::string Jid::to_string() const {
    std::string out;
    if (server == Server::interop) out = std::to_string(integrator) + "-";
    out += user.view();
    if (device != 0) out += ":" + std::to_string(device);
    out += '@';
    out += name_of(server);
    return out;
}

std::string Jid::to_agent_string() const {
    return user.str() + ".0:" + std::to_string(device) + "@" + std::string{name_of(server)};
}

}   // namespace waqtor::whatsapp
