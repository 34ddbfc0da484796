// messages_accept [OUTPUT.json] [FOLDER] [SECONDS] [postgresql://…]: durable accepts of single messages from 64 concurrent clients,
// each with its own Idempotency-Key, through the very service the route calls (no HTTP): SQLite with synchronous=FULL, or
// PostgreSQL.
#include "core/contacts/contact_book.hpp"
#include "core/messages/media_store.hpp"
#include "core/messages/message_desk.hpp"
#include "storage/database.hpp"
#include "storage/sql/contact_store.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/governor_store.hpp"
#include "storage/sql/media_rows.hpp"
#include "storage/sql/message_store.hpp"
#include "storage/sql/tag_store.hpp"
#include "storage/sql/user_store.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace waqtor;
using Clock_ = std::chrono::steady_clock;

namespace {
constexpr int kClients = 64;
constexpr int kContacts = 2000;

[[noreturn]] void give_up(Error const& error) {
    fmt::print(stderr, "{} | {}\n", error.message, error.cause);
    std::exit(1);
}

/// The one session there is; nothing is sent.
class OneSession final : public Sender, public SessionDirectory {
public:
    explicit OneSession(SessionRef which) : which_{which} {}
    bool working(SessionRef) const override { return false; }
    Task<void> send(SessionRef, Outgoing) override { co_return fail(Code::unavailable, ""); }
    Task<std::vector<NumberCheck>> check(SessionRef, std::vector<std::string>) override { co_return fail(Code::unavailable, ""); }
    Task<void> mark_read(SessionRef, Address, std::vector<std::string>, std::optional<Address>) override {
        co_return Result<void>{};
    }
    Task<void> mark_played(SessionRef, Address, std::vector<std::string>, std::optional<Address>) override {
        co_return Result<void>{};
    }
    Task<std::string> download(SessionRef, MessageType, Media) override { co_return fail(Code::unavailable, ""); }
    Task<void> typing(SessionRef, Address, bool) override { co_return Result<void>{}; }
    Result<void> require(Transaction&, SessionRef session) override {
        return session == which_ ? Result<void>{} : fail(Code::not_found, "There is no such session");
    }
    Result<SessionId> standard(Transaction&, WorkspaceId, std::vector<SessionId> const&) override { return which_.session; }

private:
    SessionRef which_;
};

asio::awaitable<void> client(MessageDesk& desk, Caller who, SessionId session, int number, Clock_::time_point end,
                             std::vector<double>& took) {
    for (int i = 0; Clock_::now() < end; ++i) {
        auto const start = Clock_::now();
        SendMessage wish{.session = session,
                         .to = fmt::format("+155501{:05}", (number * 131 + i * 7) % kContacts),
                         .text = "Your order is on its way and arrives tomorrow between nine and noon."};
        auto const sent = co_await desk.send(who, std::move(wish), fmt::format("{}-{}", number, i));
        if (!sent) give_up(sent.error());
        took.push_back(std::chrono::duration<double, std::milli>(Clock_::now() - start).count());
    }
}
}   // namespace

int main(int argc, char** argv) {
    auto const output = std::filesystem::path{argc > 1 ? argv[1] : "bench/results/messages_accept.json"};
    auto const folder = std::filesystem::path{argc > 2 ? argv[2] : "."} / "messages-accept-data";
    auto const seconds = argc > 3 ? std::stoi(argv[3]) : 10;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    auto const postgres = argc > 4;
    EventBus bus;
    auto opened = open_database({.url = postgres ? argv[4] : (folder / "accept.db").string(), .on_commit = [&](auto const& all) {
                                     for (auto const& one : all) bus.wake(one);
                                 }});
    if (!opened) give_up(opened.error());
    auto& db = **opened;
    SystemClock clock;
    sql::SqlEventLog log{clock};
    sql::SqlContactStore contacts;
    sql::SqlTagStore tags;
    sql::SqlSegmentStore segments;
    ContactBook book{{db, contacts, tags, segments, log, clock}};
    sql::SqlMessageStore messages;
    sql::SqlGovernorStore governor;
    sql::SqlMediaRows media_rows;
    sql::SqlTemplateStore templates;
    FileMediaStore files{folder / "media"};
    asio::io_context io;
    MediaService media{db, media_rows, files, nullptr, clock, io.get_executor()};
    MessageService service{{db, messages, governor, book, log, bus, clock}};
    auto const session = SessionRef{WorkspaceId::make(clock.now()), SessionId::make(clock.now())};
    OneSession sender{session};
    service.connect(sender, sender);
    MessageDesk desk{service, media, templates};
    auto const who = Caller{.workspace = session.workspace};
    sql::SqlUserStore users;
    asio::co_spawn(io, db.write([&](Transaction& tx) { return users.add_workspace(tx, {session.workspace, "Shop", clock.now()}); }),
                   [](std::exception_ptr, Result<void> const& made) {
                       if (!made) give_up(made.error());
                   });
    io.run();
    io.restart();

    std::vector<std::vector<double>> took(kClients);
    auto const commits = db.figures().commits;
    auto const start = Clock_::now();
    for (int i = 0; i < kClients; ++i)
        asio::co_spawn(
            io, client(desk, who, session.session, i, start + std::chrono::seconds{seconds}, took[static_cast<std::size_t>(i)]),
            asio::detached);
    io.run();
    auto const elapsed = std::chrono::duration<double>(Clock_::now() - start).count();
    std::vector<double> all;
    for (auto const& one : took) all.insert(all.end(), one.begin(), one.end());
    std::ranges::sort(all);
    auto const at = [&](double share) { return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))]; };
    auto const rate = static_cast<double>(all.size()) / elapsed;
    auto const target = postgres ? 2000.0 : 5000.0;
    auto const result = fmt::format(
        R"({{"what": "durable accepts of single messages, {}, {} clients", "accepts": {}, "commits": {},
 "acceptsPerSecond": {:.0f}, "p50Ms": {:.2f}, "p99Ms": {:.2f}, "target": {:.0f}, "targetP99Ms": 20}})",
        postgres ? "PostgreSQL" : "SQLite WAL synchronous=FULL", kClients, all.size(), db.figures().commits - commits, rate,
        at(0.5), at(0.99), target);
    db.close();
    std::filesystem::remove_all(folder);
    if (output.has_parent_path()) std::filesystem::create_directories(output.parent_path());
    std::ofstream{output} << result << '\n';
    fmt::print("{}\n", result);
    return rate >= target && at(0.99) <= 20 ? 0 : 1;
}
