#pragma once
#include "core/base/schema.hpp"
#include "server/router/input.hpp"
#include "server/router/route.hpp"

namespace waqtor {

/// What a typed handler is called with and gives back, without its types.
struct Incoming {
    Caller caller;
    json::value input;
    Context context;
};
struct Answered {
    std::optional<json::value> body{};   // the whole envelope; none for 204
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

    bool takes_body() const { return method == Method::post || method == Method::put || method == Method::patch; }
};

namespace detail {
json::value page_envelope(json::array items, std::int64_t total, std::int64_t limit, std::int64_t offset, bool more);
json::object envelope_schema(json::object data);
json::object page_schema(json::object item);
/// {"success":true, …fields} with `data` as well when it is given.
json::object merged_schema(json::object fields, std::optional<json::object> data);
json::value merged_envelope(json::object fields, std::optional<json::value> data);
}   // namespace detail

/// How an output type is written and described. Specialised for the shapes of route.hpp.
template <class Out> struct OutputOf {
    static json::value write(Out const& out) {
        json::object envelope;
        envelope.reserve(2);
        envelope.emplace("success", true);
        envelope.emplace("data", write_json(out));
        return envelope;
    }
    static json::object schema(SchemaSet& set) { return detail::envelope_schema(set.of<Out>()); }
};
template <class T> struct OutputOf<Page<T>> {
    static json::value write(Page<T> const& page) {
        return detail::page_envelope(std::move(write_json(page.items).as_array()), page.total, page.limit, page.offset,
                                     page.has_more());
    }
    static json::object schema(SchemaSet& set) { return detail::page_schema(set.of<T>()); }
};
template <class T> struct OutputOf<Merged<T>> {
    static json::value write(Merged<T> const& out) {
        return detail::merged_envelope(std::move(write_json(out.fields).as_object()), std::nullopt);
    }
    static json::object schema(SchemaSet& set) { return detail::merged_schema(set.inline_of<T>(), std::nullopt); }
};
template <class D, class T> struct OutputOf<DataAnd<D, T>> {
    static json::value write(DataAnd<D, T> const& out) {
        return detail::merged_envelope(std::move(write_json(out.fields).as_object()), write_json(out.data));
    }
    static json::object schema(SchemaSet& set) { return detail::merged_schema(set.inline_of<T>(), set.of<D>()); }
};
template <> struct OutputOf<Nothing> {
    static json::value write(Nothing) { return json::object{{"success", true}}; }
    static json::object schema(SchemaSet&) { return detail::merged_schema({}, std::nullopt); }
};

namespace detail {
template <class Out> Answered answered(Out const& value) { return {.body = OutputOf<Out>::write(value)}; }
template <class Out> Answered answered(Reply<Out> const& reply) {
    return {.body = OutputOf<Out>::write(reply.value), .headers = reply.headers, .status = reply.status};
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
