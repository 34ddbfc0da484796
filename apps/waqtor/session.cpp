#include "command.hpp"
#include "house.hpp"
#include "local_caller.hpp"
#include "residents.hpp"
#include "server/qr/qr_image.hpp"

#include <iostream>
#include <thread>

namespace waqtor {
namespace {
struct Wish {
    std::string workspace, session, name, sandbox;
};

/// A sandbox's folder says how to reach and trust it.
Result<void> use_sandbox(Settings& settings, std::filesystem::path const& folder) {
    std::ifstream file{folder / "url"};
    std::string url;
    if (!std::getline(file, url))
        return invalid("--sandbox", "must be the folder that `waqtor sandbox --files` writes; there is no file `url` in it");
    TRY_OK(settings.whatsapp_url.set(url, Source::flag));
    TRY_OK(settings.whatsapp_tls_root.set((folder / "ca.pem").string(), Source::flag));
    return settings.whatsapp_noise_root.set((folder / "noise-root.hex").string(), Source::flag);
}

void print(std::vector<Session> const& sessions) {
    Table table{{"client id", "name", "number", "state", "why"}};
    for (auto const& session : sessions)
        table.add({session.client_id, session.name, session.phone_number.value_or(""), std::string{enum_name(session.state)},
                   session.why.value_or("")});
    table.print();
}

void print(Session const& session) { print(std::vector{session}); }

/// Sessions run in this program meanwhile, so no server may.
template <class F> Result<Session> while_running(Settings const& settings, Wish const& wish, F work) {
    TRY(auto const lock, FolderLock::take(settings.data()));
    TRY(auto house, House::open(settings));
    TRY(auto const who, local_caller(*house, wish.workspace));
    Residents residents{house->pool};
    residents.start(house->features.sessions.run(), [&] { house->features.sessions.stop(); });
    return work(house->features.sessions, who);
}

Result<Session> find_or_make(SessionService& sessions, Caller const& who, Wish const& wish) {
    auto found = run_here(sessions.start(who, wish.session));
    if (found || found.error().code != Code::not_found) return found;
    CreateSession create{.client_id = wish.session};
    if (!wish.name.empty()) create.name = wish.name;
    return run_here(sessions.create(who, create));
}

/// Shows each QR code as it comes, until the number is linked or nobody scanned.
Result<Session> link(SessionService& sessions, Caller const& who, Wish const& wish, Output const& output) {
    TRY(auto session, find_or_make(sessions, who, wish));
    for (std::string shown;;) {
        TRY(session, run_here(sessions.get(who, session.id.text())));
        if (session.state == SessionState::WORKING) return session;
        if (session.state == SessionState::FAILED || session.state == SessionState::LOGGED_OUT)
            return fail(Code::unavailable, session.advice ? session.advice->en : "The session failed: " + session.why.value_or(""));
        if (auto const code = run_here(sessions.qr(who, session.id.text())); code && code->qr != shown) {
            shown = code->qr;
            TRY(auto const picture, qr_terminal(shown));
            auto& out = output.json ? std::cerr : std::cout;
            out << picture << "\nWhatsApp on the phone > Linked devices > Link a device. Code " << code->attempt << " of 6, "
                << code->seconds_left << " s.\n"
                << shown << "\n\n"
                << std::flush;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
}

Result<std::vector<Session>> list(Settings const& settings, Wish const& wish) {
    TRY(auto house, House::open(settings));
    TRY(auto const who, local_caller(*house, wish.workspace));
    TRY(auto page, run_here(house->features.sessions.list(who, {.limit = 1000})));
    return std::move(page.items);
}

Result<Session> logout(SessionService& sessions, Caller const& who, Wish const& wish) {
    TRY(auto const session, run_here(sessions.start(who, wish.session)));
    // Unlinking needs a connection: wait for it a while, then forget the keys all the same.
    for (int i = 0; i < 100; ++i) {
        TRY(auto const now, run_here(sessions.get(who, session.id.text())));
        if (now.state != SessionState::STOPPED && now.state != SessionState::STARTING && now.state != SessionState::DEGRADED) break;
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    return run_here(sessions.logout(who, session.id.text()));
}
}   // namespace

void add_session(Program& program) {
    auto* session = program.app.add_subcommand("session", "Linked WhatsApp numbers")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto const with = [&program, wish](auto work) {
        return [&program, wish, work](Settings& settings) {
            if (!wish->sandbox.empty())
                if (auto const used = use_sandbox(settings, wish->sandbox); !used) return program.output.failure(used.error());
            auto const done = work(settings);
            return done ? program.output.show(*done, [](auto const& shown) { print(shown); })
                        : program.output.failure(done.error());
        };
    };
    auto* make = program.add(*session, "link", "Link a number: shows the QR code here until the phone has scanned it",
                             with([&program, wish](Settings& settings) {
                                 return while_running(settings, *wish, [&](SessionService& sessions, Caller const& who) {
                                     return link(sessions, who, *wish, program.output);
                                 });
                             }));
    auto* show = program.add(*session, "list", "List sessions", with([wish](Settings& settings) { return list(settings, *wish); }));
    auto* end = program.add(*session, "logout", "Unlink a number; the session stays", with([wish](Settings& settings) {
        return while_running(settings, *wish,
                             [&](SessionService& sessions, Caller const& who) { return logout(sessions, who, *wish); });
    }));
    for (auto* command : {make, end}) command->add_option("session", wish->session, "Its client id (or id)")->required();
    make->add_option("--name", wish->name, "What people call it, when it is new");
    for (auto* command : {make, show, end}) {
        command->add_option("--workspace", wish->workspace, "Id or name, when there are several");
        command->add_option("--sandbox", wish->sandbox, "Folder of a running sandbox's files, instead of WhatsApp");
    }
}

}   // namespace waqtor
