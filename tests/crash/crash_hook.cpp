// Linked into waqtor_crashing only, which is the program with an end at one named point: WAQTOR_CRASH_AT=NAME or NAME:COUNT ends
// it, as kill -9 would, when it comes there for the COUNTth time (the first). WAQTOR_CRASH_AT=list prints the names.
#include "core/base/crash_point.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace waqtor {
namespace {
struct Wanted {
    CrashPoint at{};
    std::atomic<long> left{1};
} wanted;

void strike(CrashPoint at) {
    if (at == wanted.at && wanted.left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

void list() {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<CrashPoint>>([](auto one) { std::puts(one.name); });
}

[[gnu::constructor]] void install() {
    auto const* const variable = std::getenv("WAQTOR_CRASH_AT");
    if (!variable) return;
    std::string name = variable;
    unsetenv("WAQTOR_CRASH_AT");   // it is no setting
    if (name == "list") {
        list();
        std::exit(0);
    }
    if (auto const colon = name.find(':'); colon != std::string::npos) {
        wanted.left = std::strtol(name.c_str() + colon + 1, nullptr, 10);
        name.resize(colon);
    }
    auto known = false;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<CrashPoint>>([&](auto one) {
        if (name != one.name) return;
        wanted.at = one.value;
        known = true;
    });
    if (!known) {
        std::fprintf(stderr, "WAQTOR_CRASH_AT: there is no point %s\n", name.c_str());
        std::_Exit(2);
    }
    crash_hook = strike;
}
}   // namespace
}   // namespace waqtor
