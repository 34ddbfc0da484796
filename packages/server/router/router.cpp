#include "server/router/router.hpp"

#include "core/base/cidr.hpp"
#include "server/log/log.hpp"
#include "server/router/guard.hpp"

#include <boost/system/system_error.hpp>

#include <cassert>
#include <unordered_map>

namespace waqtor {
namespace {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

std::string_view next_segment(std::string_view& path) {
    path.remove_prefix(1);   // '/'
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

/// A proxy beside us that nobody told us of would make every client look local; its headers give it away.
bool is_from_here(Request const& request) {
    return is_loopback(request.address) && !request.has_header("x-forwarded-for") && !request.has_header("forwarded");
}

asio::awaitable<Response> immediately(Response response) { co_return response; }
}   // namespace

/// A place in the tree of paths: what may follow it, and what answers there.
struct Router::Node {
    std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> children;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Node> rest;
    std::array<Endpoint*, 8> methods{};
    std::string allow;   // "GET, HEAD, OPTIONS"

    Endpoint const* endpoint(Method method) const {
        if (method == Method::other || method == Method::options) return nullptr;
        return methods[static_cast<std::size_t>(method == Method::head ? Method::get : method)];
    }
    void put(Endpoint* one) {
        auto& place = methods[static_cast<std::size_t>(one->method)];
        assert(!place && "a route is declared twice");
        place = one;
        allow.clear();
        for (auto const* each : methods) {
            if (!each) continue;
            allow += std::string{method_name(each->method)} + ", ";
            if (each->method == Method::get) allow += "HEAD, ";
        }
        allow += "OPTIONS";
    }
};

struct Router::Match {
    Node const* node = nullptr;
    std::vector<std::string_view> values{};   // of the parameters, in order
};

Router::Router(RouterOptions options) : options_{std::move(options)}, root_{std::make_unique<Node>()} {}
Router::~Router() = default;

void Router::add(Endpoint endpoint) {
    auto* const one = endpoints_.emplace_back(std::make_unique<Endpoint>(std::move(endpoint))).get();
    auto* node = root_.get();
    for (auto path = std::string_view{one->pattern}; !path.empty();) {
        auto const segment = next_segment(path);
        if (!is_parameter(segment)) {
            auto& child = node->children[std::string{segment}];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
            continue;
        }
        auto const to_end = segment.ends_with("...}");
        auto& child = to_end ? node->rest : node->parameter;
        if (!child) child = std::make_unique<Node>();
        node = child.get();
        one->path_names.emplace_back(segment.substr(1, segment.size() - (to_end ? 5 : 2)));
    }
    for (auto& field : one->fields) field.in_path = std::ranges::find(one->path_names, field.name) != one->path_names.end();
    assert(!one->invoke || std::ranges::count_if(one->fields, &InputField::in_path) == std::ssize(one->path_names));
    node->put(one);
}

void Router::raw(std::string path, RouteDoc doc, std::string_view content_type, Endpoint::Raw handler) {
    add_raw(std::move(path), std::move(doc), content_type, std::move(handler), nullptr);
}

void Router::raw_post(std::string path, RouteDoc doc, json::object (*output_schema)(SchemaSet&), Endpoint::Raw handler) {
    Endpoint endpoint;
    endpoint.method = Method::post;
    endpoint.pattern = std::move(path);
    endpoint.doc = std::move(doc);
    endpoint.raw = std::move(handler);
    endpoint.raw_type = "application/json";
    endpoint.output_schema = output_schema;
    add(std::move(endpoint));
}

void Router::add_raw(std::string path, RouteDoc doc, std::string_view content_type, Endpoint::Raw handler,
                     json::object (*output_schema)(SchemaSet&)) {
    Endpoint endpoint;
    endpoint.pattern = std::move(path);
    endpoint.doc = std::move(doc);
    endpoint.raw = std::move(handler);
    endpoint.raw_type = content_type;
    endpoint.output_schema = output_schema;
    add(std::move(endpoint));
}

Router::Match Router::match(std::string_view path) const {
    Match out{root_.get()};
    Node const* fallback = nullptr;   // the deepest `{rest...}` passed
    std::size_t fallback_values = 0;
    std::string_view fallback_value;
    while (!path.empty()) {
        if (out.node->rest) {
            fallback = out.node->rest.get();
            fallback_values = out.values.size();
            fallback_value = path.substr(1);
        }
        auto const segment = next_segment(path);
        auto const child = out.node->children.find(segment);
        if (child != out.node->children.end())
            out.node = child->second.get();
        else if (out.node->parameter && !segment.empty()) {
            out.node = out.node->parameter.get();
            out.values.push_back(segment);
        } else {
            out.node = nullptr;
            break;
        }
    }
    if (out.node && out.node->allow.empty()) out.node = nullptr;
    if (!out.node && fallback) {
        out.node = fallback;
        out.values.resize(fallback_values);
        out.values.push_back(fallback_value);
    }
    return out;
}

Response Router::failure(Error const& error, Request const& request) const {
    if (options_.log && (error.code == Code::internal || !error.cause.empty()))
        options_.log->write(error.code == Code::internal ? LogLevel::error : LogLevel::warn, "request failed",
                            {{"requestId", request.request_id},
                             {"code", row(error.code).name},
                             {"cause", error.cause.empty() ? std::string_view{error.message} : std::string_view{error.cause}},
                             {"at", error.trace.empty() ? "" : error.trace.front().function_name()}});
    // The words of a fault of ours are for the log: they may name what is inside.
    if (error.code == Code::internal) return error_response(Code::internal, "The server failed; see its log", request.request_id);
    return error_response(error, request.request_id);
}

asio::awaitable<Response> Router::handle(Request const& request) {
    auto found = match(request.method == Method::options && request.path == "*" ? "" : request.path);
    if (!found.node) {
        if (request.path == "*" && request.method == Method::options)
            return immediately({.status = 204, .headers = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}});
        return immediately(error_response(Code::not_found, "There is nothing at this address", request.request_id));
    }
    if (auto const* endpoint = found.node->endpoint(request.method)) return run(*endpoint, std::move(found), request);
    auto response = request.method == Method::options
                        ? Response{.status = 204}
                        : error_response(Code::method_not_allowed, "This address does not know the method", request.request_id);
    response.headers.push_back({"Allow", found.node->allow});
    add_cors_headers(request, options_.allowed_origins, found.node->allow, response);
    return immediately(std::move(response));
}

std::size_t Router::body_limit(Request const& head) const {
    auto const found = match(head.path);
    auto const* endpoint = found.node ? found.node->endpoint(head.method) : nullptr;
    return endpoint ? endpoint->doc.body_limit : 0;
}

namespace {
struct Admitted final : Admission {
    explicit Admitted(Caller one) : caller{std::move(one)} {}
    Caller caller;
};
}   // namespace

Task<void> Router::admit(Request& head) {
    auto const found = match(head.path);
    auto const* endpoint = found.node ? found.node->endpoint(head.method) : nullptr;
    if (!endpoint) co_return Result<void>{};
    CO_TRY(auto caller, co_await caller_for(*endpoint, head));
    head.admission = std::make_shared<Admitted>(std::move(caller));
    co_return Result<void>{};
}

Response Router::refusal(Error const& error, Request const& head) const {
    auto response = failure(error, head);
    auto const found = match(head.path);
    if (!found.node) return response;
    if (auto const* endpoint = found.node->endpoint(head.method)) response.route = endpoint->pattern;
    add_cors_headers(head, options_.allowed_origins, found.node->allow, response);
    return response;
}

Task<Caller> Router::caller_for(Endpoint const& endpoint, Request const& request) {
    if (request.admission) co_return static_cast<Admitted const&>(*request.admission).caller;
    auto credentials = credentials_of(request);
    if (endpoint.doc.access == Access::open || (endpoint.doc.access == Access::local && is_from_here(request)))
        co_return Caller{.address = std::move(credentials.address),
                         .user_agent = std::move(credentials.user_agent),
                         .secure = credentials.secure};
    if (!options_.authenticator) co_return fail(Code::internal, "no authenticator is set");
    CO_TRY(auto caller, co_await options_.authenticator->authenticate(std::move(credentials)));
    if (caller.proof == Proof::none) co_return fail(Code::unauthenticated, "This needs a login or an API key");
    if (caller.proof == Proof::key && endpoint.doc.access == Access::login)
        co_return fail(Code::forbidden, "This needs a person's login; a key will not do");
    auto const changes = request.method != Method::get && request.method != Method::head;
    if (caller.proof == Proof::cookie && changes) CO_TRY_OK(check_cookie_request(request, options_.allowed_origins));
    if (endpoint.doc.scope && !caller.scopes.has(*endpoint.doc.scope))
        co_return fail(Code::forbidden, "This needs the scope " + std::string{enum_name(*endpoint.doc.scope)});
    co_return caller;
}

namespace {
Response answer_of(Endpoint const& endpoint, Answered answered) {
    Response out;
    out.status = answered.status.value_or(endpoint.doc.success);
    if (out.status != 204) out.body = std::move(answered.body);
    out.headers = std::move(answered.headers);
    return out;
}
}   // namespace

asio::awaitable<Response> Router::run(Endpoint const& endpoint, Match found, Request const& request) {
    Response response;
    try {
        auto outcome = co_await answer(endpoint, found.values, request);
        response = outcome ? *std::move(outcome) : failure(outcome.error(), request);
    } catch (boost::system::system_error const& thrown) {
        // A wait of the handler was cut off: the server is stopping.
        auto const stopping = thrown.code() == asio::error::operation_aborted;
        response = failure(stopping ? Error{.code = Code::unavailable, .message = "The server is stopping"}
                                    : Error{.code = Code::internal, .cause = thrown.what()},
                           request);
    } catch (std::exception const& thrown) {
        response = failure(Error{.code = Code::internal, .cause = thrown.what()}, request);
    }
    response.route = endpoint.pattern;
    if (!options_.allowed_origins.empty()) add_cors_headers(request, options_.allowed_origins, found.node->allow, response);
    co_return response;
}

Task<Response> Router::answer(Endpoint const& endpoint, std::span<std::string_view const> values, Request const& request) {
    auto const plain = endpoint.raw && endpoint.doc.access == Access::open;
    if (plain) co_return co_await endpoint.raw(Caller{}, request);
    CO_TRY(auto caller, co_await caller_for(endpoint, request));
    if (endpoint.raw) co_return co_await endpoint.raw(std::move(caller), request);

    std::vector<PathValue> path;
    path.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) path.push_back({endpoint.path_names[i], values[i]});
    CO_TRY(auto input, assemble_input(endpoint.fields, path, request, endpoint.takes_body()));
    auto const key = endpoint.doc.idempotent ? request.header("idempotency-key") : std::string_view{};
    if (key.size() > 255) co_return invalid("Idempotency-Key", "must have at most 255 characters");
    auto incoming = Incoming{std::move(caller), std::move(input),
                             Context{request.request_id, std::string{request.host}, request.stop, std::string{key}}};
    auto answered = co_await endpoint.invoke(std::move(incoming));
    if (!answered) co_return std::unexpected(path_problem_is_not_found(std::move(answered).error(), endpoint.fields));
    co_return answer_of(endpoint, *std::move(answered));
}

}   // namespace waqtor
