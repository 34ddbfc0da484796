// media_bench [MIB]: a document up to the sandbox's media store and down again; how much memory our side takes meanwhile. The
// sandbox runs as a child process, so that its copy is not counted.
#include "whatsapp/messaging/media_transfer.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

using namespace waqtor;
using namespace waqtor::whatsapp;
namespace fs = std::filesystem;

namespace {

/// The sandbox as a process; its first line says where it listens.
struct Child {
    pid_t pid = -1;
    int in = -1;
    std::string host;

    Child(char const* program, fs::path const& folder) {
        int to[2], from[2];
        if (pipe(to) != 0 || pipe(from) != 0 || (pid = fork()) < 0) throw std::runtime_error{"no process"};
        if (pid == 0) {
            dup2(to[0], 0);
            dup2(from[1], 1);
            close(to[1]);
            close(from[0]);
            execl(program, program, "sandbox", "--json", "--files", folder.c_str(), nullptr);
            _exit(127);
        }
        close(to[0]);
        close(from[1]);
        in = to[1];
        std::string line;
        for (char c = 0; read(from[0], &c, 1) == 1 && c != '\n';) line += c;
        auto const start = line.find("wss://") + 6;
        host = line.substr(start, line.find('/', start) - start);
    }
    ~Child() {
        close(in);
        kill(pid, SIGTERM);
        waitpid(pid, nullptr, 0);
    }
};

/// KiB of a line of /proc/self/status.
long status(std::string_view key) {
    std::ifstream file{"/proc/self/status"};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return std::stol(line.substr(key.size() + 1));
    return 0;
}

template <class T> T run(Task<T> task) {
    asio::io_context io;
    auto done = asio::co_spawn(io, std::move(task), asio::use_future);
    io.run();
    auto result = done.get();
    if (!result) throw std::runtime_error{result.error().message + " " + result.error().cause};
    return *std::move(result);
}

constexpr double kMostGrowth = 8;   // MiB
double largest_growth = 0;

template <class Work> auto measured(char const* what, std::size_t mib, Work work) {
    std::ofstream{"/proc/self/clear_refs"} << 5;   // the peak starts anew
    auto const before = status("VmRSS:");
    auto const start = std::chrono::steady_clock::now();
    auto out = work();
    auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    auto const growth = static_cast<double>(status("VmHWM:") - before) / 1024;
    largest_growth = std::max(largest_growth, growth);
    fmt::print("{:<5}{:>8.2f} s {:>8.1f} MiB/s   RSS growth at the peak {:>6.2f} MiB (most {:.0f})\n", what, seconds,
               static_cast<double>(mib) / seconds, growth, kMostGrowth);
    return out;
}

}   // namespace

int main(int argc, char** argv) try {
    auto const mib = argc > 1 ? std::stoul(argv[1]) : 100UL;
    auto name = (fs::temp_directory_path() / "waqtor-media-bench-XXXXXX").string();
    if (!mkdtemp(name.data())) return 1;
    fs::path const folder = name;
    {
        std::ofstream file{folder / "plain", std::ios::binary};
        for (std::size_t i = 0; i < mib; ++i) file << text_of(crypto::random_bytes(1 << 20));
    }
    Child sandbox{WAQTOR_PROGRAM, folder};
    asio::thread_pool pool{1};
    messaging::MediaHosts const hosts{.auth = "sandbox", .hosts = {sandbox.host}};
    messaging::TransferOptions const options{.https = {.tls = transport::Tls::make((folder / "ca.pem").string()).value()},
                                             .files = pool.get_executor()};
    {   // code, TLS and allocator are there before the measuring starts
        std::ofstream{folder / "small"} << "x";
        run(messaging::upload_media(folder / "small", media::Kind::document, hosts, options));
    }
    auto const up =
        measured("up", mib, [&] { return run(messaging::upload_media(folder / "plain", media::Kind::document, hosts, options)); });
    measured("down", mib, [&] {
        return run(messaging::download_media(up.remote, media::Kind::document, folder / "back", up.size, hosts, options));
    });
    pool.join();
    fs::remove_all(folder);
    return largest_growth <= kMostGrowth ? 0 : 1;
} catch (std::exception const& error) {
    std::cerr << "media_bench: " << error.what() << '\n';
    return 1;
}
