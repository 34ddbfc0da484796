#pragma once
#include "core/base/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <utility>

namespace waqtor {
namespace asio = boost::asio;

template <class T> using Result = std::expected<T, Error>;    // can fail
template <class T> using Task = asio::awaitable<Result<T>>;   // can fail, and waits

inline std::unexpected<Error> fail(Code code, std::string message, std::source_location at = std::source_location::current()) {
    return std::unexpected(Error{.code = code, .message = std::move(message), .trace = {at}});
}

/// A failure whose cause is for the log and never for the caller (a library's own words).
inline std::unexpected<Error> fail_with_cause(Code code, std::string message, std::string cause,
                                              std::source_location at = std::source_location::current()) {
    return std::unexpected(Error{.code = code, .message = std::move(message), .cause = std::move(cause), .trace = {at}});
}

/// One field has a value that is not allowed.
inline std::unexpected<Error> invalid(std::string field, std::string problem,
                                      std::source_location at = std::source_location::current()) {
    auto message = field + ": " + problem;
    return std::unexpected(Error{.code = Code::invalid,
                                 .message = std::move(message),
                                 .details = {FieldProblem{std::move(field), std::move(problem)}},
                                 .trace = {at}});
}

}   // namespace waqtor

// Unwrap a Result, or hand its error to the caller. TRY in functions, CO_TRY in coroutines; the _OK forms are for Result<void>.
#define WAQTOR_CAT2_(a, b) a##b
#define WAQTOR_CAT_(a, b) WAQTOR_CAT2_(a, b)
#define WAQTOR_TRY_(leave, result, decl, ...)                      \
    auto result = __VA_ARGS__;                                     \
    if (!result) leave std::unexpected(std::move(result).error()); \
    decl = *std::move(result)
#define TRY(decl, ...) WAQTOR_TRY_(return, WAQTOR_CAT_(result_, __LINE__), decl, (__VA_ARGS__))
#define CO_TRY(decl, ...) WAQTOR_TRY_(co_return, WAQTOR_CAT_(result_, __LINE__), decl, (__VA_ARGS__))
#define TRY_OK(...) \
    if (auto outcome_ = (__VA_ARGS__); !outcome_) return std::unexpected(std::move(outcome_).error())
#define CO_TRY_OK(...) \
    if (auto outcome_ = (__VA_ARGS__); !outcome_) co_return std::unexpected(std::move(outcome_).error())
