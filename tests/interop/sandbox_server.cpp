#include "sandbox/control/control.hpp"

#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

/// The sandbox as a process, for scripts: `sandbox_server FOLDER [PORT [CONTROL_PORT]]`. Prints one JSON line with its addresses,
/// writes what clients must trust into FOLDER, and runs until the end of its input or a signal.
int main(int argc, char** argv) try {
    if (argc < 2 || argc > 4) {
        std::cerr << "usage: sandbox_server FOLDER [PORT [CONTROL_PORT]]\n";
        return 2;
    }
    auto const port = [&](int at) { return static_cast<std::uint16_t>(argc > at ? std::strtoul(argv[at], nullptr, 10) : 0); };
    auto sandbox = waqtor::sandbox::Sandbox{{.port = port(2), .folder = argv[1]}};
    auto control = waqtor::sandbox::ControlServer{sandbox, "127.0.0.1", port(3)};
    std::cout << boost::json::serialize(
                     boost::json::object{{"url", sandbox.url()}, {"control", "http://127.0.0.1:" + std::to_string(control.port())}})
              << std::endl;
    while (std::cin.get() != EOF) {
    }
    return 0;
} catch (std::exception const& error) {
    std::cerr << "sandbox_server: " << error.what() << '\n';
    return 1;
}
