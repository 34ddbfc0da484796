#include "ground.hpp"

#include <stdlib.h>

namespace waqtor::engine {

Ground::Ground(sandbox::Options options) {
    auto name = (std::filesystem::temp_directory_path() / "waqtor-engine-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
    folder_ = name;
    options.folder = folder_;
    sandbox_ = std::make_unique<sandbox::Sandbox>(std::move(options));
}

Ground::~Ground() {
    sandbox_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

whatsapp::Endpoint Ground::endpoint() const {
    auto tls = whatsapp::transport::Tls::make((folder_ / "ca.pem").string());
    if (!tls) throw std::runtime_error{tls.error().message};
    return {.url = sandbox_->url(),
            .tls = *tls,
            .noise_root = sandbox_->noise_root(),
            .version = {.tertiary = 1'050'000'000},
            .appearance = {}};
}

std::string Ground::lid(std::string const& number) {
    std::string out;
    sandbox_->on_service([&](sandbox::Service& service) { out = service.world.accounts.at(number)->lid_jid().to_string(); });
    return out;
}

sandbox::Entry Ground::expect(std::string const& what, std::function<bool(sandbox::Entry const&)> fits) {
    auto found = sandbox_->wait_for(std::move(fits), kPatience);
    if (found) return *std::move(found);
    std::string told;
    for (auto const& entry : sandbox_->ledger())
        told += std::string{name_of(entry.way)} + ' ' + entry.device + ' ' + entry.tag + ' ' + entry.id + ' ' + entry.type + ' ' +
                entry.text + '\n';
    throw std::runtime_error{"never in the ledger: " + what + "\n" + told};
}

void Ground::expect_nothing_refused() {
    for (auto const& entry : sandbox_->ledger())
        EXPECT_TRUE(entry.way != sandbox::Way::refused && entry.way != sandbox::Way::unknown && entry.way != sandbox::Way::fault)
            << entry.device << ' ' << entry.tag << ' ' << entry.id << ' ' << entry.text;
}

void Recorder::add(Event event) {
    {
        auto const lock = std::lock_guard{mutex_};
        events_.push_back(std::move(event));
    }
    changed_.notify_all();
}

void Recorder::state_changed(SessionRef, ClientState const& state) { add({.what = "state", .state = state}); }

Result<void> Recorder::fence(Transaction&, SessionRef) {
    if (fenced) return fail(Code::conflict, "somebody else owns it");
    return {};
}

Result<void> Recorder::received(Transaction& tx, SessionRef, Inbound const& message) {
    if (failing_after == 0) {
        add({.what = "failed"});
        return fail(Code::internal, "the disk is full");
    }
    if (failing_after > 0) --failing_after;
    if (failures > 0) {
        --failures;
        return fail(Code::internal, "not now");
    }
    add({.what = "received", .inbound = message});
    static_cast<whatsapp::MemoryDatabase::Undoing&>(tx).on_failure([this] {
        auto const lock = std::lock_guard{mutex_};
        auto const last = std::ranges::find(events_.rbegin(), events_.rend(), "received", &Event::what);
        if (last != events_.rend()) last->what = "undone";   // not erased: wait() has counted what it looked at
    });
    return {};
}

Result<void> Recorder::receipt(Transaction&, SessionRef, waqtor::Receipt const& receipt) {
    add({.what = "receipt", .receipt = receipt});
    return {};
}

Result<void> Recorder::committed(Transaction&, SessionRef, MessageId message) {
    add({.what = "committed", .message = message});
    return {};
}

Result<void> Recorder::acknowledged(Transaction&, SessionRef, MessageId message, Timestamp) {
    add({.what = "acknowledged", .message = message});
    return {};
}

Result<void> Recorder::refused(Transaction&, SessionRef, MessageId message, waqtor::Refusal why, std::string_view detail) {
    add({.what = "refused", .message = message, .detail = std::string{enum_name(why)} + " " + std::string{detail}});
    return {};
}

Result<void> Recorder::phone_changed(Transaction&, SessionRef, PhoneChange const& change) {
    add({.what = "changed", .detail = std::string{enum_name(change.kind)} + " " + change.text, .change = change});
    return {};
}

void Recorder::presence_changed(SessionRef, PresenceNews const& news) { add({.what = "presence", .presence = news}); }

Recorder::Event Recorder::wait(std::string const& what, std::function<bool(Event const&)> fits) {
    auto lock = std::unique_lock{mutex_};
    auto const deadline = std::chrono::steady_clock::now() + kPatience;
    for (std::size_t next = 0;;) {
        for (; next < events_.size(); ++next)
            if (events_[next].what == what && fits(events_[next])) return events_[next];
        if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) break;
    }
    std::string told;
    for (auto const& event : events_)
        told += event.what + ' ' + std::string{enum_name(event.state.phase)} + ' ' + event.state.detail + ' ' +
                event.inbound.content.text.value_or("") + event.detail + '\n';
    throw std::runtime_error{"never heard: " + what + "\n" + told};
}

Recorder::Event Recorder::wait_phase(ClientPhase phase) {
    return wait("state", [&](auto const& event) { return event.state.phase == phase; });
}

Recorder::Event Recorder::wait_text(std::string const& text) {
    return wait("received", [&](auto const& event) { return event.inbound.content.text == text; });
}

Recorder::Event Recorder::wait_change(PhoneChangeKind kind, std::function<bool(PhoneChange const&)> fits) {
    return wait("changed", [&](auto const& event) { return event.change.kind == kind && fits(event.change); });
}

std::vector<Recorder::Event> Recorder::all(std::string const& what) {
    auto const lock = std::lock_guard{mutex_};
    std::vector<Event> out;
    std::ranges::copy_if(events_, std::back_inserter(out), [&](auto const& event) { return event.what == what; });
    return out;
}

void Recorder::clear() {
    auto const lock = std::lock_guard{mutex_};
    events_.clear();
}

Device::Device(Ground& ground, std::function<void(whatsapp::ClientParts&)> change, Clock const* time)
    : ground_{ground}, change_{std::move(change)}, time_{time}, thread_{[this] { io_.run(); }} {
    make();
}

Device::~Device() {
    stop();
    run([](std::unique_ptr<WhatsAppClient>& client) -> asio::awaitable<void> {
        client.reset();
        co_return;
    }(client_));
    guard_.reset();
    thread_.join();
    pool_.join();
}

void Device::make() {
    whatsapp::ClientParts parts{.db = db,
                                .store = store,
                                .listener = heard,
                                .clock = time_ ? *time_ : clock,
                                .executor = io_.get_executor(),
                                .pool = pool_.get_executor(),
                                .session = session,
                                .endpoint = ground_.endpoint()};
    parts.pace.first_prekeys = 20;
    parts.pace.backoff_first = std::chrono::milliseconds{20};
    if (change_) change_(parts);
    client_ = std::make_unique<whatsapp::Client>(std::move(parts));
}

void Device::start() {
    run([](WhatsAppClient& client) -> asio::awaitable<void> {
        client.start();
        co_return;
    }(*client_));
}

void Device::stop() { run(client_->stop()); }

void Device::restart() {
    stop();
    heard.clear();
    make();
    start();
}

void Device::link(std::string const& number) {
    start();
    auto const shown = heard.wait("state", [](auto const& event) { return !event.state.qr.empty(); });
    if (auto const scanned = ground_->scan(number, shown.state.qr); !scanned)
        throw std::runtime_error{"the phone could not scan: " + scanned.error().message};
    heard.wait_phase(ClientPhase::working);
}

ClientFigures Device::figures() {
    return run([](WhatsAppClient& client) -> asio::awaitable<ClientFigures> { co_return client.figures(); }(*client_));
}

Result<MessageId> Device::send(std::string const& to, Content content, std::string id) {
    auto const message = MessageId::make(clock.now());
    last_id = id.empty() ? whatsapp::new_message_id() : std::move(id);
    TRY_OK(run(client_->send({.id = message, .whatsapp_id = last_id, .to = to, .content = std::move(content)})));
    return message;
}

Result<MessageId> Device::send_text(std::string const& to, std::string text) {
    return send(to, {.type = MessageType::text, .text = std::move(text)});
}

}   // namespace waqtor::engine
