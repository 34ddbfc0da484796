// Our own client as a process; peer.mjs says how it is spoken to. `waqtor_peer [DATABASE]`: with a database everything survives a
// kill, and what the product would keep (what came in, what was committed and acknowledged) stands there beside the ratchets.
#include "core/trust/master_key.hpp"
#include "storage/database.hpp"
#include "storage/sql/whatsapp_store.hpp"
#include "whatsapp/client/client.hpp"
#include "whatsapp/client/memory_store.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>

#include <iostream>
#include <thread>

namespace waqtor::interop {
namespace {

namespace json = boost::json;
using Kind = ClientValueKind;

std::mutex output;   // answers come from the client's thread, some events from the database's

void say(json::object const& line) {
    auto const lock = std::lock_guard{output};
    std::cout << json::serialize(line) << std::endl;
}

std::string text(json::object const& object, std::string_view key) {
    auto const* value = object.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

template <class T> T must(Result<T> result) {
    if (!result) throw std::runtime_error{result.error().message + " | " + result.error().cause};
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Does what the product would: notes in the same transaction what came and what became of what was sent.
class Notes final : public SessionListener {
public:
    Notes(ClientStore& store, bool kept) : store_{store}, kept_{kept} {}
    std::function<void(ClientState const&)> on_state;

    void state_changed(SessionRef, ClientState const& state) override { on_state(state); }
    Result<void> fence(Transaction&, SessionRef) override { return {}; }
    Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) override {
        auto const readable = message.content.type != MessageType::placeholder;
        auto const words = message.content.text.value_or("");
        if (!readable)
            say({{"event", "unreadable"}, {"message", message.id}, {"chat", message.chat}});
        else if (message.content.text)
            say({{"event", "text"},
                 {"text", words},
                 {"message", message.id},
                 {"chat", message.chat},
                 {"from", message.from.lid ? *message.from.lid + "@lid" : message.chat},
                 {"from_me", message.from_me}});
        return readable ? note(tx, session, "in " + message.id, words) : Result<void>{};
    }
    Result<void> receipt(Transaction&, SessionRef, waqtor::Receipt const& receipt) override {
        for (auto const& id : receipt.ids)
            say({{"event", "receipt"}, {"message", id}, {"type", std::string{enum_name(receipt.kind)}}});
        return {};
    }
    Result<void> committed(Transaction& tx, SessionRef session, MessageId message) override {
        return note(tx, session, "out " + message.text(), "committed");
    }
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp) override {
        return note(tx, session, "out " + message.text(), "acknowledged");
    }
    Result<void> refused(Transaction& tx, SessionRef session, MessageId message, waqtor::Refusal why, std::string_view) override {
        return note(tx, session, "out " + message.text(), enum_name(why));
    }

private:
    ClientStore& store_;
    bool kept_;

    Result<void> note(Transaction& tx, SessionRef session, std::string const& name, std::string_view words) {
        if (!kept_) return {};
        // Never empty: an empty value would be none. A second time would show as a longer text.
        TRY(auto const before, store_.get(tx, session.session, Kind::other, {name}));
        auto all = name.starts_with("in ") ? before.front() : Bytes{};
        all.push_back('=');
        all.insert(all.end(), words.begin(), words.end());
        return store_.put(tx, session.session, Kind::other, name, all);
    }
};

class Driver {
public:
    explicit Driver(char const* database) {
        if (database) {
            key_.emplace(must(MasterKey::open(std::string{database} + ".key")));
            sealer_.emplace(*key_);
            sql_db_ = must(open_database({.url = database}));
            sql_store_ = std::make_unique<sql::SqlWhatsAppStore>(*sealer_);
        }
        notes_ = std::make_unique<Notes>(store(), database != nullptr);
        notes_->on_state = [this](ClientState const& state) { tell(state); };
    }

    void run() {
        auto guard = asio::make_work_guard(io_);
        auto reader = std::thread{[this] {
            for (std::string line; std::getline(std::cin, line);)
                asio::post(io_, [this, line] { asio::co_spawn(io_, answer(line), asio::detached); });
            std::_Exit(0);   // the end of the input is the end of the process
        }};
        io_.run();
        reader.join();
    }

private:
    asio::io_context io_{1};
    asio::thread_pool pool_{1};
    SystemClock clock_;
    std::optional<MasterKey> key_;
    std::optional<Sealer> sealer_;
    std::unique_ptr<SqlDatabase> sql_db_;
    std::unique_ptr<ClientStore> sql_store_;
    whatsapp::MemoryDatabase memory_db_;
    whatsapp::MemoryClientStore memory_store_;
    std::unique_ptr<Notes> notes_;
    std::unique_ptr<whatsapp::Client> client_;
    SessionRef session_{WorkspaceId{}, *SessionId::parse("01940000-0000-7000-8000-000000000001")};
    bool told_paired_ = false;

