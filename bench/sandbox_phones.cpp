#include "sandbox/phone/phone.hpp"
#include "sandbox/service/stanzas.hpp"
#include "sandbox/testing/bare_device.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <fstream>

/// 10,000 phones in one process: what they cost while nobody writes to them, and once each of them has received a text, sent both
/// receipts and answered. Everything in memory and on one thread: no sockets, and encrypting the texts is not part of the figures.
namespace {

using namespace waqtor;
using namespace waqtor::sandbox;

constexpr auto kFirst = 15'550'200'000ULL;

double anonymous_mib() {
    auto status = std::ifstream{"/proc/self/status"};
    for (auto line = std::string{}; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) / 1024;
    return 0;
}

class Stopwatch {
public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Bench {
    SystemClock clock;
    asio::io_context io;
    Authority authority{clock.now()};
    Service service{io.get_executor(), authority, clock};
    sandbox::testing::BareDevice device{service};

    void settle() {
        io.restart();
        io.run();
    }
    void link() {
        service.before_restart = Milliseconds{0};
        service.ledger.keep(1000);
        auto& account = service.add_account("15550101", "Shop");
        device.connect_to_register(authority.noise_root());
        auto const offer = device.next();
        auto const ref = std::string{offer.child("pair-device")->children().front().text()};
        if (!service.scan(account, device.qr(ref))) std::abort();
        device.send(device.sign(device.next()));
        settle();
        device.connect_to_login(authority.noise_root(), 15550101, 1);
        device.send(Node{"iq", {{"id", "a"}, {"to", server_jid()}, {"type", "set"}, {"xmlns", "passive"}}, Node{"active"}});
        read_all();
    }
    std::size_t read_all() {
        auto messages = std::size_t{};
        for (auto one = device.next(); !one.tag.empty(); one = device.next()) {
            if (!one.is("message") && !one.is("receipt")) continue;
            messages += one.is("message");
            auto done = Node{"receipt", {{"id", *one.find("id")}, {"to", *one.find("from")}}};
            device.send(
                one.is("message") ? done : Node{"ack", {{"class", "receipt"}, {"id", *one.find("id")}, {"to", *one.find("from")}}});
        }
        return messages;
    }
};

}   // namespace

int main(int argc, char** argv) {
    auto const output = std::filesystem::path{argc > 1 ? argv[1] : "bench/results/sandbox.json"};
    auto const count = argc > 2 ? std::stoull(argv[2]) : 10'000ULL;
    Bench bench;
    bench.link();
    auto const empty = anonymous_mib();

    auto const adding = Stopwatch{};
    auto const behaviour =
        std::make_shared<Behaviour const>(Behaviour{.reads_after = Milliseconds{0}, .replies = {{"", "thank you, that is kind"}}});
    for (std::uint64_t i = 0; i < count; ++i)
        bench.service.world.add_sleeping(std::to_string(kFirst + i), "Customer " + std::to_string(i), "", behaviour);
    auto const added_ms = adding.milliseconds();
    auto const asleep = anonymous_mib();

    auto handling = 0.0;
    auto answers = std::size_t{};
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const waking = Stopwatch{};
        auto& phone = *bench.service.world.account(Jid{.user = Text{std::to_string(kFirst + i)}, .server = Server::user});
        handling += waking.milliseconds();
        auto const message = bench.device.text_to(phone, "15550101", "M" + std::to_string(i), "your order is ready");
        auto const work = Stopwatch{};
        bench.device.send(message);
        bench.settle();
        handling += work.milliseconds();
        answers += bench.read_all();
    }
    auto const awake = anonymous_mib();
    auto const client = count * 2;   // sessions on the bench's own side are part of `awake`; each is as large as a phone's
    auto const read = std::ranges::count_if(bench.service.deliveries.all(), [](auto const& one) { return one.read == 1; });
    auto const per = [&](double mib) { return mib * 1024 / static_cast<double>(count); };
    auto const result = fmt::format(
        R"({{"what": "{} phones in one process, memory is anonymous and per phone",
 "addedMs": {:.0f}, "asleepKib": {:.2f}, "awakeKib": {:.2f}, "sessionsCounted": {},
 "textsReadOnce": {}, "answers": {}, "textsPerCpuSecond": {:.0f}}})",
        count, added_ms, per(asleep - empty), per(awake - asleep), client, read, answers,
        1000.0 * static_cast<double>(count) / handling);
    if (output.has_parent_path()) std::filesystem::create_directories(output.parent_path());
    std::ofstream{output} << result << '\n';
    fmt::print("{}\n", result);
    return static_cast<std::uint64_t>(read) == count && answers == count ? 0 : 1;
}
