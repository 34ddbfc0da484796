#include "server/http/listen.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace waqtor {
namespace {

TEST(Listen, SaysWhyAnAddressCannotBeHad) {
    auto const first = open_listener("127.0.0.1", 0);
    ASSERT_TRUE(first);
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ASSERT_EQ(::getsockname(*first, reinterpret_cast<sockaddr*>(&name), &size), 0);
    auto const second = open_listener("127.0.0.1", ntohs(name.sin_port));
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find("Address already in use"), std::string::npos);
    EXPECT_EQ(open_listener("no address", 0).error().code, Code::invalid);
    ::close(*first);
}

/// In a process of its own, because the descriptors' numbers are fixed.
template <class F> int exit_code_of(F work) {
    auto const child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

TEST(Listen, TakesOverTheSocketsItIsGiven) {
    EXPECT_EQ(exit_code_of([] {
                  auto const fd = open_listener("127.0.0.1", 0).value();
                  ::dup2(fd, 3);
                  ::dup2(::open("/dev/null", O_RDONLY), 4);   // not a socket: left out
                  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
                  ::setenv("LISTEN_FDS", "2", 1);
                  auto const taken = inherited_listeners();
                  auto const again = inherited_listeners();
                  return taken == std::vector{3} && again.empty() && (::fcntl(3, F_GETFD) & FD_CLOEXEC) ? 7 : 1;
              }),
              7);
}

TEST(Listen, LeavesAnotherProcessItsSockets) {
    EXPECT_EQ(exit_code_of([] {
                  ::setenv("LISTEN_PID", "1", 1);
                  ::setenv("LISTEN_FDS", "1", 1);
                  return inherited_listeners().empty() ? 7 : 1;
              }),
              7);
}

TEST(Listen, TellsTheManager) {
    EXPECT_EQ(exit_code_of([] {
                  ::unsetenv("NOTIFY_SOCKET");
                  if (notify_manager("READY=1")) return 1;
                  auto const fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
                  sockaddr_un name{};
                  name.sun_family = AF_UNIX;
                  auto const text = "@waqtor-notify-" + std::to_string(::getpid());
                  text.copy(name.sun_path, text.size());
                  name.sun_path[0] = '\0';
                  auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
                  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0) return 2;
                  ::setenv("NOTIFY_SOCKET", text.c_str(), 1);
                  if (!notify_manager("READY=1")) return 3;
                  char got[32] = {};
                  return ::recv(fd, got, sizeof got, 0) == 7 && std::string_view{got} == "READY=1" ? 7 : 4;
              }),
              7);
}

}   // namespace
}   // namespace waqtor
