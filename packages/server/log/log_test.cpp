#include "server/log/log.hpp"

#include "core/base/json.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sstream>

namespace waqtor {
namespace {

TEST(Log, KeepsALineALine) {
    std::string lines;
    auto const sink = [&](std::string_view line) { lines += line; };
    Log text{LogLevel::warn, LogFormat::text, sink};
    text.write(LogLevel::info, "unwanted");
    text.write(LogLevel::warn, "careful", {{"cause", "two\nlines \"quoted\""}, {"count", 3}});
    EXPECT_TRUE(lines.ends_with(R"( warn careful cause="two\nlines \"quoted\"" count=3)"
                                "\n"))
        << lines;
    lines.clear();
    Log json_log{LogLevel::info, LogFormat::json, sink};
    json_log.write(LogLevel::error, "bad", {{"cause", "two\nlines"}, {"count", 3}});
    EXPECT_TRUE(lines.ends_with(R"("level":"error","message":"bad","cause":"two\nlines","count":3})"
                                "\n"))
        << lines;
}

/// A pipe that takes nothing more.
class FullPipe {
public:
    FullPipe() {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK), 0);
        auto const junk = std::string(4096, '.');
        for (auto done = ::write(ends_[1], junk.data(), junk.size()); done > 0; done = ::write(ends_[1], junk.data(), junk.size()))
            filled_ += static_cast<std::size_t>(done);
        EXPECT_EQ(::fcntl(ends_[1], F_SETFL, 0), 0) << "as a pipe is that a program inherits";
    }
    ~FullPipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    FullPipe(FullPipe const&) = delete;
    FullPipe& operator=(FullPipe const&) = delete;

    int write_end() const { return ends_[1]; }
    std::size_t filled() const { return filled_; }
    /// What lies in it now.
    std::string read() const {
        std::string out;
        std::array<char, 65536> part;
        for (auto done = ::read(ends_[0], part.data(), part.size()); done > 0; done = ::read(ends_[0], part.data(), part.size()))
            out.append(part.data(), static_cast<std::size_t>(done));
        return out;
    }
    /// Reads what comes until these words came.
    std::string read_until(std::string_view words) const {
        std::string out;
        while (!out.contains(words)) {
            pollfd one{.fd = ends_[0], .events = POLLIN, .revents = 0};
            ::poll(&one, 1, -1);
            out += read();
        }
        return out;
    }

private:
    std::array<int, 2> ends_{};
    std::size_t filled_ = 0;
};

TEST(Log, NeverWaitsForItsReaderAndCountsWhatItDrops) {
    FullPipe pipe;
    Log log{LogLevel::info, LogFormat::json, pipe.write_end()};
    auto const text = std::string(1000, 'x');
    std::int64_t written = 0;
    while (log.dropped() < 10) log.write(LogLevel::info, text, {{"number", written++}});   // returns though nobody reads
    EXPECT_GE(written, 900) << "a mebibyte is kept";

    std::string seen;
    auto reader = std::thread{[&] { seen = pipe.read_until(R"("message":"end"})"); }};   // somebody reads again
    log.flush();
    log.write(LogLevel::info, "end");
    reader.join();
    std::int64_t last = -1;
    std::int64_t arrived = 0;
    std::int64_t dropped = 0;
    std::istringstream lines{seen.substr(pipe.filled())};
    for (std::string line; std::getline(lines, line);) {
        auto const one = parse_json(line);
        ASSERT_TRUE(one) << line;
        if (auto const* number = one->as_object().if_contains("number")) {
            EXPECT_GT(number->as_int64(), std::exchange(last, number->as_int64())) << "in order";
            ++arrived;
        }
        if (auto const* count = one->as_object().if_contains("count")) dropped += count->as_int64();
    }
    EXPECT_EQ(arrived + dropped, written);
    EXPECT_EQ(dropped, static_cast<std::int64_t>(log.dropped()));
}

TEST(Log, EndsThoughNobodyReads) {
    FullPipe pipe;
    {
        Log log{LogLevel::info, LogFormat::text, pipe.write_end()};
        log.write(LogLevel::info, "unread");
    }
    EXPECT_EQ(pipe.read().size(), pipe.filled()) << "given up, and nothing half written";
}

TEST(Log, WritesBeforeItEnds) {
    FullPipe pipe;
    pipe.read();
    {
        Log log{LogLevel::info, LogFormat::text, pipe.write_end()};
        for (int i = 0; i < 10; ++i) log.write(LogLevel::info, "line", {{"number", i}});
    }
    auto const seen = pipe.read();
    EXPECT_EQ(std::ranges::count(seen, '\n'), 10) << seen;
    EXPECT_TRUE(seen.ends_with(" info line number=9\n")) << seen;
}

}   // namespace
}   // namespace waqtor
