#pragma once
#include "server/log/log_writer.hpp"

#include <boost/describe/enum.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <variant>

namespace waqtor {

enum class LogLevel : std::uint8_t { debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };
BOOST_DESCRIBE_ENUM(LogLevel, debug, info, warn, error)
BOOST_DESCRIBE_ENUM(LogFormat, text, json)

struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t> value;
};

/// Structured lines: a fixed sentence and named values, as `name=value` text or one JSON object a line. What is given must hold no
/// secret and nothing about a person: paths, queries, addresses and bodies do not belong here. Safe to use from any thread.
class Log {
public:
    /// To standard error, or another descriptor that stays open. Never waits for the reader: when it is too slow, lines are
    /// dropped, counted, and the next line that fits is preceded by one that says how many.
    Log(LogLevel level, LogFormat format, int fd = 2);
    /// To a function, a line at a time with its line end; for tests.
    Log(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink);

    bool wants(LogLevel level) const { return level >= level_; }
    void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
    /// Waits, but not for long, until what was written before has left the process.
    void flush();
    /// Lines that were lost because nobody read them.
    std::uint64_t dropped() const { return writer_ ? writer_->dropped() : 0; }

private:
    std::string line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

    LogLevel level_;
    LogFormat format_;
    std::unique_ptr<LogWriter> writer_;   // or
    std::function<void(std::string_view)> sink_;
    std::mutex mutex_;                          // of sink_
    std::atomic<std::uint64_t> reported_ = 0;   // of the dropped lines
};

}   // namespace waqtor
