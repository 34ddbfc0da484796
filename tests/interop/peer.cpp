#include "peer.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <stdexcept>

namespace waqtor::interop {

namespace json = boost::json;

namespace {

std::vector<std::string> command(Library library, std::string const& database) {
    if (library == Library::waqtor)
        return database.empty() ? std::vector<std::string>{WAQTOR_PEER} : std::vector<std::string>{WAQTOR_PEER, database};
    auto const folder = std::filesystem::path{WAQTOR_INTEROP};
    if (library == Library::whatsmeow) {
        if (!std::filesystem::exists(WAQTOR_WHATSMEOW_PEER))
            throw std::runtime_error{
                "the whatsmeow driver is not built; install Go 1.24 or later and build the target whatsmeow_driver"};
        return {WAQTOR_WHATSMEOW_PEER};
    }
    auto const package = library == Library::baileys ? "baileys" : "zapo-js";
    if (!std::filesystem::exists(folder / "node_modules" / package))
        throw std::runtime_error{std::string{package} + " is missing; run: npm ci --prefix tests/interop --ignore-scripts"};
    if (library == Library::baileys) return {"node", (folder / "baileys_peer.mjs").string()};
    return {"node", "--experimental-websocket", (folder / "zapo_peer.mjs").string()};
}

std::string text(json::object const& object, std::string_view key) {
    auto const* value = object.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    auto out = std::vector<char*>{};
    for (auto& one : texts) out.push_back(one.data());
    out.push_back(nullptr);
    return out;
}

}   // namespace

std::string_view name_of(Library library) {
    switch (library) {
        case Library::baileys: return "baileys";
        case Library::zapo: return "zapo";
        case Library::whatsmeow: return "whatsmeow";
        case Library::waqtor: return "waqtor";
    }
    return "";
}

Ground::Ground(sandbox::Options options)
    : folder_{std::filesystem::temp_directory_path() / ("waqtor-interop-" + std::to_string(getpid()))} {
    std::filesystem::create_directories(folder_);
    options.folder = folder_;
    sandbox_ = std::make_unique<sandbox::Sandbox>(options);
}

Ground::~Ground() {
    auto error = std::error_code{};
    std::filesystem::remove_all(folder_, error);
}

Peer::Peer(Library library, Ground& ground, std::string database) : library_{library}, ground_{ground} {
    auto words = command(library, database);
    auto settings = std::vector<std::string>{"NODE_EXTRA_CA_CERTS=" + (ground.folder() / "ca.pem").string(), "NODE_NO_WARNINGS=1"};
    for (auto** one = environ; *one; ++one) settings.emplace_back(*one);
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) fail("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    auto const failed =
        posix_spawnp(&process_, words[0].c_str(), &actions, nullptr, pointers(words).data(), pointers(settings).data());
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_ = in[1];
    from_ = out[0];
    if (failed != 0) fail("cannot be started");
    std::signal(SIGPIPE, SIG_IGN);   // a dead peer shall be an exception with words
}

void Peer::kill_now() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

Peer::~Peer() {
    close(to_);   // the end of its input is the end of the process
    close(from_);
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    while (process_ > 0 && waitpid(process_, nullptr, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline) kill(process_, SIGKILL);
        poll(nullptr, 0, 10);
    }
}

void Peer::fail(std::string const& why) const { throw std::runtime_error{std::string{name_of(library_)} + ": " + why}; }

json::object Peer::next_line(std::chrono::steady_clock::time_point deadline, std::string const& waiting_for) {
    for (;;) {
        if (auto const end = buffer_.find('\n'); end != buffer_.npos) {
            auto const line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return json::parse(line).as_object();
        }
        auto const left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        auto ready = pollfd{from_, POLLIN, 0};
        if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) == 0) {
            auto seen = std::string{};
            for (auto const& one : kept_) seen += "\n  " + json::serialize(one);
            fail("waited in vain for " + waiting_for + "; it said:" + seen);
        }
        char chunk[65536];
        auto const size = ::read(from_, chunk, sizeof chunk);
        if (size <= 0) fail("ended while we waited for " + waiting_for);
        buffer_.append(chunk, static_cast<std::size_t>(size));
    }
}

