#include "sandbox/control/control.hpp"

#include "core/base/json.hpp"
#include "sandbox/control/answers.hpp"
#include "sandbox/control/reader.hpp"
#include "sandbox/control/world.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <charconv>
#include <ranges>

namespace waqtor::sandbox {

namespace json = boost::json;

HttpAnswer good(json::value data) {
    return {200, "application/json", json::serialize(json::object{{"success", true}, {"data", std::move(data)}})};
}

HttpAnswer bad(Error const& error) {
    auto const& what = row(error.code);
    return {what.http, "application/json",
            json::serialize(json::object{{"success", false}, {"error", {{"code", what.name}, {"message", error.message}}}})};
}

namespace {

constexpr auto kLongestWait = std::chrono::minutes{5};

json::object shown(Entry const& entry) {
    return {{"number", entry.number}, {"at", to_iso(entry.at)}, {"way", name_of(entry.way)}, {"device", entry.device},
            {"tag", entry.tag},       {"id", entry.id},         {"peer", entry.peer},        {"type", entry.type},
            {"text", entry.text},     {"file", entry.file}};
}

json::object shown(Delivery const& one) {
    return {{"message", one.message}, {"from", one.from},     {"phone", one.phone},
            {"taken", one.taken},     {"handed", one.handed}, {"read", one.read}};
}

json::object shown(Visit const& one) {
    return {{"number", one.number},
            {"opened", to_iso(one.opened)},
            {"ended", one.ended ? json::value(to_iso(*one.ended)) : json::value()},   // braces would make a list
            {"device", one.device},
            {"how", one.how}};
}

json::object shown(Faults::Kept const& one) {
    auto const way = one.rule.way == FaultRule::Way::to_device ? "to_device" : "from_device";
    return {{"fault", one.number},
            {"kind", name_of(one.rule.kind)},
            {"way", way},
            {"device", one.rule.device},
            {"tag", one.rule.tag},
            {"type", one.rule.type},
            {"chance", one.rule.chance},
            {"skip", one.rule.skip},
            {"times", one.rule.times},
            {"delayMs", one.rule.delay.count()},
            {"struck", one.struck}};
}

json::array list(auto const& all) {
    auto out = json::array{};
    for (auto const& one : all) out.push_back(shown(one));
    return out;
}

HttpAnswer info(Sandbox& sandbox) {
    return good({{"url", sandbox.url()}, {"tlsRoot", sandbox.tls_root()}, {"noiseRoot", crypto::to_hex(sandbox.noise_root().key)}});
}

HttpAnswer ledger(Sandbox& sandbox, std::string_view query) {
    auto after = std::uint64_t{};
    if (query.starts_with("after=")) std::from_chars(query.data() + 6, query.data() + query.size(), after);
    return good(list(sandbox.ledger(after)));
}

HttpAnswer faults(Sandbox& sandbox) {
    auto out = json::array{};
    sandbox.on_service([&](Service& service) { out = list(service.faults.rules()); });
    return good(std::move(out));
}

HttpAnswer wait(Sandbox& sandbox, json::object const& body) {
    constexpr std::array kMembers{"way", "device", "tag", "id", "peer", "type", "text", "file"};
    auto reader = Reader{body};
    for (auto const* key : kMembers) reader.text(key);
    auto const most = std::min<Milliseconds>(reader.wait("timeoutMs").value_or(Milliseconds{10'000}), kLongestWait);
    auto const after = reader.count("after", 0);
    if (auto const read = reader.end(); !read) return bad(read.error());
    auto const fits = [&](Entry const& entry) {
        auto const seen = shown(entry);
        return std::ranges::all_of(kMembers, [&](char const* key) { return !body.contains(key) || body.at(key) == seen.at(key); });
    };
    return answer(sandbox.wait_for(fits, most, after), [](Entry const& entry) { return shown(entry); });
}

HttpAnswer get(Sandbox& sandbox, std::string_view path, std::string_view query, std::vector<std::string> const& parts) {
    if (path == "/v1/info") return info(sandbox);
    if (path == "/v1/ledger") return ledger(sandbox, query);
    if (path == "/v1/connections") return good(list(sandbox.connections()));
    if (path == "/v1/deliveries") return good(list(sandbox.deliveries()));
    if (path == "/v1/faults") return faults(sandbox);
    if (parts.size() == 4 && parts[1] == "phones" && parts[3] == "devices")
        return answer(sandbox.linked_devices(parts[2]), [](auto const& names) { return json::value_from(names); });
    return bad(fail(Code::not_found, "no such path").error());
}

HttpAnswer remove(Sandbox& sandbox, std::vector<std::string> const& parts) {
    if (parts.size() < 2 || parts.size() > 3 || parts[1] != "faults")
        return bad(fail(Code::method_not_allowed, "only faults can be deleted").error());
    auto number = std::optional<std::uint64_t>{};
    if (parts.size() == 3) {
        auto read = std::uint64_t{};
        std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), read);
        number = read;
    }
    sandbox.remove_faults(number);
    return good(json::object{});
}

HttpAnswer post(Sandbox& sandbox, std::string_view path, std::vector<std::string> const& parts, json::object const& body) {
    auto const done = [](Result<void> const& result) { return answer(result, nothing); };
    if (path == "/v1/wait") return wait(sandbox, body);
    if (path == "/v1/world") return done(apply_world(sandbox, body));
    if (path == "/v1/phones") return done(apply_world(sandbox, {{"phones", json::array{body}}}));
    if (path == "/v1/groups") return add_group(sandbox, body);
    if (path == "/v1/down") return sandbox.go_down(), good(nothing());
    if (path == "/v1/up") return sandbox.come_back(), good(nothing());
    if (path == "/v1/faults") {
        auto rule = read_fault(body);
        return rule ? good({{"fault", sandbox.add_fault(*std::move(rule))}}) : bad(rule.error());
    }
    if (parts.size() == 4 && parts[1] == "phones") return order_phone(sandbox, parts[2], parts[3], body);
    if (parts.size() == 4 && parts[1] == "devices") return order_device(sandbox, parts[2], parts[3], body);
    return bad(fail(Code::not_found, "no such path").error());
}

}   // namespace

HttpAnswer control_answer(Sandbox& sandbox, HttpRequest const& request) {
    auto const target = std::string_view{request.target};
    auto const path = target.substr(0, target.find('?'));
    auto const query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
    auto parts = std::vector<std::string>{};
    for (auto const part : std::views::split(path, '/'))
        if (!part.empty()) parts.emplace_back(std::string_view{part});

    if (request.method == "GET") return get(sandbox, path, query, parts);
    if (request.method == "DELETE") return remove(sandbox, parts);
    if (request.method != "POST") return bad(fail(Code::method_not_allowed, "GET, POST and DELETE only").error());
    auto const parsed = parse_json(request.body.empty() ? "{}" : request.body);
    if (!parsed) return bad(parsed.error());
    if (!parsed->is_object()) return bad(fail(Code::invalid, "the body must be an object").error());
    return post(sandbox, path, parts, parsed->get_object());
}

}   // namespace waqtor::sandbox
