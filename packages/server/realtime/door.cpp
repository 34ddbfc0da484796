#include "server/realtime/door.hpp"

#include "core/base/cidr.hpp"
#include "core/trust/hmac.hpp"
#include "core/trust/token.hpp"
#include "server/http/target.hpp"
#include "server/router/guard.hpp"

#include <charconv>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kMostTickets = 10'000;
constexpr std::size_t kMostUsed = 100'000;
constexpr std::string_view kProtocol = "waqtor.v1";
constexpr std::string_view kTicketProtocol = "waqtor.ticket.";
using Query = std::map<std::string, std::string, std::less<>>;

std::string_view value_of(Query const& query, std::string_view name) {
    auto const found = query.find(name);
    return found == query.end() ? std::string_view{} : found->second;
}

std::string name_of(std::string_view ticket) {
    auto const hash = token_hash(ticket);
    return {hash.begin(), hash.end()};
}

template <class T> void drop_old(T& entries, Timestamp now, auto until) {
    std::erase_if(entries, [&](auto const& entry) { return until(entry.second) <= now; });
}
}   // namespace

Result<void> Door::check_place(Request const& request) {
    auto const& settings = parts_.settings;
    if (!settings.allowed_addresses.empty() && !any_contains(settings.allowed_addresses, request.address)) {
        parts_.note(parts_.counters.blocked_addresses, Incident::blocked_address, request.address, "not on the list");
        return fail(Code::forbidden, "This address may not connect");
    }
    // A page of another site must not speak for the person whose browser shows it. Programs send no Origin.
    if (request.has_header("origin") && !has_allowed_origin(request, settings.allowed_origins)) {
        parts_.note(parts_.counters.bad_origin, Incident::bad_origin, request.address, request.header("origin"));
        return fail(Code::forbidden, "Pages of this origin may not connect");
    }
    return {};
}

Task<Door::Admission> Door::admit(Request const& request) {
    CO_TRY(auto handshake, read_handshake(request, parts_.settings.compression));
    CO_TRY_OK(check_place(request));
    auto const ticket = std::string{offered_protocol(request, kTicketProtocol)};
    auto caller = co_await prove(request, ticket);
    if (!caller) {
        auto& error = caller.error();
        if (error.code == Code::unauthenticated)
            parts_.note(parts_.counters.unauthorised, Incident::unauthorised, request.address, error.message);
        else if (error.code == Code::internal)
            parts_.failed("door", error);
        co_return std::unexpected(std::move(error));
    }
    auto place = places_.admit(*caller);
    if (!place) {
        parts_.note(parts_.counters.too_many, Incident::too_many, request.address, place.error().message, caller->workspace);
        co_return std::unexpected(std::move(place).error());
    }
    auto const named = !ticket.empty() || offered_protocol(request, kProtocol).data() != nullptr;
    Arrival arrival{*std::move(caller), *std::move(place), handshake.inflates, handshake.deflates};
    co_return Admission{std::move(arrival), switching(handshake, named ? kProtocol : std::string_view{})};
}

Task<Caller> Door::prove(Request const& request, std::string_view ticket) {
    CO_TRY(auto const fields, parse_query(request.query));
    Query query;
    for (auto const& field : fields) query.emplace(field.name, field.value);
    if (ticket.empty()) ticket = value_of(query, "ticket");
    if (!ticket.empty()) {
        CO_TRY(auto asker, redeem(ticket));
        asker.address = std::string{request.address};
        // Their login or key may have ended since.
        co_return co_await parts_.authenticator.recheck(std::move(asker));
    }
    if (query.contains("sig")) co_return co_await check_signature(request, std::move(query));
    auto credentials = credentials_of(request);
    if (credentials.key.empty() && query.contains("apiKey")) {
        if (!parts_.settings.key_in_url)
            co_return fail(Code::unauthenticated,
                           "A key in the address ends up in logs: send X-API-Key, a signature or a ticket of POST /api/ws/ticket");
        credentials.key = value_of(query, "apiKey");
    }
    CO_TRY(auto caller, co_await parts_.authenticator.authenticate(std::move(credentials)));
    if (caller.proof == Proof::none) co_return fail(Code::unauthenticated, "This needs a login, an API key or a ticket");
    // A browser sends the cookie by itself, so here the page must be known.
    if (caller.proof == Proof::cookie && !request.has_header("origin")) {
        parts_.note(parts_.counters.bad_origin, Incident::bad_origin, request.address, "a cookie without an origin");
        co_return fail(Code::forbidden, "A connection with a login cookie must come from this site's own pages");
    }
    co_return caller;
}

