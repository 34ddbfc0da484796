#pragma once
#include "core/base/described.hpp"

namespace waqtor::crash {

/// The event the crash test appends: who it is among all that were ever tried.
struct Appended {
    static constexpr std::string_view kName = "crash.appended";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "The crash test appended an event";
    std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(Appended, (), (number))

/// Two workspaces, so that their numbers interleave.
inline WorkspaceId workspace(std::int64_t number) {
    WorkspaceId id;
    id.uuid.bytes.back() = static_cast<std::uint8_t>(1 + number % 2);
    return id;
}

/// What the appender prints for every append that was acknowledged, one record at a time: smaller than PIPE_BUF, so never torn.
struct Acknowledged {
    std::int64_t number;
    std::int64_t seq;
};

}   // namespace waqtor::crash