    Database& db() { return sql_db_ ? static_cast<Database&>(*sql_db_) : memory_db_; }
    ClientStore& store() { return sql_store_ ? *sql_store_ : memory_store_; }

    void tell(ClientState const& state) {
        if (state.phase == ClientPhase::pairing) return say({{"event", "qr"}, {"qr", state.qr}, {"code", state.code}});
        auto const& account = client_->account();
        auto const who = json::object{{"jid", account.phone.to_string()}, {"lid", account.lid.to_string()}};
        auto event = [&](char const* name) {
            auto out = who;
            out["event"] = name;
            out["reason"] = state.detail;
            say(out);
        };
        if (state.me.phone && !std::exchange(told_paired_, true)) event("paired");
        if (state.phase == ClientPhase::working) event("open");
        if (state.phase != ClientPhase::working && state.phase != ClientPhase::connecting) event("closed");
    }

    asio::awaitable<void> answer(std::string line) {
        auto const request = json::parse(line).as_object();
        json::object out;
        try {
            out = co_await perform(request);
            out["ok"] = true;
        } catch (std::exception const& error) {
            out = {{"error", error.what()}};
        }
        out["id"] = request.at("id");
        say(out);
    }

    void make(json::object const& request) {
        auto const root = whatsapp::crypto::from_hex(text(request, "root")).value();
        whatsapp::Endpoint endpoint{.url = text(request, "url"),
                                    .tls = must(whatsapp::transport::Tls::make(text(request, "ca"))),
                                    .noise_root = {{whatsapp::to_array<32>(root)}, 0},
                                    .version = {.tertiary = 1'050'000'000}};
        whatsapp::ClientParts parts{
            db(), store(), *notes_, clock_, io_.get_executor(), pool_.get_executor(), session_, std::move(endpoint)};
        parts.pace.backoff_first = std::chrono::milliseconds{100};
        client_ = std::make_unique<whatsapp::Client>(std::move(parts));
    }

    asio::awaitable<json::object> perform(json::object request) {
        auto const op = text(request, "op");
        if (op == "start") {
            make(request);
            client_->start();
        } else if (op == "away") {
            co_await client_->stop();
        } else if (op == "back") {
            client_->start();
        } else if (op == "send_text") {
            auto const asked = text(request, "message");
            auto const id = asked.empty() ? whatsapp::new_message_id() : asked;
            auto const named = MessageId::parse(text(request, "name"));
            must(co_await client_->send({.id = named.value_or(MessageId::make(clock_.now())),
                                         .whatsapp_id = id,
                                         .to = text(request, "to"),
                                         .content = {.text = text(request, "text")}}));
            co_return json::object{{"message", id}};
        } else if (op == "read") {
            must(co_await client_->mark_read(text(request, "chat"), {text(request, "message")}, text(request, "from")));
        } else if (op == "on_whatsapp") {
            auto const checked = must(co_await client_->check({text(request, "number")}));
            co_return json::object{{"exists", checked.at(0).exists}};
        } else if (op == "pairing_code") {
            co_return json::object{{"code", must(co_await client_->pairing_code(text(request, "number")))}};
        } else if (op == "notes") {
            co_return co_await notes();
        } else {
            throw std::runtime_error{"this driver cannot do " + op};
        }
        co_return json::object{};
    }

    asio::awaitable<json::object> notes() {
        auto const rows =
            must(co_await db().read([this](Transaction& tx) { return store().list(tx, session_.session, Kind::other); }));
        json::object out;
        for (auto const& row : rows) out[row.name] = std::string{row.value.begin(), row.value.end()};
        co_return json::object{{"notes", out}};
    }
};

}   // namespace
}   // namespace waqtor::interop

int main(int argc, char** argv) {
    waqtor::interop::Driver{argc > 1 ? argv[1] : nullptr}.run();
    return 0;
}
