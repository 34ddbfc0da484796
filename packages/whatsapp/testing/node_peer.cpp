#include "whatsapp/testing/node_peer.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace waqtor::whatsapp::testing {

namespace {

std::vector<std::string> node_command(std::string_view script) {
    auto const folder = std::filesystem::path{WAQTOR_INTEROP};
    if (!std::filesystem::exists(folder / "node_modules"))
        throw std::runtime_error{"tests/interop/node_modules is missing; run: npm ci --prefix tests/interop --ignore-scripts"};
    return {"node", (folder / script).string()};
}

}   // namespace

LinePeer::LinePeer(std::vector<std::string> command) {
    int to[2];
    int from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe for " + command.front()};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    auto const failed = posix_spawnp(&process_, arguments.front(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    to_ = fdopen(to[1], "w");
    from_ = fdopen(from[0], "r");
    if (failed != 0) throw std::runtime_error{command.front() + " cannot be started: " + std::strerror(failed)};
    std::signal(SIGPIPE, SIG_IGN);   // a dead peer shall be an exception with words, not a silent end of the test program
}

LinePeer::~LinePeer() {
    std::fclose(to_);   // the end of its input is the end of the process
    std::fclose(from_);
    int status = 0;
    waitpid(process_, &status, 0);
}

boost::json::object LinePeer::call(boost::json::object request) {
    auto const line = boost::json::serialize(request) + "\n";
    std::fwrite(line.data(), 1, line.size(), to_);
    std::fflush(to_);
    std::string answer;
    for (int c = std::fgetc(from_); c != '\n'; c = std::fgetc(from_)) {
        if (c == EOF) throw std::runtime_error{"the foreign process has ended; what it said is above"};
        answer.push_back(static_cast<char>(c));
    }
    return boost::json::parse(answer).as_object();
}

NodePeer::NodePeer(std::string_view script) : LinePeer{node_command(script)} {}

WhatsmeowSignalPeer::WhatsmeowSignalPeer() : LinePeer{{WAQTOR_WHATSMEOW_SIGNAL}} {}

}   // namespace waqtor::whatsapp::testing
