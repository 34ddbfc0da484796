#include "server/log/log.hpp"

#include "core/base/json.hpp"

#include <algorithm>

namespace waqtor {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

std::string now() { return to_iso(std::chrono::floor<Milliseconds>(std::chrono::system_clock::now())); }

void append_value(std::string& out, LogField const& field, LogFormat format) {
    if (auto const* number = std::get_if<std::int64_t>(&field.value)) return append_json(out, *number);
    auto const text = std::get<std::string_view>(field.value);
    // In the text format only a value that would not stay one value is quoted, which also keeps line ends out of the line.
    auto const plain = format == LogFormat::text && !text.empty() &&
                       std::ranges::all_of(text, [](char c) { return c > ' ' && c != '"' && c != '=' && c != 0x7f; });
    if (plain)
        out += text;
    else
        append_json(out, text);
}
}   // namespace

Log::Log(LogLevel level, LogFormat format, int fd) : level_{level}, format_{format}, writer_{std::make_unique<LogWriter>(fd)} {}

Log::Log(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink)
    : level_{level}, format_{format}, sink_{std::move(sink)} {}

std::string Log::line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
    auto const name = kLevelNames[static_cast<std::size_t>(level)];
    auto const json = format_ == LogFormat::json;
    auto out = json ? R"({"time":")" + now() + R"(","level":")" : now() + ' ';
    out += name;
    out += json ? R"(","message":)" : " ";
    if (json)
        append_json(out, message);
    else
        out += message;
    for (auto const& field : fields) {
        out += json ? ",\"" : " ";
        out += field.name;
        out += json ? "\":" : "=";
        append_value(out, field, format_);
    }
    return out += json ? "}\n" : "\n";
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!wants(level)) return;
    auto const text = line(level, message, fields);
    if (!writer_) {
        auto lock = std::lock_guard{mutex_};
        return sink_(text);
    }
    auto reported = reported_.load();
    auto const dropped = writer_->dropped();
    auto prefix = std::string{};
    if (dropped > reported && reported_.compare_exchange_strong(reported, dropped))
        prefix = line(LogLevel::warn, "log lines were dropped: nobody read them",
                      {{"count", static_cast<std::int64_t>(dropped - reported)}});
    if (!writer_->write(prefix + text) && !prefix.empty()) reported_ -= dropped - reported;
}

void Log::flush() {
    if (writer_) writer_->flush();
}

}   // namespace waqtor
