#pragma once
#include "server/http/message.hpp"
#include "server/static/embedded.hpp"

#include <optional>

namespace waqtor {

class Router;

enum class Encoding : std::uint8_t { identity, gzip, brotli };

/// The form of an answer that Accept-Encoding (RFC 9110 §12.5.3) likes best; among equals brotli, then gzip.
Encoding choose_encoding(std::string_view accept_encoding);

/// Answers with the file: in the form the client accepts, or 304 when it has it already. Nothing when there is no such file.
/// `files` ends with an empty one. The views have static storage.
std::optional<Response> serve_file(EmbeddedFile const* files, std::string_view name, Request const& request,
                                   std::string_view cache_control, std::string_view content_security_policy);

/// GET /api/docs (Swagger UI) and /api/openapi.json, of all routes the router has when it is first asked.
void declare_docs_routes(Router& api, std::string version);

}   // namespace waqtor
