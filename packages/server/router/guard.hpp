#pragma once
#include "core/accounts/caller.hpp"
#include "server/http/message.hpp"

namespace waqtor {

/// What the request carries to prove who it is from.
Credentials credentials_of(Request const& request);

/// May a request that is known by its cookie change anything? Only when a page of ours, or of an allowed origin, sent it on
/// purpose: the browser's Origin (or Sec-Fetch-Site) says so and the custom header `X-Waqtor-Request: 1` is there, which other
/// sites' forms cannot add. Code::forbidden says which is missing.
Result<void> check_cookie_request(Request const& request, std::vector<std::string> const& allowed_origins);

/// Was the request sent by a page of ours or of an allowed origin (its Origin header says so)?
bool has_allowed_origin(Request const& request, std::vector<std::string> const& allowed_origins);

/// Access-Control headers for a request from an allowed origin; none for others.
void add_cors_headers(Request const& request, std::vector<std::string> const& allowed_origins, std::string_view allowed_methods,
                      Response& response);

}   // namespace waqtor
