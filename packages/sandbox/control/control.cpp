#include "sandbox/control/control.hpp"

#include "core/base/json.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <charconv>
#include <ranges>

namespace waqtor::sandbox {

namespace {

namespace json = boost::json;

constexpr auto kLongestWait = std::chrono::minutes{5};

HttpAnswer good(json::value data) {
    return {200, "application/json", json::serialize(json::object{{"success", true}, {"data", std::move(data)}})};
}

HttpAnswer bad(Error const& error) {
    auto const& what = row(error.code);
    return {what.http, "application/json",
            json::serialize(json::object{{"success", false}, {"error", {{"code", what.name}, {"message", error.message}}}})};
}

template <class T> HttpAnswer answer(Result<T> const& result, auto make) {
    if (!result) return bad(result.error());
    if constexpr (std::is_void_v<T>)
        return good(make());
    else
        return good(make(*result));
}

json::value nothing() { return json::object{}; }

std::string text(json::object const& body, std::string_view key) {
    auto const* value = body.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::uint64_t number(json::object const& body, std::string_view key, std::uint64_t fallback) {
    auto const* value = body.if_contains(key);
    auto error = boost::system::error_code{};
    auto const read = value ? value->to_number<std::uint64_t>(error) : fallback;
    return error ? fallback : read;
}

json::object shown(Entry const& entry) {
    return {{"number", entry.number}, {"at", to_iso(entry.at)}, {"way", name_of(entry.way)},
            {"device", entry.device}, {"tag", entry.tag},       {"id", entry.id},
            {"peer", entry.peer},     {"type", entry.type},     {"text", entry.text}};
}

HttpAnswer info(Sandbox& sandbox) {
    return good({{"url", sandbox.url()}, {"tlsRoot", sandbox.tls_root()}, {"noiseRoot", crypto::to_hex(sandbox.noise_root().key)}});
}

HttpAnswer ledger(Sandbox& sandbox, std::string_view query) {
    auto after = std::uint64_t{};
    if (query.starts_with("after=")) std::from_chars(query.data() + 6, query.data() + query.size(), after);
    auto entries = json::array{};
    for (auto const& entry : sandbox.ledger(after)) entries.push_back(shown(entry));
    return good(std::move(entries));
}

HttpAnswer wait(Sandbox& sandbox, json::object const& body) {
    auto const fits = [&](Entry const& entry) {
        auto const seen = shown(entry);
        return std::ranges::all_of(std::array{"way", "device", "tag", "id", "peer", "type", "text"},
                                   [&](char const* key) { return !body.contains(key) || body.at(key) == seen.at(key); });
    };
    auto const most =
        std::min<std::chrono::milliseconds>(std::chrono::milliseconds{number(body, "timeoutMs", 10'000)}, kLongestWait);
    return answer(sandbox.wait_for(fits, most, number(body, "after", 0)), shown);
}

HttpAnswer phone(Sandbox& sandbox, std::string const& who, std::string_view action, json::object const& body) {
    if (action == "scan") return answer(sandbox.scan(who, text(body, "qr")), nothing);
    if (action == "read") return answer(sandbox.read(who, text(body, "message")), nothing);
    if (action == "typing") {
        auto const* on = body.if_contains("on");
        return answer(sandbox.typing(who, text(body, "to"), on && on->is_bool() && on->get_bool()), nothing);
    }
    if (action == "send")
        return answer(sandbox.send_text(who, text(body, "to"), text(body, "text")),
                      [](std::string const& id) -> json::value { return {{"message", id}}; });
    return bad(fail(Code::not_found, "no such action").error());
}

}   // namespace

HttpAnswer control_answer(Sandbox& sandbox, HttpRequest const& request) {
    auto const target = std::string_view{request.target};
    auto const path = target.substr(0, target.find('?'));
    auto const query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
    auto parts = std::vector<std::string>{};
    for (auto const part : std::views::split(path, '/'))
        if (!part.empty()) parts.emplace_back(std::string_view{part});

    if (request.method == "GET") {
        if (path == "/v1/info") return info(sandbox);
        if (path == "/v1/ledger") return ledger(sandbox, query);
        return bad(fail(Code::not_found, "no such path").error());
    }
    if (request.method != "POST") return bad(fail(Code::method_not_allowed, "GET and POST only").error());
    auto const parsed = parse_json(request.body.empty() ? "{}" : request.body);
    if (!parsed) return bad(parsed.error());
    if (!parsed->is_object()) return bad(fail(Code::invalid, "the body must be an object").error());
    auto const& body = parsed->get_object();
    if (path == "/v1/wait") return wait(sandbox, body);
    if (path == "/v1/phones") {
        auto const digits = text(body, "number");
        if (digits.empty()) return bad(fail(Code::invalid, "number: is required").error());
        sandbox.add_phone(digits, text(body, "name"));
        return good(nothing());
    }
    if (parts.size() == 4 && parts[1] == "phones") return phone(sandbox, parts[2], parts[3], body);
    if (parts.size() == 4 && parts[1] == "devices" && parts[3] == "disconnect")
        return answer(sandbox.disconnect(parts[2]), nothing);
    return bad(fail(Code::not_found, "no such path").error());
}

}   // namespace waqtor::sandbox