Result<Ticket> Door::make_ticket(Caller caller) {
    auto const now = parts_.clock.now();
    Ticket out{make_token("wqt_"), now + parts_.settings.ticket_lasts};
    auto lock = std::lock_guard{mutex_};
    if (tickets_.size() >= kMostTickets) drop_old(tickets_, now, [](Waiting const& one) { return one.until; });
    if (tickets_.size() >= kMostTickets) return fail(Code::rate_limited, "Too many tickets were asked for");
    tickets_.emplace(name_of(out.ticket), Waiting{std::move(caller), out.expires_at});
    return out;
}

Result<Caller> Door::redeem(std::string_view ticket) {
    auto lock = std::lock_guard{mutex_};
    auto found = tickets_.extract(name_of(ticket));
    if (found.empty() || found.mapped().until <= parts_.clock.now())
        return fail(Code::unauthenticated, "The ticket is unknown, used or too old");
    return std::move(found.mapped().caller);
}

Task<Caller> Door::check_signature(Request const& request, Query query) {
    auto const& settings = parts_.settings;
    if (settings.server_secret.empty()) co_return fail(Code::unauthenticated, "Signed handshakes are off: no server secret is set");
    auto const stamp = value_of(query, "ts");
    std::int64_t ts = 0;
    auto const [end, wrong] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), ts);
    auto const at = Timestamp{Milliseconds{ts}};
    auto const now = parts_.clock.now();
    auto const readable = wrong == std::errc{} && end == stamp.data() + stamp.size() && stamp.size() <= 15;
    if (!readable || std::chrono::abs(now - at) > settings.handshake_age) {
        parts_.note(parts_.counters.expired_handshakes, Incident::expired_handshake, request.address, "ts is outside the window");
        co_return fail(Code::unauthenticated, "The handshake is too old, or the clocks differ");
    }
    auto const key = std::string{value_of(query, "apiKey")};
    auto const address = settings.handshake_binds_address ? std::string_view{request.address} : std::string_view{};
    auto const signature = handshake_signature(settings.server_secret,
                                               {.key = key, .time = stamp, .address = address, .nonce = value_of(query, "nonce")});
    if (!equal_secret(signature, value_of(query, "sig"))) {
        parts_.note(parts_.counters.bad_signatures, Incident::bad_signature, request.address, "the signature is wrong");
        co_return fail(Code::unauthenticated, "The signature is wrong");
    }
    CO_TRY_OK(once(signature, at + settings.handshake_age, request.address));
    auto credentials = credentials_of(request);
    credentials.key = key;
    CO_TRY(auto caller, co_await parts_.authenticator.authenticate(std::move(credentials)));
    if (caller.proof != Proof::key) co_return fail(Code::unauthenticated, "The handshake needs an API key");
    co_return caller;
}

/// A signature works once in its time: who copied it comes too late.
Result<void> Door::once(std::string const& signature, Timestamp until, std::string_view address) {
    auto lock = std::lock_guard{mutex_};
    if (used_.size() >= kMostUsed) drop_old(used_, parts_.clock.now(), [](Timestamp one) { return one; });
    if (used_.size() >= kMostUsed) return fail(Code::rate_limited, "Too many handshakes");
    if (used_.emplace(signature, until).second) return {};
    parts_.note(parts_.counters.bad_signatures, Incident::bad_signature, address, "the handshake was used already");
    return fail(Code::unauthenticated, "The handshake was used already");
}

}   // namespace waqtor::realtime
