#pragma once
#include "core/base/schema.hpp"
#include "server/router/input.hpp"
#include "server/router/route.hpp"

#include <fmt/format.h>

namespace waqtor {

/// What a typed handler is called with and gives back, without its types.
struct Incoming {
    Caller caller;
    json::value input;
    Context context;
};
struct Answered {
    std::string body{};   // the whole envelope, as JSON text; nothing for 204
    std::vector<Header> headers{};
    std::optional<unsigned> status{};
};

/// One method of one path. Made once when the route is declared.
struct Endpoint {
    using Invoke = std::function<Task<Answered>(Incoming)>;
    using Raw = std::function<Task<Response>(Caller, Request const&)>;

    Method method = Method::get;
    std::string pattern;
    RouteDoc doc;
    std::vector<InputField> fields;
    std::vector<std::string> path_names;   // of the pattern's `{name}`s, in order
    Invoke invoke;                         // one of these two is set
    Raw raw;
    std::string_view raw_type{};                          // content type of a raw answer
    json::object (*input_schema)(SchemaSet&) = nullptr;   // in place, without a `$ref`
    json::object (*input_ref)(SchemaSet&) = nullptr;
    json::object (*output_schema)(SchemaSet&) = nullptr;   // of the whole envelope
    bool output_empty = false;

    bool takes_body() const { return method == Method::post || method == Method::put || method == Method::patch || doc.body; }
};

namespace detail {
/// Everything after a page's rows, to the end of the envelope.
void append_pagination(std::string& out, std::int64_t total, PageRequest page, bool more);
json::object envelope_schema(json::object data);
json::object page_schema(json::object item);
/// {"success":true, …fields} with `data` as well when it is given.
json::object merged_schema(json::object fields, std::optional<json::object> data);
}   // namespace detail

/// How an output type is written and described. Specialised for the shapes of route.hpp.
template <class Out> struct OutputOf {
    static void write(std::string& out, Out const& value) {
        out += R"({"success":true,"data":)";
        append_json(out, value);
        out += '}';
    }
    static json::object schema(SchemaSet& set) { return detail::envelope_schema(set.of<Out>()); }
};
template <class T> struct OutputOf<Page<T>> {
    static void write(std::string& out, Page<T> const& page) {
        out.reserve(128 + 512 * page.items.size());   // a row is seldom longer
        out += R"({"success":true,"data":)";
        append_json(out, page.items);
        detail::append_pagination(out, page.total, {page.limit, page.offset}, page.has_more());
    }
    static json::object schema(SchemaSet& set) { return detail::page_schema(set.of<T>()); }
};
template <class T> struct OutputOf<Merged<T>> {
    static void write(std::string& out, Merged<T> const& value) {
        out += R"({"success":true)";
        detail::append_members(out, value.fields, false);
        out += '}';
    }
    static json::object schema(SchemaSet& set) { return detail::merged_schema(set.inline_of<T>(), std::nullopt); }
};
template <class D, class T> struct OutputOf<DataAnd<D, T>> {
    static void write(std::string& out, DataAnd<D, T> const& value) {
        out += R"({"success":true,"data":)";
        append_json(out, value.data);
        detail::append_members(out, value.fields, false);
        out += '}';
    }
    static json::object schema(SchemaSet& set) { return detail::merged_schema(set.inline_of<T>(), set.of<D>()); }
};
template <> struct OutputOf<Nothing> {
    static void write(std::string& out, Nothing) { out += R"({"success":true})"; }
    static json::object schema(SchemaSet&) { return detail::merged_schema({}, std::nullopt); }
};

namespace detail {
template <class Out> Answered answered(Out const& value) {
    Answered out;
    OutputOf<Out>::write(out.body, value);
    return out;
}
template <class Out> Answered answered(Reply<Out> const& reply) {
    auto out = answered(reply.value);
    out.headers = reply.headers;
    out.status = reply.status;
    return out;
}

template <class In, class F> Task<Answered> invoke(F const& handler, Incoming incoming) {
    CO_TRY(auto in, read_json<In>(incoming.input));
    if constexpr (std::is_invocable_v<F const&, Caller, In, Context>) {
        CO_TRY(auto const out, co_await handler(std::move(incoming.caller), std::move(in), std::move(incoming.context)));
        co_return answered(out);
    } else {
        CO_TRY(auto const out, co_await handler(std::move(incoming.caller), std::move(in)));
        co_return answered(out);
    }
}
}   // namespace detail

template <class T> inline constexpr bool is_reply = false;
template <class T> inline constexpr bool is_reply<Reply<T>> = true;

template <class In, class Out, class F> Endpoint make_endpoint(Method method, std::string pattern, RouteDoc doc, F handler) {
    static_assert(!is_reply<Out>, "name the output itself: the handler returns Task<Reply<Out>>");
    Endpoint out;
    out.method = method;
    out.pattern = std::move(pattern);
    out.doc = std::move(doc);
    out.fields = input_fields<In>();
    out.invoke = [handler = std::move(handler)](Incoming incoming) { return detail::invoke<In>(handler, std::move(incoming)); };
    out.input_schema = +[](SchemaSet& set) { return set.inline_of<In>(); };
    out.input_ref = +[](SchemaSet& set) { return set.of<In>(); };
    out.output_schema = +[](SchemaSet& set) { return OutputOf<Out>::schema(set); };
    out.output_empty = std::is_same_v<Out, Nothing> && out.doc.success == 204;
    return out;
}

}   // namespace waqtor
