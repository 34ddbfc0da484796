#include "command.hpp"
#include "local_caller.hpp"

#include <boost/algorithm/string/case_conv.hpp>

#include <termios.h>
#include <unistd.h>

namespace waqtor {
namespace {

/// Reads a password: without echo from a terminal, else the first line of the input.
std::string ask_password() {
    std::string password;
    if (isatty(STDIN_FILENO) == 0) {
        std::getline(std::cin, password);
        return password;
    }
    termios before{};
    tcgetattr(STDIN_FILENO, &before);
    auto silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    std::cerr << "Password: " << std::flush;
    tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    std::getline(std::cin, password);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    std::cerr << '\n';
    return password;
}

Result<std::vector<User>> all_users(House& house) {
    return run_here(house.db->read([&](Transaction& tx) -> Result<std::vector<User>> {
        std::vector<User> out;
        TRY(auto const workspaces, house.features.users.workspaces(tx));
        for (auto const& workspace : workspaces) {
            TRY(auto const page, house.features.users.list(tx, workspace.id, {.limit = 1000}));
            for (auto const& user : page.items) out.push_back(shown(user));
        }
        return out;
    }));
}

struct Wish {
    std::string email, name, workspace = "WaQtor", in_workspace, role, active;
};

int create(Program& program, Settings& settings, Wish const& wish) {
    auto house = House::open(settings, Opening::make);
    if (!house) return program.output.failure(house.error());
    // The same limits as over HTTP, said by the same declaration.
    auto const password = ask_password();
    auto const checked = read_json<Register>(
        boost::json::object{{"email", wish.email}, {"password", password}, {"name", wish.name}, {"workspaceName", wish.workspace}});
    if (!checked) return program.output.failure(checked.error());
    auto const made = run_here((*house)->features.accounts.create_owner(wish.email, {password}, wish.name, wish.workspace));
    if (!made) return program.output.failure(made.error());
    return program.output.show(shown(*made), [](User const& user) { std::cout << "Created the owner " << user.email << '\n'; });
}

int list(Program& program, Settings& settings) {
    auto house = House::open(settings, Opening::find);
    if (!house) return program.output.failure(house.error());
    auto const users = all_users(**house);
    if (!users) return program.output.failure(users.error());
    return program.output.show(*users, [](auto const& all) {
        Table table{{"id", "email", "role", "active", "last login"}};
        for (auto const& user : all)
            table.add({user.id.text(), user.email, std::string{enum_name(user.role)}, user.is_active ? "yes" : "no",
                       user.last_login_at ? to_iso(*user.last_login_at) : "never"});
        table.print();
    });
}

int reset_password(Program& program, Settings& settings, std::string const& email) {
    auto house = House::open(settings, Opening::find);
    if (!house) return program.output.failure(house.error());
    auto const password = ask_password();
    auto const checked = read_json<Register>(boost::json::object{{"email", email}, {"password", password}});
    if (!checked) return program.output.failure(checked.error());
    auto const done = run_here((*house)->features.accounts.reset_password(email, {password}));
    return done ? program.output.say("The password was changed and every login of " + email + " ended")
                : program.output.failure(done.error());
}

/// The person with that address, and who may change them: an owner of their workspace.
Result<std::pair<Caller, UserRow>> person(House& house, std::string const& email) {
    TRY(auto row, run_here(house.db->read([&](Transaction& tx) {
            return house.features.users.find_by_email(tx, boost::algorithm::to_lower_copy(email));
        })));
    if (!row) return fail(Code::not_found, "There is nobody with this e-mail address; `waqtor user list` shows who there is");
    TRY(auto who, local_caller(house, row->workspace.text()));
    return std::pair{std::move(who), *std::move(row)};
}

Result<Invitation> invite(House& house, Wish const& wish) {
    TRY(auto who, local_caller(house, wish.in_workspace));
    TRY(auto const checked, read_json<Invite>(boost::json::object{{"email", wish.email}, {"role", wish.role}}));
    return run_here(house.features.accounts.invite(std::move(who), checked));
}

Result<User> change(House& house, Wish const& wish) {
    TRY(auto found, person(house, wish.email));
    boost::json::object body{{"id", found.second.id.text()}};
    if (!wish.name.empty()) body["name"] = wish.name;
    if (!wish.role.empty()) body["role"] = wish.role;
    if (!wish.active.empty()) body["isActive"] = wish.active == "true";
    TRY(auto const checked, read_json<UpdateUser>(body));
    return run_here(house.features.accounts.update_user(std::move(found.first), checked));
}

Result<User> remove(House& house, Wish const& wish) {
    TRY(auto found, person(house, wish.email));
    TRY_OK(run_here(house.features.accounts.remove_user(std::move(found.first), found.second.id)));
    return shown(found.second);
}

void print(Invitation const& made) {
    std::cout << "Invited " << made.email << " as " << enum_name(made.role) << " until " << to_iso(made.expires_at) << "\n\n    "
              << made.token.value_or("") << "\n\nIt is shown only now. They register with it as `invitationToken`.\n";
}

void add_changes(Program& program, CLI::App& user, std::shared_ptr<Wish> const& wish) {
    auto const roles = enum_names<Role>();
    auto* ask = program.add(user, "invite", "Invite a person into a workspace; the invitation is shown once",
                            with_house(program, wish, invite, [](Invitation const& made) { print(made); }));
    ask->add_option("--role", wish->role, roles)->required();
    ask->add_option("--workspace", wish->in_workspace, "Id or name, when there are several");
    auto* set = program.add(user, "set", "Change a person's name or role, or switch them off: their logins end within seconds",
                            with_house(program, wish, change, [](User const& now) {
                                std::cout << now.email << " is " << enum_name(now.role) << (now.is_active ? "" : ", switched off")
                                          << '\n';
                            }));
    set->add_option("--name", wish->name, "Name shown to colleagues");
    set->add_option("--role", wish->role, roles);
    set->add_option("--active", wish->active, "true or false")->check(CLI::IsMember({"true", "false"}));
    auto* gone =
        program.add(user, "remove", "Remove a person; their logins end within seconds",
                    with_house(program, wish, remove, [](User const& was) { std::cout << "Removed " << was.email << '\n'; }));
    for (auto* command : {ask, set, gone}) command->add_option("--email", wish->email, "E-mail address")->required();
}
}   // namespace

void add_user(Program& program) {
    auto* user = program.app.add_subcommand("user", "People who log in")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* make = program.add(*user, "create", "Make a workspace and its owner; the password is read from the terminal or the input",
                             [&program, wish](Settings& settings) { return create(program, settings, *wish); });
    make->add_option("--email", wish->email, "E-mail address")->required();
    make->add_option("--name", wish->name, "Name shown to colleagues");
    make->add_option("--workspace", wish->workspace, "Name of the workspace");
    program.add(*user, "list", "List the people of every workspace",
                [&program](Settings& settings) { return list(program, settings); });
    auto* reset = program.add(*user, "reset-password", "Set a new password and end every login of the person",
                              [&program, wish](Settings& settings) { return reset_password(program, settings, wish->email); });
    reset->add_option("--email", wish->email, "E-mail address")->required();
    add_changes(program, *user, wish);
}

}   // namespace waqtor
