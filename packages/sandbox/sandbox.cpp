#include "sandbox/sandbox.hpp"

#include "sandbox/service/media_store.hpp"
#include "sandbox/wire/connection.hpp"
#include "sandbox/wire/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace waqtor::sandbox {

class Sandbox::State {
public:
    explicit State(Options const& options)
        : address{options.address},
          authority{clock.now()},
          service{io.get_executor(), authority, clock},
          listener{std::make_unique<Listener>(io, authority.tls_server(), options.address, options.port, hooks())},
          port{listener->port()} {
        service.lowest_version = options.lowest_version;
        service.seed = options.seed;
        service.faults.seed = options.seed;
        service.ledger.keep(options.ledger_entries);
        service.media_host = options.address + ":" + std::to_string(port);
        service.changed = [this] {
            auto const lock = std::lock_guard{mutex};
            ++changes;
            changed.notify_all();
        };
        if (!options.folder.empty())
            if (auto const written = authority.write_to(options.folder); !written)
                throw std::runtime_error{written.error().message};
        thread = std::thread{[this] { io.run(); }};
    }

    ~State() {
        asio::post(io, [this] {
            working.reset();
            service.schedule.stop();
            if (listener) listener->stop();
        });
        thread.join();
    }

    ListenerHooks hooks() {
        return {.connected = [this](auto wire) { return std::make_shared<Connection>(service, std::move(wire)); },
                .request = [this](auto request) { return service.media.handle(request, service.media_host); }};
    }

    void run(std::function<void(Service&)> const& work) {
        auto done = std::promise<void>{};
        asio::post(io, [&] {
            try {
                work(service);
                service.changed();
                done.set_value();
            } catch (...) {
                done.set_exception(std::current_exception());
            }
        });
        done.get_future().get();
    }

    SystemClock clock;
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> working{io.get_executor()};
    std::string address;
    Authority authority;
    Service service;
    std::unique_ptr<Listener> listener;
    std::uint16_t port;
    std::thread thread;

    std::mutex mutex;   // between the service's thread and waiting callers
    std::condition_variable changed;
    std::uint64_t changes = 0;
};

Sandbox::Sandbox(Options options) : state_{std::make_unique<State>(options)} {}
Sandbox::~Sandbox() = default;

std::uint16_t Sandbox::port() const { return state_->port; }
std::string Sandbox::url() const { return "wss://" + state_->address + ":" + std::to_string(port()) + "/ws/chat"; }
std::string const& Sandbox::tls_root() const { return state_->authority.tls_root(); }
noise::TrustRoot Sandbox::noise_root() const { return state_->authority.noise_root(); }

void Sandbox::on_service(std::function<void(Service&)> work) { state_->run(work); }

void Sandbox::go_down() {
    state_->run([this](Service&) {
        if (state_->listener) state_->listener->stop();
        state_->listener.reset();
    });
}

void Sandbox::come_back() {
    state_->run([this](Service&) {
        if (!state_->listener)
            state_->listener = std::make_unique<Listener>(state_->io, state_->authority.tls_server(), state_->address, state_->port,
                                                          state_->hooks());
    });
}

std::vector<Entry> Sandbox::ledger(std::uint64_t after) {
    auto out = std::vector<Entry>{};
    on_service([&](Service& service) {
        auto const& entries = service.ledger.entries();
        auto const first = entries.empty() ? 0 : entries.front().number;
        auto const skip = after < first ? 0 : std::min<std::uint64_t>(after - first + 1, entries.size());
        out.assign(entries.begin() + static_cast<std::ptrdiff_t>(skip), entries.end());
    });
    return out;
}

Result<Entry> Sandbox::wait_for(std::function<bool(Entry const&)> fits, std::chrono::milliseconds most, std::uint64_t after) {
    auto const deadline = std::chrono::steady_clock::now() + most;
    for (;;) {
        auto seen = std::uint64_t{};
        {
            auto const lock = std::lock_guard{state_->mutex};
            seen = state_->changes;
        }
        auto const entries = ledger(after);   // this look is itself a change, which the wait below must not take for news
        for (auto const& entry : entries)
            if (fits(entry)) return entry;
        if (!entries.empty()) after = entries.back().number;
        auto lock = std::unique_lock{state_->mutex};
        auto const own = seen + 1;
        if (!state_->changed.wait_until(lock, deadline, [&] { return state_->changes > own; }))
            return fail(Code::timeout, "nothing of that kind in the ledger");
    }
}

}   // namespace waqtor::sandbox
