#pragma once
#include "server/router/endpoint.hpp"

namespace waqtor {

class Log;

struct RouterOptions {
    Authenticator* authenticator = nullptr;       // may be absent when only `open` routes are called, or none (openapi)
    std::vector<std::string> allowed_origins{};   // of other sites whose pages may call the API: "https://crm.example"
    Log* log = nullptr;
};

/// The API's routes, each declared once: what is not declared cannot be served, and what is served is in openapi(). Declare all,
/// then serve; handle() may then be called on many threads.
class Router final : public Handler {
public:
    explicit Router(RouterOptions options = {});
    ~Router() override;
    Router(Router const&) = delete;
    Router& operator=(Router const&) = delete;

    // A handler is `(Caller, In) -> Task<Out>`, or takes a Context as well, or returns Task<Reply<Out>>. Members of In whose JSON
    // name stands as `{name}` in the path come from there; the others from the query (get, del) or the JSON body (post, put,
    // patch).
    template <class In, class Out, class F> void get(std::string path, RouteDoc doc, F handler) {
        add(make_endpoint<In, Out>(Method::get, std::move(path), std::move(doc), std::move(handler)));
    }
    template <class In, class Out, class F> void post(std::string path, RouteDoc doc, F handler) {
        add(make_endpoint<In, Out>(Method::post, std::move(path), std::move(doc), std::move(handler)));
    }
    template <class In, class Out, class F> void put(std::string path, RouteDoc doc, F handler) {
        add(make_endpoint<In, Out>(Method::put, std::move(path), std::move(doc), std::move(handler)));
    }
    template <class In, class Out, class F> void patch(std::string path, RouteDoc doc, F handler) {
        add(make_endpoint<In, Out>(Method::patch, std::move(path), std::move(doc), std::move(handler)));
    }
    template <class In, class Out, class F> void del(std::string path, RouteDoc doc, F handler) {
        add(make_endpoint<In, Out>(Method::del, std::move(path), std::move(doc), std::move(handler)));
    }
    /// A GET that answers something else than our JSON: pages, files, metrics. With an empty `doc.id` it is not in openapi(). A
    /// path that ends in "/{rest...}" matches everything below it.
    void raw(std::string path, RouteDoc doc, std::string_view content_type, Endpoint::Raw handler);

    /// The same for an answer that is our JSON but written by hand because it must be quick; Out (as in get) only documents it.
    template <class Out> void raw_json(std::string path, RouteDoc doc, Endpoint::Raw handler) {
        add_raw(
            std::move(path), std::move(doc), "application/json", std::move(handler),
            +[](SchemaSet& set) { return OutputOf<Out>::schema(set); });
    }

    /// A POST whose body is no JSON: an uploaded file. It answers Out in our envelope, made with OutputOf<Out>.
    template <class Out> void post_file(std::string path, RouteDoc doc, Endpoint::Raw handler) {
        raw_post(std::move(path), std::move(doc), +[](SchemaSet& set) { return OutputOf<Out>::schema(set); }, std::move(handler));
    }

    asio::awaitable<Response> handle(Request const& request) override;
    std::size_t body_limit(Request const& head) const override;
    Task<void> admit(Request& head) override;
    Response refusal(Error const& error, Request const& head) const override;

    /// The OpenAPI 3.1 document of every declared route.
    json::object openapi(std::string_view version) const;

private:
    struct Node;
    struct Match;

    void add(Endpoint endpoint);
    void raw_post(std::string path, RouteDoc doc, json::object (*output_schema)(SchemaSet&), Endpoint::Raw handler);
    void add_raw(std::string path, RouteDoc doc, std::string_view content_type, Endpoint::Raw handler,
                 json::object (*output_schema)(SchemaSet&));
    Match match(std::string_view path) const;
    asio::awaitable<Response> run(Endpoint const& endpoint, Match match, Request const& request);
    Task<Response> answer(Endpoint const& endpoint, std::span<std::string_view const> values, Request const& request);
    Task<Caller> caller_for(Endpoint const& endpoint, Request const& request);
    Response failure(Error const& error, Request const& request) const;

    RouterOptions options_;
    std::vector<std::unique_ptr<Endpoint>> endpoints_;   // in the order of declaration
    std::unique_ptr<Node> root_;
};

}   // namespace waqtor
