#include "server/static/static_files.hpp"

#include "server/router/router.hpp"

#include <zlib.h>

#include <charconv>
#include <mutex>

namespace waqtor {

extern EmbeddedFile const kDocsFiles[];

namespace {

// Swagger UI sets style attributes and draws with data: images; scripts come from here only.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string_view take(std::string_view& rest, char separator) {
    auto const part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return trim(part);
}

/// Thousandths; what is no number counts as not wanted.
int quality(std::string_view parameters) {
    while (!parameters.empty()) {
        auto const one = take(parameters, ';');
        if (!one.starts_with("q=") && !one.starts_with("Q=")) continue;
        double value = 0;
        auto const [end, error] = std::from_chars(one.data() + 2, one.data() + one.size(), value);
        return error == std::errc{} && end == one.data() + one.size() && value >= 0 && value <= 1 ? static_cast<int>(value * 1000)
                                                                                                  : 0;
    }
    return 1000;
}

std::string unzip(EmbeddedFile const& file) {
    std::string out(file.size, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.gzip.data()));
    stream.avail_in = static_cast<uInt>(file.gzip.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return out;
}

bool has_tag(std::string_view if_none_match, std::string_view tag) {
    while (!if_none_match.empty()) {
        auto one = take(if_none_match, ',');
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (one == tag || one == "*") return true;
    }
    return false;
}
}   // namespace

Encoding choose_encoding(std::string_view accept) {
    std::array<std::optional<int>, 3> wanted;   // in the order of Encoding
    std::optional<int> others;
    while (!accept.empty()) {
        auto one = take(accept, ',');
        auto const name = take(one, ';');
        auto const value = quality(one);
        if (same_ignoring_case(name, "br")) wanted[2] = value;
        if (same_ignoring_case(name, "gzip") || same_ignoring_case(name, "x-gzip")) wanted[1] = value;
        if (same_ignoring_case(name, "identity")) wanted[0] = value;
        if (name == "*") others = value;
    }
    auto const brotli = wanted[2].value_or(others.value_or(0));
    auto const gzip = wanted[1].value_or(others.value_or(0));
    auto const identity = wanted[0].value_or(1);   // always acceptable, least liked
    if (brotli > 0 && brotli >= gzip && brotli >= identity) return Encoding::brotli;
    if (gzip > 0 && gzip >= identity) return Encoding::gzip;
    return Encoding::identity;
}

std::optional<Response> serve_file(EmbeddedFile const* files, std::string_view name, Request const& request,
                                   std::string_view cache_control, std::string_view content_security_policy) {
    auto const* file = files;
    while (!file->name.empty() && file->name != name) ++file;
    if (file->name.empty()) return std::nullopt;
    auto const packed = !file->gzip.empty();
    auto const encoding = packed ? choose_encoding(request.header("accept-encoding")) : Encoding::identity;
    constexpr std::array<std::string_view, 3> kSuffix{"", "-gz", "-br"};
    auto const tag = '"' + std::string{file->hash} + std::string{kSuffix[static_cast<std::size_t>(encoding)]} + '"';
    Response out{.content_type = file->content_type,
                 .cache_control = cache_control,
                 .content_security_policy = content_security_policy,
                 .headers = {{"ETag", tag}, {"Vary", "Accept-Encoding"}}};
    if (has_tag(request.header("if-none-match"), tag)) {
        out.status = 304;
        return out;
    }
    if (encoding == Encoding::identity && packed)
        out.body = unzip(*file);
    else
        out.fixed_body = encoding == Encoding::brotli ? file->brotli : encoding == Encoding::gzip ? file->gzip : file->raw;
    if (encoding != Encoding::identity) out.headers.push_back({"Content-Encoding", encoding == Encoding::brotli ? "br" : "gzip"});
    return out;
}

void declare_docs_routes(Router& api, std::string version) {
    auto const page = [](std::string_view name, Request const& request) -> Result<Response> {
        auto answer = serve_file(kDocsFiles, name, request, "no-cache", kPolicy);
        if (!answer) return fail(Code::not_found, "There is nothing at this address");
        return *std::move(answer);
    };
    api.raw("/api/docs", {.access = Access::open}, "text/html",
            [page](Caller, Request const& request) -> Task<Response> { co_return page("index.html", request); });
    api.raw("/api/docs/{name}", {.access = Access::open}, "text/html", [page](Caller, Request const& request) -> Task<Response> {
        co_return page(request.path.substr(request.path.rfind('/') + 1), request);
    });

    struct Document {
        std::once_flag made;
        std::string text;
    };
    api.raw(
        "/api/openapi.json", {.access = Access::open}, "application/json",
        [&api, version = std::move(version), document = std::make_shared<Document>()](Caller, Request const&) -> Task<Response> {
            std::call_once(document->made, [&] { document->text = json::serialize(api.openapi(version)); });
            co_return Response{.cache_control = "no-cache", .fixed_body = document->text};
        });
}

}   // namespace waqtor
