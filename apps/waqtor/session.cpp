#include "command.hpp"
#include "core/sessions/session_api.hpp"
#include "door.hpp"
#include "local_caller.hpp"
#include "residents.hpp"
#include "server/qr/qr_image.hpp"

#include <iostream>
#include <thread>

namespace waqtor {
namespace {
struct Wish {
    DoorWish door;
    std::string session, name, sandbox;
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
    TRY_OK(House::find(settings));   // the lock would make the folder
    TRY(auto const lock, FolderLock::take(settings.data()));
    TRY(auto house, House::open(settings, Opening::find));
    TRY(auto const who, local_caller(*house, wish.door.workspace));
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

std::unexpected<Error> not_linked(Session const& session) {
    return fail(Code::unavailable, session.advice ? session.advice->en : "The session failed: " + session.why.value_or(""));
}

bool is_over(Session const& session) { return session.state == SessionState::FAILED || session.state == SessionState::LOGGED_OUT; }

/// Shows a code that was not shown yet.
Result<void> show_code(SessionQr const& code, std::string& shown, Output const& output) {
    if (code.qr == shown) return {};
    shown = code.qr;
    TRY(auto const picture, qr_terminal(shown));
    auto& out = output.json ? std::cerr : std::cout;
    out << picture << "\nWhatsApp on the phone > Linked devices > Link a device. Code " << code.attempt << " of 6, "
        << code.seconds_left << " s.\n"
        << shown << "\n\n"
        << std::flush;
    return {};
}

/// Shows each QR code as it comes, until the number is linked or nobody scanned.
Result<Session> link(SessionService& sessions, Caller const& who, Wish const& wish, Output const& output) {
    TRY(auto session, find_or_make(sessions, who, wish));
    for (std::string shown;;) {
        TRY(session, run_here(sessions.get(who, session.id.text())));
        if (session.state == SessionState::WORKING) return session;
        if (is_over(session)) return not_linked(session);
        if (auto const code = run_here(sessions.qr(who, session.id.text()))) TRY_OK(show_code(*code, shown, output));
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
}

std::string path_of(Wish const& wish) { return "/api/sessions/" + query_text(wish.session); }

/// The same on a server.
Result<Session> link_there(Door& door, Wish const& wish, Output const& output) {
    auto session = door.read<Session>("POST", path_of(wish) + "/start", json::object{});
    if (!session && session.error().code == Code::not_found) {
        json::object body{{"clientId", wish.session}};
        if (!wish.name.empty()) body["name"] = wish.name;
        session = door.read<Session>("POST", "/api/sessions", body);
    }
    for (std::string shown;;) {
        if (!session) return session;
        if (session->state == SessionState::WORKING) return session;
        if (is_over(*session)) return not_linked(*session);
        if (auto const code = door.read<SessionQr>("GET", path_of(wish) + "/qr")) TRY_OK(show_code(*code, shown, output));
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
        session = door.read<Session>("GET", path_of(wish));
    }
}

Result<std::vector<Session>> list(Settings const& settings, Wish const& wish) {
    TRY(auto const door, Door::open(settings, wish.door));
    return door->read<std::vector<Session>>("GET", "/api/sessions?limit=1000");
}

/// start, stop, restart, logout: what a server does.
Result<Session> act_there(Settings const& settings, Wish const& wish, std::string const& action) {
    if (wish.door.server.empty())
        return invalid("--server", "is needed: only a running server can " + action + " a session; give its address and --api-key");
    TRY(auto const door, Door::open(settings, wish.door));
    return door->read<Session>("POST", path_of(wish) + "/" + action, json::object{});
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
    auto const add = [&](std::string const& name, std::string const& help, auto work) {
        auto* command = program.add(*session, name, help, with(work));
        wish->door.add_flags(*command);
        return command;
    };
    auto* make = add("link", "Link a number: shows the QR code here until the phone has scanned it",
                     [&program, wish](Settings& settings) -> Result<Session> {
                         if (wish->door.server.empty())
                             return while_running(settings, *wish, [&](SessionService& sessions, Caller const& who) {
                                 return link(sessions, who, *wish, program.output);
                             });
                         TRY(auto const door, Door::open(settings, wish->door));
                         return link_there(*door, *wish, program.output);
                     });
    add("list", "List sessions", [wish](Settings& settings) { return list(settings, *wish); });
    auto* end = add("logout", "Unlink a number; the session stays", [wish](Settings& settings) {
        if (!wish->door.server.empty()) return act_there(settings, *wish, "logout");
        return while_running(settings, *wish,
                             [&](SessionService& sessions, Caller const& who) { return logout(sessions, who, *wish); });
    });
    std::vector all{make, end};
    for (std::string const action : {"start", "stop", "restart"})
        all.push_back(add(action, "Let a server " + action + " a session",
                          [wish, action](Settings& settings) { return act_there(settings, *wish, action); }));
    for (auto* command : all) command->add_option("session", wish->session, "Its client id (or id)")->required();
    make->add_option("--name", wish->name, "What people call it, when it is new");
    for (auto* command : {make, end})
        command->add_option("--sandbox", wish->sandbox, "Folder of a running sandbox's files, instead of WhatsApp");
}

}   // namespace waqtor
