#pragma once
#include "contact_fixture.hpp"
#include "core/messages/message_service.hpp"
#include "storage/sql/governor_store.hpp"
#include "storage/sql/message_store.hpp"

#include <functional>
#include <set>

namespace waqtor::testing {

/// A session engine that "encrypts" by asking MessageService::committed in a transaction, as the real one does.
class PaperSender final : public Sender, public SessionDirectory {
public:
    explicit PaperSender(Database& db) : db_{db} {}

    bool working(SessionRef) const override { return works; }
    Task<void> send(SessionRef session, Outgoing message) override {
        ++sends;
        if (before_send) before_send(message);
        if (answer) co_return std::unexpected(*answer);
        CO_TRY_OK(
            co_await db_.write([this, session, message](Transaction& tx) { return traffic->committed(tx, session, message.id); }));
        frames.push_back(message);
        if (after_send) after_send(message);
        co_return Result<void>{};
    }
    Task<std::vector<NumberCheck>> check(SessionRef, std::vector<std::string> phones) override {
        ++checks;
        std::vector<NumberCheck> out;
        for (auto const& phone : phones)
            out.push_back({.phone = phone, .exists = !unregistered.contains(phone), .lid = lids[phone]});
        co_return out;
    }
    Task<void> mark_read(SessionRef, Address chat, std::vector<std::string> ids, std::optional<Address>) override {
        reads.emplace_back(chat, ids.size());
        co_return Result<void>{};
    }
    Task<void> mark_played(SessionRef, Address chat, std::vector<std::string> ids, std::optional<Address>) override {
        plays.emplace_back(chat, ids.size());
        co_return Result<void>{};
    }
    Task<std::string> download(SessionRef, MessageType, Media media) override {
        ++downloads;
        if (!fetch) co_return fail(Code::unavailable, "not connected");
        co_return fetch(media);
    }
    Task<void> typing(SessionRef, Address chat, bool on) override {
        typings.emplace_back(chat, on);
        co_return Result<void>{};
    }
    Result<void> require(Transaction&, SessionRef session) override {
        if (!sessions.contains(session)) return fail(Code::not_found, "There is no such session");
        return {};
    }
    Result<SessionId> standard(Transaction&, WorkspaceId workspace, std::vector<SessionId> const&) override {
        for (auto const& one : sessions)
            if (one.workspace == workspace) return one.session;
        return fail(Code::not_found, "There is no session");
    }

    SessionTraffic* traffic = nullptr;
    std::set<SessionRef> sessions;
    std::set<std::string> unregistered;
    std::map<std::string, std::optional<std::string>> lids;
    bool works = true;
    std::optional<Error> answer;
    std::function<void(Outgoing const&)> before_send, after_send;
    std::vector<Outgoing> frames;   // as committed
    std::vector<std::pair<std::string, std::size_t>> reads;
    std::vector<std::pair<std::string, std::size_t>> plays;
    std::vector<std::pair<std::string, bool>> typings;
    std::function<Result<std::string>(Media const&)> fetch;   // what download() gives
    int downloads = 0;
    int sends = 0;
    int checks = 0;

private:
    Database& db_;
};

class MessageTest : public ContactTest {
protected:
    MessageTest() {
        // A committed event wakes the dispatchers, as in the server.
        options().on_commit = [this](std::vector<WorkspaceId> const& all) {
            for (auto const& one : all) bus.wake(one);
        };
        close_db();   // the fixtures before have opened it
        session = {workspace, SessionId::make(clock.now())};
    }
    ~MessageTest() override { close_db(); }   // it calls the bus
    /// On an executor of their own, so that they may be used while a dispatcher runs on io_.
    template <class T> T apart(asio::awaitable<T> task) {
        asio::io_context io;
        std::optional<T> out;
        asio::co_spawn(
            io,
            [](asio::awaitable<T> one, std::optional<T>& to) -> asio::awaitable<void> { to.emplace(co_await std::move(one)); }(
                                                                 std::move(task), out),
            asio::detached);
        io.run();
        return std::move(out).value();
    }
    template <class F> auto write(F work) { return apart(db().write(std::move(work))); }
    template <class F> auto read(F work) { return apart(db().read(std::move(work))); }

    MessageService& service() {
        if (!service_) {
            sender_ = std::make_unique<PaperSender>(db());
            sender_->sessions.insert(session);
            service_ = std::make_unique<MessageService>(MessageParts{db(), messages, governor, book(), log, bus, clock, pacing});
            service_->connect(*sender_, *sender_);
            sender_->traffic = service_.get();
            book().add_hook(*service_);
        }
        return *service_;
    }
    PaperSender& sender() { return service(), *sender_; }

    NewMessage text(ContactId to, std::string body = "Salam", Origin origin = Origin::api) {
        return {.session = session.session,
                .contact = to,
                .content = {.type = MessageType::text, .text = std::move(body)},
                .origin = origin};
    }
    Result<MessageId> accept(NewMessage message) {
        return write([&, message](Transaction& tx) { return service().accept(tx, workspace, message); });
    }
    MessageRow message(MessageId id) {
        return must(read([&](Transaction& tx) { return messages.find(tx, workspace, id); }));
    }
    template <class F> void in_client(F work) {
        must(write([&](Transaction& tx) { return work(service(), tx); }));
    }
    void commit(MessageId id) {
        in_client([&](auto& all, Transaction& tx) { return all.committed(tx, session, id); });
    }
    void acknowledge(MessageId id) {
        in_client([&](auto& all, Transaction& tx) { return all.acknowledged(tx, session, id, clock.now()); });
    }
    void receipt(MessageId id, ReceiptKind kind) {
        auto const name = message(id).whatsapp_id;
        in_client([&](auto& all, Transaction& tx) { return all.receipt(tx, session, Receipt{{name}, "", {}, kind, clock.now()}); });
    }
    /// Runs the dispatcher until it rests with nothing more to do, or `enough`.
    void dispatch_until(std::function<bool()> enough) {
        std::stop_source stop;
        service();
        auto ended = false;
        asio::co_spawn(io_, service().dispatch(session, stop.get_token()), [&](std::exception_ptr fault) {
            ended = true;
            if (fault) std::rethrow_exception(fault);
        });
        io_.restart();
        while (!enough() && !ended) io_.run_one();
        stop.request_stop();
        while (!ended) io_.run_one();
    }

    EventBus bus;
    Pacing pacing = Pacing::off;
    sql::SqlMessageStore messages;
    sql::SqlGovernorStore governor;
    SessionRef session;

private:
    std::unique_ptr<PaperSender> sender_;
    std::unique_ptr<MessageService> service_;
};

}   // namespace waqtor::testing
