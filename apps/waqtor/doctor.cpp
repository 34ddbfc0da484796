#include "command.hpp"
#include "house.hpp"

#include <sys/resource.h>

namespace waqtor {

enum class Health : std::uint8_t { good, warning, bad };
BOOST_DESCRIBE_ENUM(Health, good, warning, bad)

struct Finding {
    std::string check;
    Health health{};
    std::string says;
    std::optional<std::string> to_do{};
};
BOOST_DESCRIBE_STRUCT(Finding, (), (check, health, says, to_do))

namespace {
namespace fs = std::filesystem;

Finding disk(Settings const& settings) {
    std::error_code failure;
    auto folder = fs::absolute(settings.data());
    while (!fs::exists(folder, failure) && !failure && folder.has_relative_path()) folder = folder.parent_path();   // not made yet
    auto const space = fs::space(folder, failure);
    if (failure)
        return {"disk", Health::bad, "The data folder cannot be reached: " + failure.message(), "Check --data and its permissions"};
    auto const free = static_cast<std::int64_t>(space.available >> 20);
    auto const says = fmt::format("{} MiB free", free);
    if (free < settings.minimum_free_mib()) return {"disk", Health::bad, says, "Free some space, or lower disk.minimum_free_mib"};
    return {"disk", free < 10 * settings.minimum_free_mib() ? Health::warning : Health::good, says};
}

Finding open_files(Settings const& settings) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    auto const needed = static_cast<rlim_t>(settings.connections()) + 100;
    auto const says = fmt::format("{} allowed", limit.rlim_max);
    if (limit.rlim_max < needed)
        return {"open files", Health::warning, says,
                fmt::format("Raise the limit to {} (LimitNOFILE=), or lower server.connections", needed)};
    return {"open files", Health::good, says};
}

Finding server_state(Settings const& settings) {
    auto const runs = FolderLock::is_taken(settings.data());
    return {"server", Health::good, runs ? "running on this folder" : "not running on this folder"};
}

/// What keeps the database from being opened, and the way out.
Finding closed(Settings const& settings, Error const& why) {
    Finding out{"database", Health::bad, why.message, "See the message; the server cannot start like this"};
    if (!settings.database_url().empty() || (why.code != Code::conflict && why.code != Code::not_found)) return out;
    auto const schema = file_schema_version(database_file(settings));
    if (schema && *schema < newest_schema_version())
        out.to_do = "Make a backup with the program that runs now, then start the new server or run waqtor migrate";
    else if (!schema && schema.error().code == Code::not_found)
        out.to_do = "Start `waqtor serve` to make a new one, or name the right folder with --data";
    return out;
}

std::vector<Finding> database(Settings const& settings) {
    auto const house = House::open(settings, Opening::find);
    if (!house) return {closed(settings, house.error())};
    std::vector<Finding> out;
    out.push_back({"database", Health::good, fmt::format("schema {}", (*house)->db->schema_version())});
    for (auto const& warning : (*house)->db->warnings()) out.push_back({"database", Health::warning, warning});
    auto const intact = run_here((*house)->db->quick_check());
    if (intact)
        out.push_back({"integrity", Health::good, "every page was read"});
    else if (intact.error().code != Code::not_implemented)
        out.push_back({"integrity", Health::bad, intact.error().message, "Restore the newest backup: waqtor restore"});
    auto const owned = run_here((*house)->features.accounts.has_owner());
    if (owned && *owned)
        out.push_back({"owner", Health::good, "exists"});
    else
        out.push_back({"owner", Health::warning, "nobody can log in yet",
                       "Open the setup link that `waqtor serve` prints, or run waqtor user create"});
    return out;
}

Finding proxy(Settings const& settings) {
    auto const tls = !settings.certificate().empty();
    if (!tls && settings.trusted_proxies().empty())
        return {"TLS", Health::warning, "off, and no proxy is trusted",
                "Fine on this machine only. Else set tls.certificate and tls.key, or put a TLS proxy in front and name it in "
                "server.trusted_proxies"};
    return {"TLS", Health::good, tls ? "on" : "by the proxy in front"};
}
}   // namespace

void add_doctor(Program& program) {
    program.add(
        program.app, "doctor", "Check the machine, the settings and the database, and say what to do",
        [&program](Settings& settings) {
            std::vector<Finding> findings{{"settings", Health::good, "read"}, server_state(settings)};
            for (auto& finding : database(settings)) findings.push_back(std::move(finding));
            findings.push_back(disk(settings));
            findings.push_back(open_files(settings));
            findings.push_back(proxy(settings));
            auto const sick = std::ranges::any_of(findings, [](auto const& finding) { return finding.health == Health::bad; });
            program.output.show(findings, [](auto const& all) {
                for (auto const& finding : all) {
                    auto const mark = finding.health == Health::good ? "ok  " : finding.health == Health::warning ? "note" : "BAD ";
                    std::cout << mark << "  " << finding.check << ": " << finding.says << '\n';
                    if (finding.to_do) std::cout << "      → " << *finding.to_do << '\n';
                }
            });
            return sick ? static_cast<int>(Exit::failed) : 0;
        });
}

}   // namespace waqtor
