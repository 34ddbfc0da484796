#include "server/log/log.hpp"

#include "core/base/time.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <boost/json.hpp>

namespace waqtor {
namespace {

constexpr std::array kLevels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FunctionSink(std::function<void(std::string_view)> to) : to_{std::move(to)} {}

protected:
    void sink_it_(spdlog::details::log_msg const& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        to_({line.data(), line.size()});
    }
    void flush_() override {}

private:
    std::function<void(std::string_view)> to_;
};

std::shared_ptr<spdlog::logger> make_logger(LogLevel level, spdlog::sink_ptr sink) {
    auto logger = std::make_shared<spdlog::logger>("waqtor", std::move(sink));
    logger->set_pattern("%v");   // the line is made here, so that both formats carry the same fields
    logger->set_level(kLevels[static_cast<std::size_t>(level)]);
    logger->flush_on(spdlog::level::warn);
    return logger;
}

std::string now() { return to_iso(std::chrono::floor<Milliseconds>(std::chrono::system_clock::now())); }

/// A value that needs quotes to stay one value is written as JSON text, which also keeps line ends out of the line.
void append_text(std::string& out, std::string_view value) {
    auto const plain =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c > ' ' && c != '"' && c != '=' && c != 0x7f; });
    out += plain ? std::string{value} : boost::json::serialize(boost::json::string(value));
}

std::string text_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    auto out = now() + ' ' + std::string{kLevelNames[static_cast<std::size_t>(level)]} + ' ' + std::string{message};
    for (auto const& [name, value] : fields) {
        out += ' ';
        out += name;
        out += '=';
        if (auto const* text = std::get_if<std::string_view>(&value))
            append_text(out, *text);
        else
            out += std::to_string(std::get<std::int64_t>(value));
    }
    return out;
}

std::string json_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    boost::json::object out{{"time", now()}, {"level", kLevelNames[static_cast<std::size_t>(level)]}, {"message", message}};
    for (auto const& [name, value] : fields) std::visit([&, key = name](auto const& one) { out[key] = one; }, value);
    return boost::json::serialize(out);
}
}   // namespace

Log::Log(LogLevel level, LogFormat format)
    : logger_{make_logger(level, std::make_shared<spdlog::sinks::stderr_sink_mt>())}, format_{format} {}

Log::Log(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink)
    : logger_{make_logger(level, std::make_shared<FunctionSink>(std::move(sink)))}, format_{format} {}

Log::~Log() { flush(); }

bool Log::wants(LogLevel level) const { return logger_->should_log(kLevels[static_cast<std::size_t>(level)]); }

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!wants(level)) return;
    auto const line = format_ == LogFormat::json ? json_line(level, message, fields) : text_line(level, message, fields);
    logger_->log(kLevels[static_cast<std::size_t>(level)], spdlog::string_view_t{line.data(), line.size()});
}

void Log::flush() { logger_->flush(); }

}   // namespace waqtor
