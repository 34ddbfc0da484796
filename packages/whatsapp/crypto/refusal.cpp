#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

namespace {
constexpr std::string_view kField = "whatsapp.refusal";
}

std::string_view name_of(Refusal refusal) { return boost::describe::enum_to_string(refusal, "unknown"); }

std::unexpected<Error> refuse(Refusal why, std::string message, std::source_location at) {
    return std::unexpected(Error{.code = Code::malformed,
                                 .message = std::move(message),
                                 .details = {FieldProblem{std::string{kField}, std::string{name_of(why)}}},
                                 .trace = {at}});
}

std::optional<Refusal> refusal_of(Error const& error) {
    for (auto const& detail : error.details) {
        if (detail.field != kField) continue;
        Refusal found{};
        if (boost::describe::enum_from_string(detail.problem.c_str(), found)) return found;
    }
    return std::nullopt;
}

std::string described(Error const& error) {
    auto out = error.message;
    auto const refusal = refusal_of(error);
    if (refusal)
        out += " (" + std::string{name_of(*refusal)} + ")";
    else if (!error.cause.empty())
        out += ": " + error.cause;
    return out;
}

}   // namespace waqtor::whatsapp
