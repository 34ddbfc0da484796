#include "postgres_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>

namespace waqtor::testing {
namespace {

/// PostgreSQL refuses to run as root: then it gets an account that has no rights.
passwd const* account_to_use() {
    if (geteuid() != 0) return nullptr;
    if (auto const* account = getpwnam("postgres")) return account;
    return getpwnam("nobody");
}

/// Starts a program of PostgreSQL whose messages go to `output`. It dies with this process.
pid_t start(std::vector<std::string> words, int output) {
    words[0] = std::string{WAQTOR_POSTGRES_FOLDER "/"} + words[0];
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    auto const* account = account_to_use();
    auto const child = fork();
    if (child != 0) return child;
    if (account && (setgroups(0, nullptr) != 0 || setgid(account->pw_gid) != 0 || setuid(account->pw_uid) != 0)) _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setenv("LC_ALL", "C.UTF-8", 1);
    execv(arguments[0], arguments.data());
    _exit(127);
}

std::string read_all(int from) {
    std::string out;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(from, buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
    close(from);
    return out;
}

void run(std::vector<std::string> words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    auto const child = start(words, ends[1]);
    close(ends[1]);
    auto const said = read_all(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error{words[0] + " failed: " + said};
}

std::string make_folder() {
    auto name = (std::filesystem::temp_directory_path() / "waqtor-postgres-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
    if (auto const* account = account_to_use(); account && chown(name.c_str(), account->pw_uid, account->pw_gid) != 0)
        throw std::runtime_error{"the temporary folder cannot be given away"};
    return name;
}

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};

std::string query(std::string const& url, std::string const& sql) {
    std::unique_ptr<PGconn, Finish> const connection{PQconnectdb(url.c_str())};
    std::unique_ptr<PGresult, Finish> const result{PQexec(connection.get(), sql.c_str())};
    auto const status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error{PQerrorMessage(connection.get())};
    return status == PGRES_TUPLES_OK && PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

}   // namespace

PostgresServer& PostgresServer::shared() {
    static PostgresServer server;
    return server;
}

PostgresServer::PostgresServer(std::vector<std::string> settings) : folder_{make_folder()} {
    run({"initdb", "-D", folder_ + "/data", "-U", "waqtor", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"});
    std::vector<std::string> words{"postgres", "-D", folder_ + "/data", "-k", folder_, "-c", "listen_addresses="};
    for (auto& setting : settings) words.insert(words.end(), {"-c", std::move(setting)});
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    process_ = start(std::move(words), ends[1]);
    close(ends[1]);

    std::promise<std::string> ready;
    auto said_ready = ready.get_future();
    // Reads the server's log to its end: a full pipe would stop the server.
    log_ = std::jthread{[from = ends[0], ready = std::move(ready)]() mutable {
        std::string log;
        auto waiting = true;
        char buffer[4096];
        for (ssize_t n = 0; (n = read(from, buffer, sizeof buffer)) > 0;) {
            if (!waiting) continue;
            log.append(buffer, static_cast<std::size_t>(n));
            if (!log.contains("ready to accept connections")) continue;
            ready.set_value({});
            waiting = false;
        }
        if (waiting) ready.set_value("PostgreSQL did not start: " + log);
        close(from);
    }};
    if (auto const problem = said_ready.get(); !problem.empty()) throw std::runtime_error{problem};
}

PostgresServer::~PostgresServer() {
    kill(process_, SIGQUIT);   // at once: nothing of it is kept
    waitpid(process_, nullptr, 0);
    log_ = {};
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::base_url() const { return "postgresql://waqtor@/postgres?host=" + folder_; }

std::string PostgresServer::fresh_url() {
    auto const schema = "suite" + std::to_string(++next_);
    execute("CREATE SCHEMA " + schema);
    return base_url() + "&options=-csearch_path%3D" + schema;
}

void PostgresServer::execute(std::string const& sql) { query(base_url(), sql); }

int PostgresServer::disconnect() {
    return std::stoi(query(base_url(),
                           "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                           "WHERE application_name = 'waqtor') AS ended"));
}

}   // namespace waqtor::testing
