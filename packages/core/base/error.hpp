#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

/// Every way an operation of ours can fail. What a caller sees of each is its row in kErrors.
enum class Code : std::uint8_t {
    malformed,
    unauthenticated,
    forbidden,
    not_found,
    method_not_allowed,
    timeout,
    conflict,
    gone,
    too_large,
    uri_too_long,
    unsupported_media,
    invalid,
    rate_limited,
    headers_too_large,
    internal,
    not_implemented,
    unavailable,
    busy,
    storage_full,
};
BOOST_DESCRIBE_ENUM(Code, malformed, unauthenticated, forbidden, not_found, method_not_allowed, timeout, conflict, gone, too_large,
                    uri_too_long, unsupported_media, invalid, rate_limited, headers_too_large, internal, not_implemented,
                    unavailable, busy, storage_full)

struct ErrorRow {
    Code code;
    std::string_view name;   // `error.code` of the API
    unsigned http;           // status of the answer
    bool retryable;          // the same request may work later
    std::string_view says;   // for the documentation
};

inline constexpr std::array kErrors{
    ErrorRow{Code::malformed, "malformed", 400, false, "The request cannot be read"},
    ErrorRow{Code::unauthenticated, "unauthenticated", 401, false, "No valid login or API key"},
    ErrorRow{Code::forbidden, "forbidden", 403, false, "The login or key may not do this"},
    ErrorRow{Code::not_found, "not_found", 404, false, "No such thing in this workspace"},
    ErrorRow{Code::method_not_allowed, "method_not_allowed", 405, false, "The path exists, but not with this method"},
    ErrorRow{Code::timeout, "timeout", 408, true, "The request took too long to arrive"},
    ErrorRow{Code::conflict, "conflict", 409, false, "The state does not allow it, or it exists already"},
    ErrorRow{Code::gone, "gone", 410, false, "It existed and was removed or has expired"},
    ErrorRow{Code::too_large, "too_large", 413, false, "The body is larger than this route allows"},
    ErrorRow{Code::uri_too_long, "uri_too_long", 414, false, "The address is longer than allowed"},
    ErrorRow{Code::unsupported_media, "unsupported_media", 415, false, "The content type is not accepted here"},
    ErrorRow{Code::invalid, "invalid", 422, false, "A field has a value that is not allowed"},
    ErrorRow{Code::rate_limited, "rate_limited", 429, true, "Too many requests; see Retry-After"},
    ErrorRow{Code::headers_too_large, "headers_too_large", 431, false, "The request's header is too large"},
    ErrorRow{Code::internal, "internal", 500, false, "A fault of the server; it is in the log under the request id"},
    ErrorRow{Code::not_implemented, "not_implemented", 501, false, "The server does not know this method"},
    ErrorRow{Code::unavailable, "unavailable", 503, true, "The server or a part it needs is not ready"},
    ErrorRow{Code::busy, "busy", 503, true, "The database is busy; try again"},
    ErrorRow{Code::storage_full, "storage_full", 503, true, "The disk is full; nothing was written"},
};

constexpr bool every_code_has_its_row() {
    for (std::size_t i = 0; i < kErrors.size(); ++i)
        if (kErrors[i].code != static_cast<Code>(i)) return false;
    return kErrors.size() == boost::mp11::mp_size<boost::describe::describe_enumerators<Code>>::value;
}
static_assert(every_code_has_its_row(), "every Code needs exactly one row in kErrors, in the order of the enum");

constexpr ErrorRow const& row(Code code) { return kErrors[static_cast<std::size_t>(code)]; }

/// What is wrong with one field of a request: `field` is its path ("recipients[2].phone").
struct FieldProblem {
    std::string field;
    std::string problem;
    auto operator<=>(FieldProblem const&) const = default;
};
BOOST_DESCRIBE_STRUCT(FieldProblem, (), (field, problem))

struct Error {
    Code code = Code::internal;
    std::string message;   // safe to show to the caller
    std::vector<FieldProblem> details{};
    std::optional<std::chrono::seconds> retry_after{};
    std::string cause{};                         // for the log only
    std::vector<std::source_location> trace{};   // for the log only
};

}   // namespace waqtor
