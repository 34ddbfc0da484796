#include "sandbox/control/reader.hpp"

namespace waqtor::sandbox {

namespace json = boost::json;

json::value const* Reader::find(std::string_view key) {
    asked_.emplace(key);
    auto const* value = from_.if_contains(key);
    return value && !value->is_null() ? value : nullptr;
}

void Reader::wrong(std::string_view key, std::string_view why) {
    if (problem_.empty()) problem_ = where_ + std::string{key} + ": " + std::string{why};
}

std::string Reader::text(std::string_view key, std::string fallback) {
    auto const* value = find(key);
    if (!value) return fallback;
    if (value->is_string()) return std::string{value->get_string()};
    wrong(key, "must be text");
    return fallback;
}

std::string Reader::needed(std::string_view key) {
    auto out = text(key);
    if (out.empty()) wrong(key, "is required");
    return out;
}

double Reader::number(std::string_view key, double fallback, double least, double most) {
    auto const* value = find(key);
    if (!value) return fallback;
    auto error = boost::system::error_code{};
    auto const read = value->is_double() ? value->get_double() : static_cast<double>(value->to_number<std::int64_t>(error));
    if (!error && read >= least && read <= most) return read;
    wrong(key, "must be a number between " + std::to_string(least) + " and " + std::to_string(most));
    return fallback;
}

std::uint64_t Reader::count(std::string_view key, std::uint64_t fallback) {
    auto const* value = find(key);
    if (!value) return fallback;
    auto error = boost::system::error_code{};
    auto const read = value->to_number<std::uint64_t>(error);
    if (!error) return read;
    wrong(key, "must be a whole number");
    return fallback;
}

bool Reader::flag(std::string_view key, bool fallback) {
    auto const* value = find(key);
    if (!value) return fallback;
    if (value->is_bool()) return value->get_bool();
    wrong(key, "must be true or false");
    return fallback;
}

std::optional<Milliseconds> Reader::wait(std::string_view key) {
    constexpr std::uint64_t kDay = 86'400'000;
    if (!find(key)) return std::nullopt;
    auto const read = count(key, 0);
    if (read > kDay) wrong(key, "must be at most a day, in milliseconds");
    return Milliseconds{std::min(read, kDay)};
}

json::object const* Reader::object(std::string_view key) {
    auto const* value = find(key);
    if (value && !value->is_object()) wrong(key, "must be an object");
    return value ? value->if_object() : nullptr;
}

json::array const* Reader::array(std::string_view key) {
    auto const* value = find(key);
    if (value && !value->is_array()) wrong(key, "must be a list");
    return value ? value->if_array() : nullptr;
}

std::vector<std::string> Reader::texts(std::string_view key) {
    auto out = std::vector<std::string>{};
    auto const* list = array(key);
    if (!list) return out;
    for (auto const& one : *list) {
        if (one.is_string())
            out.emplace_back(one.get_string());
        else
            wrong(key, "must be a list of texts");
    }
    return out;
}

Result<void> Reader::end() {
    for (auto const& [key, _] : from_)
        if (!asked_.contains(std::string_view{key})) wrong(key, "is not known here");
    if (!problem_.empty()) return fail(Code::invalid, problem_);
    return {};
}

}   // namespace waqtor::sandbox
