#include "command.hpp"
#include "house.hpp"

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
    std::string email, name, workspace = "WaQtor";
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
}

}   // namespace waqtor
