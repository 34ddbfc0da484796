// Many sessions of our engine in one process, as the product runs them: one SQLite database, one I/O thread. One JSON request per
// line on stdin, one answer per line on stdout, events in between; tests/interop/whatsmeow/load and baileys_load.mjs speak the
// same.
#include "core/trust/master_key.hpp"
#include "interop/line_program.hpp"
#include "storage/database.hpp"
#include "storage/sql/whatsapp_store.hpp"
#include "whatsapp/adapter/adapter.hpp"
#include "whatsapp/client/client.hpp"
#include "whatsapp/client/doorbell.hpp"
#include "whatsapp/client/nursery.hpp"

#include <sys/resource.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <atomic>
#include <map>

namespace waqtor {
namespace {

namespace json = boost::json;
using interop::must;
using interop::say;

std::string text(json::object const& object, std::string_view key) { return std::string{object.at(key).as_string()}; }
std::size_t number(json::object const& object, std::string_view key, std::size_t otherwise = 0) {
    auto const* value = object.if_contains(key);
    return value ? value->to_number<std::size_t>() : otherwise;
}

/// Counts, and tells what the script waits for.
class Counting final : public SessionListener {
public:
    explicit Counting(asio::io_context& io) : io_{io}, bell_{io.get_executor()} {}

    std::atomic<std::size_t> texts{0}, done{0}, failed{0}, changes{0};   // counted on the database's thread
    std::size_t working = 0;
    std::map<SessionId, std::size_t> sessions;   // to the script's number of it
    std::map<SessionId, bool> works;

    asio::awaitable<void> until_done(std::size_t count) {
        while (done < count) co_await bell_.wait();
    }

    void state_changed(SessionRef session, ClientState const& state) override {
        auto const which = sessions.at(session.session);
        auto const works_now = state.phase == ClientPhase::working;
        if (std::exchange(works[session.session], works_now) != works_now) {
            works_now ? ++working : --working;
            if (works_now) say({{"event", "open"}, {"session", which}});
        }
        if (state.phase == ClientPhase::pairing) say({{"event", "qr"}, {"session", which}, {"qr", state.qr}});
        if (state.phase == ClientPhase::failed) say({{"event", "fault"}, {"session", which}, {"reason", state.detail}});
    }
    Result<void> fence(Transaction&, SessionRef) override { return {}; }
    Result<void> received(Transaction&, SessionRef, Inbound const& message) override {
        if (message.content.text) ++texts;
        return {};
    }
    Result<void> receipt(Transaction&, SessionRef, Receipt const&) override { return {}; }
    Result<void> committed(Transaction&, SessionRef, MessageId) override { return {}; }
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId, Timestamp) override {
        ++acknowledged_;
        tx.wakes(session.workspace);
        return {};
    }
    /// Here as in the product who waits hears of it once it is on disk.
    void on_commit() {
        done = acknowledged_;
        asio::post(io_, [this] { bell_.ring(); });
    }
    Result<void> refused(Transaction&, SessionRef, MessageId, Refusal, std::string_view) override {
        ++failed;
        return {};
    }
    Result<void> phone_changed(Transaction&, SessionRef, PhoneChange const&) override {
        ++changes;
        return {};
    }

private:
    asio::io_context& io_;
    whatsapp::Doorbell bell_;
    std::size_t acknowledged_ = 0;   // on the database's thread, before the commit
};

class Load {
public:
    void run() {
        interop::answer_lines(io_, [this](json::object request) { return perform(std::move(request)); });
    }

private:
    asio::io_context io_{1};
    SystemClock clock_;
    Counting counting_{io_};
    std::optional<MasterKey> key_;
    std::optional<Sealer> sealer_;
    std::unique_ptr<SqlDatabase> db_;
    std::unique_ptr<sql::SqlWhatsAppStore> store_;
    std::unique_ptr<whatsapp::Adapter> adapter_;
    std::vector<std::unique_ptr<WhatsAppClient>> clients_;

    void start(json::object const& request) {
        auto const folder = text(request, "folder");
        key_.emplace(must(MasterKey::open(folder + "/key")));
        sealer_.emplace(*key_);
        db_ = must(open_database({.url = folder + "/engine.db", .on_commit = [this](auto const&) { counting_.on_commit(); }}));
        store_ = std::make_unique<sql::SqlWhatsAppStore>(*sealer_);
        adapter_ = std::make_unique<whatsapp::Adapter>(
            *db_, *store_,
            whatsapp::EngineOptions{.url = text(request, "url"),
                                    .tls_root = text(request, "ca"),
                                    .noise_root = must(whatsapp::noise_root_from_hex(text(request, "root"))),
                                    .version = {.tertiary = 1'050'000'000}},
            clock_);
    }

    void add(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto const session = SessionRef{WorkspaceId{}, SessionId::make(clock_.now())};
            counting_.sessions[session.session] = clients_.size();
            clients_.push_back(adapter_->make(session, io_.get_executor(), counting_, {}));
            clients_.back()->start();
        }
    }

    asio::awaitable<void> send_one(WhatsAppClient& client, std::string to, std::size_t number) {
        must(co_await client.send({.id = MessageId::make(clock_.now()),
                                   .whatsapp_id = whatsapp::new_message_id(),
                                   .to = std::move(to),
                                   .content = Content{.text = "Your order number " + std::to_string(number) + " is on its way"}}));
    }

    /// At most `window` of them at a time, from the call until they are acknowledged.
    asio::awaitable<void> send(json::object request) {
        auto& client = *clients_.at(number(request, "session"));
        auto const& to = request.at("to").as_array();
        auto const count = number(request, "count"), window = number(request, "window", 1), before = counting_.done.load();
        whatsapp::Nursery sends{io_.get_executor(), [](std::exception_ptr thrown) { std::rethrow_exception(thrown); }};
        for (std::size_t i = 0; i < count; ++i) {
            co_await counting_.until_done(before + (i < window ? 0 : i - window + 1));
            sends.spawn(send_one(client, std::string{to.at(i % to.size()).as_string()}, i));
        }
        co_await counting_.until_done(before + count);
        co_await sends.wait();
    }

    asio::awaitable<json::object> perform(json::object request) {
        auto const op = text(request, "op");
        if (op == "start") {
            start(request);
        } else if (op == "add") {
            add(number(request, "count"));
        } else if (op == "send") {
            co_await send(std::move(request));
        } else if (op != "counts") {
            throw std::runtime_error{"this program cannot do " + op};
        }
        co_return json::object{{"received", counting_.texts.load()},
                               {"working", counting_.working},
                               {"contacts", counting_.changes.load()},
                               {"refused", counting_.failed.load()}};
    }
};

}   // namespace
}   // namespace waqtor

int main() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    waqtor::Load{}.run();
    return 0;
}
