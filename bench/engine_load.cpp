// The engine's cost: marginal anonymous memory of an idle linked session, and 1:1 text sends from encryption to acknowledgement
// over a SQLite store. The sandbox runs in a process of its own. `engine_load SESSIONS [SENDERS MESSAGES]`; prints one JSON line.
#include "core/trust/master_key.hpp"
#include "sandbox/sandbox.hpp"
#include "storage/database.hpp"
#include "storage/sql/whatsapp_store.hpp"
#include "whatsapp/adapter/adapter.hpp"
#include "whatsapp/client/sender.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <condition_variable>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

namespace waqtor::bench {
namespace {

constexpr int kContacts = 100;

template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error{result.error().message + " | " + result.error().cause};
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::string sender_number(int i) { return std::to_string(15'550'000'000 + i); }
std::string contact_number(int i) { return std::to_string(15'560'000'000 + i); }

/// The sandbox in a child process; it reads "number qr" lines and lets that phone scan.
class Service {
public:
    Service(std::filesystem::path folder, int sessions) {
        int to[2];
        int from[2];
        if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error{"no pipe"};
        child_ = fork();
        if (child_ == 0) {
            close(to[1]);
            dup2(to[0], STDIN_FILENO);
            serve(std::move(folder), sessions, from[1]);
            _exit(0);
        }
        close(to[0]);
        close(from[1]);
        to_ = to[1];
        from_ = fdopen(from[0], "r");
        url = line();
    }
    ~Service() {
        close(to_);
        fclose(from_);
        waitpid(child_, nullptr, 0);
    }
    void scan(std::string const& number, std::string const& qr) {
        auto const lock = std::lock_guard{mutex_};
        auto const request = number + " " + qr + "\n";
        if (write(to_, request.data(), request.size()) != static_cast<ssize_t>(request.size())) throw std::runtime_error{"scan"};
        if (auto const answer = line(); answer != "ok") throw std::runtime_error{"scan: " + answer};
    }
    std::string url;

private:
    pid_t child_ = -1;
    int to_ = -1;
    FILE* from_ = nullptr;
    std::mutex mutex_;

    std::string line() {
        char text[4096];
        if (!fgets(text, sizeof text, from_)) throw std::runtime_error{"the sandbox is gone"};
        auto out = std::string{text};
        out.pop_back();
        return out;
    }
    static void serve(std::filesystem::path folder, int sessions, int out) {
        sandbox::Sandbox sandbox{{.folder = std::move(folder), .ledger_entries = 1000}};
        std::vector<sandbox::PhoneSpec> phones;
        for (int i = 0; i < sessions; ++i) phones.push_back({.number = sender_number(i), .name = "Sender"});
        for (int i = 0; i < kContacts; ++i) phones.push_back({.number = contact_number(i), .name = "Contact"});
        must(sandbox.add_phones(std::move(phones)));
        dprintf(out, "%s\n", sandbox.url().c_str());
        for (std::string request; std::getline(std::cin, request);) {
            auto const space = request.find(' ');
            auto const scanned = sandbox.scan(request.substr(0, space), request.substr(space + 1));
            dprintf(out, "%s\n", scanned ? "ok" : scanned.error().message.c_str());
        }
    }
};

/// Counts what the engine tells, and has codes scanned.
class Listener final : public SessionListener {
public:
    std::function<void(SessionRef, std::string)> scan;

    void state_changed(SessionRef session, ClientState const& state) override {
        if (state.phase == ClientPhase::pairing && state.qr_attempt == 1) scan(session, state.qr);
        if (state.phase == ClientPhase::failed) std::cerr << "failed: " << state.detail << '\n';
        if (state.phase == ClientPhase::working) count(working_);
    }
    Result<void> fence(Transaction&, SessionRef) override { return {}; }
    Result<void> received(Transaction&, SessionRef, Inbound const&) override { return {}; }
    Result<void> receipt(Transaction&, SessionRef, Receipt const&) override { return {}; }
    Result<void> committed(Transaction&, SessionRef, MessageId) override { return {}; }
    Result<void> acknowledged(Transaction&, SessionRef, MessageId, Timestamp) override {
        count(acknowledged_);
        return {};
    }
    Result<void> refused(Transaction&, SessionRef, MessageId, Refusal, std::string_view why) override {
        std::cerr << "refused: " << why << '\n';
        return {};
    }
    void wait_working(int most) { wait(working_, most); }
    void wait_acknowledged(int most) { wait(acknowledged_, most); }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int working_ = 0;
    int acknowledged_ = 0;

    void count(int& what) {
        auto const lock = std::lock_guard{mutex_};
        ++what;
        changed_.notify_all();
    }
    void wait(int const& what, int most) {
        auto lock = std::unique_lock{mutex_};
        if (!changed_.wait_for(lock, std::chrono::minutes{5}, [&] { return what >= most; }))
            throw std::runtime_error{"only " + std::to_string(what) + " of " + std::to_string(most)};
    }
};

long anonymous_kib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (word == "RssAnon:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    return 0;
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    auto const seconds = [](timeval at) { return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Session {
    SessionRef ref;
    asio::any_io_executor executor;
    std::unique_ptr<WhatsAppClient> client;
};

asio::awaitable<void> send_all(WhatsAppClient& client, int count, SystemClock& clock) {
    for (int i = 0; i < count; ++i) {
        auto const sent = co_await client.send({.id = MessageId::make(clock.now()),
                                                .whatsapp_id = whatsapp::new_message_id(),
                                                .to = contact_number(i % kContacts) + "@s.whatsapp.net",
                                                .content = {.text = "Your order is on its way"}});
        if (!sent) std::cerr << "send: " << sent.error().message << ' ' << sent.error().cause << '\n';
    }
}

/// Sends from all at once, `lanes` at a time in each, and waits for the acknowledgements. Gives seconds.
double send_from(std::vector<Session>& sessions, int senders, int lanes, int each, Listener& listener, int& acknowledged,
                 SystemClock& clock) {
    auto const before = std::chrono::steady_clock::now();
    std::vector<std::future<void>> done;
    for (int i = 0; i < senders; ++i)
        for (int lane = 0; lane < lanes; ++lane)
            done.push_back(asio::co_spawn(sessions[static_cast<std::size_t>(i)].executor,
                                          send_all(*sessions[static_cast<std::size_t>(i)].client, each / lanes, clock),
                                          asio::use_future));
    for (auto& one : done) one.get();
    acknowledged += senders * (each / lanes) * lanes;
    listener.wait_acknowledged(acknowledged);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

int run(int count, int senders, int messages) {
    auto const folder = std::filesystem::temp_directory_path() / ("waqtor-bench-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    Service service{folder, count};
    SystemClock clock;
    auto key = must(MasterKey::open(folder / "key"));
    Sealer sealer{key};
    auto db = must(open_database({.url = (folder / "engine.db").string()}));
    sql::SqlWhatsAppStore store{sealer};
    std::ifstream root{folder / "noise-root.hex"};
    std::string hex;
    root >> hex;
    whatsapp::EngineOptions options{.url = service.url,
                                    .tls_root = (folder / "ca.pem").string(),
                                    .noise_root = must(whatsapp::noise_root_from_hex(hex)),
                                    .version = {.tertiary = 1'050'000'000}};
    whatsapp::Adapter adapter{*db, store, std::move(options), clock};
    asio::thread_pool pool{2};
    Listener listener;
    std::map<SessionId, std::string> numbers;
    asio::thread_pool scanner{1};
    listener.scan = [&](SessionRef session, std::string qr) {
        asio::post(scanner, [&, session, qr] { service.scan(numbers.at(session.session), qr); });
    };
    std::vector<Session> sessions;
    for (int i = 0; i < count; ++i) {
        SessionRef ref{WorkspaceId::make(clock.now()), SessionId::make(clock.now())};
        numbers[ref.session] = sender_number(i);
        sessions.push_back({ref, asio::make_strand(pool.get_executor()), nullptr});
    }
    auto const start = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            auto& session = sessions[static_cast<std::size_t>(i)];
            session.client = adapter.make(session.ref, session.executor, listener, "");
            asio::post(session.executor, [&session] { session.client->start(); });
        }
        listener.wait_working(to);
    };
    auto const warm = count / 10 + 1;   // what is paid once is paid by these
    start(0, warm);
    malloc_trim(0);
    auto const before = anonymous_kib();
    auto const began = std::chrono::steady_clock::now();
    start(warm, count);
    auto const linking = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    auto const untrimmed = anonymous_kib();
    malloc_trim(0);
    auto const after = anonymous_kib();

    int acknowledged = 0;
    double seconds = 0;
    double cpu = 0;
    if (senders > 0) {
        send_from(sessions, senders, 1, kContacts, listener, acknowledged, clock);   // sessions with all contacts
        auto const cpu_before = cpu_seconds();
        seconds = send_from(sessions, senders, 8, messages, listener, acknowledged, clock);
        cpu = cpu_seconds() - cpu_before;
    }
    std::vector<std::future<void>> stopped;
    for (auto& session : sessions) stopped.push_back(asio::co_spawn(session.executor, session.client->stop(), asio::use_future));
    for (auto& one : stopped) one.get();
    for (auto& session : sessions) session.client.reset();
    pool.join();
    scanner.join();
    db->close();
    std::filesystem::remove_all(folder);
    auto const marginal = [&](long now) { return static_cast<double>(now - before) / (count - warm); };
    auto const total = senders * messages;
    std::cout << "{\"sessions\":" << count << ",\"kib_per_idle_session\":" << marginal(after)
              << ",\"kib_before_trim\":" << marginal(untrimmed) << ",\"links_per_second\":" << (count - warm) / linking
              << ",\"senders\":" << senders << ",\"sends\":" << total
              << ",\"sends_per_second\":" << (seconds > 0 ? total / seconds : 0)
              << ",\"sends_per_cpu_second\":" << (cpu > 0 ? total / cpu : 0) << "}\n";
    return 0;
}

}   // namespace
}   // namespace waqtor::bench

int main(int argc, char** argv) try {
    auto const number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
    return waqtor::bench::run(number(1, 100), number(2, 0), number(3, 1000));
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
