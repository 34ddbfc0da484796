#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace waqtor {

enum class LogLevel : std::uint8_t { debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t> value;
};

/// Structured lines: a fixed sentence and named values, as `name=value` text or one JSON object a line. What is given must hold no
/// secret and nothing about a person: paths, queries, addresses and bodies do not belong here. Safe to use from any thread.
class Log {
public:
    /// To standard error.
    Log(LogLevel level, LogFormat format);
    /// To a function, a line at a time with its line end; for tests.
    Log(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink);
    ~Log();

    bool wants(LogLevel level) const;
    void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
    void flush();

private:
    std::shared_ptr<spdlog::logger> logger_;
    LogFormat format_;
};

}   // namespace waqtor
