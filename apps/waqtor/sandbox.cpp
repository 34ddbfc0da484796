#include "command.hpp"
#include "core/base/cidr.hpp"
#include "sandbox/control/control.hpp"
#include "sandbox/control/world.hpp"

#include <sys/resource.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <fstream>

namespace waqtor {
namespace {

struct Wish {
    std::string listen = "127.0.0.1:0";
    std::string control = "127.0.0.1:0";
    std::string world;
    std::string files;
};

struct Place {
    std::string address;
    std::uint16_t port = 0;
};

/// ADDRESS:PORT, the address being this machine's own: neither door asks who comes.
Result<Place> place(std::string const& flag, std::string const& text) {
    auto const colon = text.rfind(':');
    auto out = Place{.address = text.substr(0, colon)};
    auto const digits = colon == text.npos ? std::string_view{} : std::string_view{text}.substr(colon + 1);
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size())
        return fail(Code::invalid, flag + ": \"" + text + "\" must be ADDRESS:PORT, like 127.0.0.1:9000");
    if (out.address.starts_with('[') && out.address.ends_with(']')) out.address = out.address.substr(1, out.address.size() - 2);
    if (!is_loopback(out.address))
        return fail(Code::forbidden, flag + ": the sandbox listens on loopback only, not on " + out.address);
    return out;
}

/// What clients must trust, in a folder that goes with the sandbox when nobody named one.
class Files {
public:
    explicit Files(std::string const& wanted) : path_{wanted}, ours_{wanted.empty()} {
        auto pattern = (std::filesystem::temp_directory_path() / "waqtor-sandbox-XXXXXX").string();
        if (ours_ && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~Files() {
        auto ignored = std::error_code{};
        if (ours_ && !path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    Files(Files const&) = delete;
    Files& operator=(Files const&) = delete;
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
    bool ours_;
};

/// As many open files as the system lets us have: one for each client.
void raise_open_files() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void tell(Output const& output, sandbox::Sandbox& sandbox, sandbox::ControlServer const& control, Files const& files,
          std::size_t phones) {
    auto const ca = (files.path() / "ca.pem").string();
    auto const root = (files.path() / "noise-root.hex").string();
    auto const door = fmt::format("http://127.0.0.1:{}", control.port());
    if (output.json)
        output.print({{"success", true},
                      {"data", {{"url", sandbox.url()}, {"control", door}, {"ca", ca}, {"noiseRoot", root}, {"phones", phones}}}});
    else
        std::cout << "A WhatsApp service for tests, on this machine only. Ctrl-C ends it.\n\n"
                  << "  Service     " << sandbox.url() << "\n  Control     " << door << "/v1/info\n  TLS root    " << ca
                  << "\n  Noise root  " << root << "\n  Phones      " << phones << "\n\n";
    std::cout << std::flush;
}

Result<void> run(Wish const& wish, Output const& output) {
    TRY(auto const listen, place("--listen", wish.listen));
    TRY(auto const door, place("--control", wish.control));
    auto world = boost::json::object{};
    if (!wish.world.empty()) {
        TRY(world, sandbox::read_world_file(wish.world));
    }
    auto const files = Files{wish.files};
    if (files.path().empty()) return fail(Code::unavailable, "Cannot make a temporary folder");
    raise_open_files();
    asio::io_context io;
    asio::signal_set stop{io, SIGTERM, SIGINT};
    stop.async_wait([&io](auto, int) { io.stop(); });

    auto service = sandbox::Sandbox{{.address = listen.address, .port = listen.port, .folder = files.path()}};
    if (!(std::ofstream{files.path() / "url"} << service.url() << '\n'))   // for `waqtor session --sandbox`
        return fail(Code::unavailable, "Cannot write in " + files.path().string());
    auto control = sandbox::ControlServer{service, door.address, door.port};
    TRY_OK(sandbox::apply_world(service, world));
    auto phones = std::size_t{};
    service.on_service([&](sandbox::Service& one) { phones = one.world.size(); });
    tell(output, service, control, files, phones);
    io.run();
    return {};
}
}   // namespace

void add_sandbox(Program& program) {
    auto wish = std::make_shared<Wish>();
    auto* command = program.app.add_subcommand("sandbox", "Run only the sandbox: a WhatsApp service on this machine, with phones");
    command->add_flag("--json", program.output.json, "Print one JSON object");
    command->add_option("--listen", wish->listen, "ADDRESS:PORT for WhatsApp clients; port 0 picks a free one")
        ->capture_default_str();
    command->add_option("--control", wish->control, "ADDRESS:PORT of the control API")->capture_default_str();
    command->add_option("--world", wish->world, "TOML file with phones, groups and faults");
    command->add_option("--files", wish->files, "Folder for ca.pem and noise-root.hex; by default a temporary one");
    command->callback([&program, wish] {
        try {
            auto const done = run(*wish, program.output);
            program.result = done ? 0 : program.output.failure(done.error());
        } catch (std::exception const& error) {   // an address that is taken
            program.result =
                program.output.failure({.code = Code::unavailable, .message = "The sandbox cannot start", .cause = error.what()});
        }
    });
}

}   // namespace waqtor