int Peer::post(std::string_view op, json::object fields) {
    auto const id = ++last_id_;
    fields["id"] = id;
    fields["op"] = op;
    auto const line = json::serialize(fields) + "\n";
    for (std::size_t done = 0; done < line.size();) {
        auto const size = ::write(to_, line.data() + done, line.size() - done);
        if (size <= 0) fail("takes no requests any more");
        done += static_cast<std::size_t>(size);
    }
    return id;
}

bool Peer::look(std::chrono::milliseconds most) {
    auto ready = pollfd{from_, POLLIN, 0};
    if (buffer_.find('\n') == buffer_.npos && poll(&ready, 1, static_cast<int>(most.count())) == 0) return false;
    kept_.push_back(next_line(std::chrono::steady_clock::now() + kPatience, "a whole line"));
    return true;
}

json::object Peer::call(std::string_view op, json::object fields) {
    auto const id = post(op, std::move(fields));
    auto const deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        auto answer = next_line(deadline, "the answer to " + std::string{op});
        auto const* answered = answer.if_contains("id");
        if (!answered) {
            kept_.push_back(std::move(answer));
            continue;
        }
        if (*answered != id) continue;
        if (answer.contains("error")) fail(std::string{op} + ": " + text(answer, "error"));
        return answer;
    }
}

json::object Peer::expect(std::string_view event, std::function<bool(json::object const&)> fits) {
    auto const wanted = [&](json::object const& one) { return text(one, "event") == event && (!fits || fits(one)); };
    if (auto const found = std::ranges::find_if(kept_, wanted); found != kept_.end()) {
        auto out = *found;
        kept_.erase(found);
        return out;
    }
    auto const deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        auto one = next_line(deadline, "the event " + std::string{event});
        if (wanted(one)) return one;
        kept_.push_back(std::move(one));
    }
}

json::object Peer::expect(std::string_view event, std::string_view key, std::string_view value) {
    return expect(
        event, [key = std::string{key}, value = std::string{value}](json::object const& one) { return text(one, key) == value; });
}

void Peer::start(std::string root) {
    if (root.empty()) root = whatsapp::crypto::to_hex(ground_->noise_root().key);
    call("start",
         {{"url", ground_->url()}, {"root", root}, {"history", wants_history}, {"ca", (ground_.folder() / "ca.pem").string()}});
}

void Peer::link(std::string const& number) {
    start();
    auto const code = text(expect("qr"), "qr");
    if (auto const scanned = ground_->scan(number, code); !scanned) fail("scan: " + scanned.error().message);
    expect_login(number);
}

void Peer::link_by_code(std::string const& number) {
    start();
    expect("qr");
    auto const code = text(call("code", {{"number", number}}), "code");
    // baileys shows the code before the service knows of it.
    auto const asked = ground_->wait_for(
        [&](auto const& entry) { return entry.tag == "pairing code" && entry.device == number + "@s.whatsapp.net"; }, kPatience);
    if (!asked) fail("never asked for a code");
    if (auto const typed = ground_->enter_code(number, code); !typed) fail("code " + code + ": " + typed.error().message);
    expect_login(number);
}

void Peer::expect_login(std::string const& number) {
    expect("paired");
    auto const open = expect("open");
    jid = text(open, "jid");
    lid = text(open, "lid");
    // A device may be written to once its prekeys are there and it asked for what waits.
    auto const device = std::to_string(whatsapp::Jid::parse(jid)->device);
    auto const active = ground_->wait_for(
        [&](auto const& entry) { return entry.tag == "active" && entry.device == number + ":" + device + "@s.whatsapp.net"; },
        kPatience);
    if (!active) fail("never became active");
}

void Peer::away() {
    auto const before = ground_->ledger().size();
    call("away");
    if (!ground_->wait_for([](auto const& entry) { return entry.tag == "gone"; }, kPatience, before)) fail("does not go away");
}

void Peer::back() {
    auto const before = ground_->ledger().size();
    call("back");
    if (!ground_->wait_for([](auto const& entry) { return entry.tag == "active"; }, kPatience, before)) fail("does not come back");
}

std::string Peer::send_text(std::string const& to, std::string const& words) {
    return text(call("send_text", {{"to", to}, {"text", words}}), "message");
}

}   // namespace waqtor::interop
