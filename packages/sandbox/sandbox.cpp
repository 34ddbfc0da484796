#include "sandbox/sandbox.hpp"

#include "sandbox/service/media_store.hpp"
#include "sandbox/wire/connection.hpp"
#include "sandbox/wire/listener.hpp"

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
        : authority{clock.now()},
          service{io.get_executor(), authority, clock},
          listener{io,
                   authority.tls_server(),
                   options.address,
                   options.port,
                   {.connected = [this](auto wire) { return std::make_shared<Connection>(service, std::move(wire)); },
                    .request = [this](auto request) { return media.handle(request, service.media_host); }}} {
        service.lowest_version = options.lowest_version;
        service.media_host = options.address + ":" + std::to_string(listener.port());
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
        asio::post(io, [this] { listener.stop(); });
        thread.join();
    }

    void run(std::function<void(Service&)> const& work) {
        auto done = std::promise<void>{};
        asio::post(io, [&] {
            work(service);
            service.changed();
            done.set_value();
        });
        done.get_future().wait();
    }

    SystemClock clock;
    asio::io_context io{1};
    Authority authority;
    Service service;
    MediaStore media;
    Listener listener;
    std::thread thread;

    std::mutex mutex;   // between the service's thread and waiting callers
    std::condition_variable changed;
    std::uint64_t changes = 0;
};

Sandbox::Sandbox(Options options) : state_{std::make_unique<State>(options)} {}
Sandbox::~Sandbox() = default;

std::uint16_t Sandbox::port() const { return state_->listener.port(); }
std::string Sandbox::url() const { return "wss://127.0.0.1:" + std::to_string(port()) + "/ws/chat"; }
std::string const& Sandbox::tls_root() const { return state_->authority.tls_root(); }
noise::TrustRoot Sandbox::noise_root() const { return state_->authority.noise_root(); }

void Sandbox::on_service(std::function<void(Service&)> work) { state_->run(work); }

void Sandbox::add_phone(std::string number, std::string push_name) {
    on_service([&](Service& service) { service.add_account(number, push_name); });
}

namespace {

/// "15550101", "+15550101" or an address.
Result<Jid> address(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.find('@') == text.npos) return Jid{.user = Text{text}, .server = Server::user};
    if (auto const jid = Jid::parse(text)) return *jid;
    return fail(Code::invalid, "no address: " + std::string{text});
}

Result<Account*> account(Service& service, std::string_view number) {
    TRY(auto const jid, address(number));
    auto* const found = service.world.account(jid);
    if (!found) return fail(Code::not_found, "no phone has the number " + std::string{number});
    return found;
}

/// Runs `work` on the service's thread and gives its result.
template <class F> auto ask(Sandbox& sandbox, F work) {
    auto out = std::optional<std::invoke_result_t<F&, Service&>>{};
    sandbox.on_service([&](Service& service) { out.emplace(work(service)); });
    return *std::move(out);
}

}   // namespace

Result<void> Sandbox::scan(std::string number, std::string qr) {
    return ask(*this, [&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return service.scan(*found, qr);
    });
}

Result<std::string> Sandbox::send_text(std::string number, std::string to, std::string text) {
    return ask(*this, [&](Service& service) -> Result<std::string> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        return found->phone->send_text(jid, text);
    });
}

Result<void> Sandbox::read(std::string number, std::string message) {
    return ask(*this, [&](Service& service) -> Result<void> {
        TRY(auto* const found, account(service, number));
        return found->phone->read(message);
    });
}

Result<void> Sandbox::typing(std::string number, std::string to, bool on) {
    return ask(*this, [&](Service& service) -> Result<void> {
        TRY(auto const jid, address(to));
        TRY(auto* const found, account(service, number));
        found->phone->typing(jid, on);
        return {};
    });
}

Result<void> Sandbox::disconnect(std::string device) {
    return ask(*this, [&](Service& service) -> Result<void> {
        TRY(auto const jid, address(device));
        auto* const found = service.world.device(jid);
        if (!found || !found->connection) return fail(Code::not_found, "not connected: " + device);
        found->connection->close();
        return {};
    });
}

std::vector<Entry> Sandbox::ledger(std::uint64_t after) {
    auto out = std::vector<Entry>{};
    on_service([&](Service& service) {
        for (auto const& entry : service.ledger.entries())
            if (entry.number > after) out.push_back(entry);
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
