#include "command.hpp"
#include "demo_job.hpp"
#include "demo_shop.hpp"
#include "running_server.hpp"

namespace waqtor {
namespace {

struct Wish {
    bool once = false;
    std::string contacts;
};

/// A folder of its own that goes with the demo.
class TemporaryFolder {
public:
    TemporaryFolder() {
        auto pattern = (std::filesystem::temp_directory_path() / "waqtor-demo-XXXXXX").string();
        if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Points the server at the sandbox, with data of its own.
Result<void> prepare(Settings& settings, std::filesystem::path const& folder, sandbox::Sandbox& sandbox, bool once) {
    TRY_OK(settings.data.set((folder / "data").string(), Source::flag));
    TRY_OK(settings.whatsapp_url.set(sandbox.url(), Source::flag));
    TRY_OK(settings.whatsapp_tls_root.set((folder / "ca.pem").string(), Source::flag));
    TRY_OK(settings.whatsapp_noise_root.set((folder / "noise-root.hex").string(), Source::flag));
    TRY_OK(settings.pacing.set("false", Source::flag));
    if (!once) return {};
    TRY_OK(settings.port.set("0", Source::flag));
    return settings.log_level.set("error", Source::flag);
}

void welcome(RunningServer& server, std::string const& password) {
    std::cout << "\nA sample shop runs on " << server.url() << " until you stop it (Ctrl-C); its data goes with it.\n\n"
              << "  Login        " << demo::kOwnerEmail << "  " << password << "\n"
              << "  API          " << server.url() << "/api/docs\n\n"
              << "The shop's number " << demo::kShopNumber
              << " is linked to a WhatsApp service on this machine, with 50 customers\n"
              << "whose phones read and answer. Nothing leaves this machine. Try, in another terminal:\n\n"
              << "  1  log in          curl -s " << server.url() << "/api/auth/login -H 'Content-Type: application/json' \\\n"
              << "                       -d '{\"email\":\"" << demo::kOwnerEmail << "\",\"password\":\"" << password << "\"}'\n"
              << "                     and use data.token as  -H \"Authorization: Bearer TOKEN\"  below\n"
              << "  2  see the number  curl -s " << server.url() << "/api/sessions\n"
              << "  3  send a text     curl -s " << server.url()
              << "/api/messages/send-text -H 'Content-Type: application/json' \\\n"
              << "                       -d '{\"phone\":\"+966500001000\",\"message\":\"Hello from WaQtor: 20 % off\"}'\n"
              << "  4  watch it arrive curl -s '" << server.url() << "/api/events?types=message.*&wait=30'\n"
              << "  5  the whole job   build/release/waqtor demo --once\n\n"
              << std::flush;
}

void print(DemoReport const& report) {
    Table table{{"what", "count"}};
    auto const add = [&](std::string_view what, std::int64_t count) { table.add({std::string{what}, std::to_string(count)}); };
    add("contacts imported", report.contacts.imported);
    add("rows rejected", report.contacts.rejected);
    add("campaign recipients", report.campaign.recipients);
    add("  sent", report.campaign.sent);
    add("  delivered", report.campaign.delivered);
    add("  read", report.campaign.read);
    add("  failed", report.campaign.failed);
    add("replies from customers", report.replies);
    add("answers of the bot", report.bot_answers);
    add("events", report.events);
    add("missing at either side", report.ledger.missing);
    add("seen twice", report.ledger.duplicate);
    add("unknown to WaQtor", report.ledger.unknown);
    table.print();
    std::cout << fmt::format("\n{} s, {} MiB for server and sandbox together. ", report.seconds, report.rss_mi_b)
              << (report.agrees() ? "What the phones saw and what WaQtor recorded agree.\n"
                                  : "What the phones saw and what WaQtor recorded DIFFER.\n");
}

Result<DemoReport> whole_job(Settings const& settings, sandbox::Sandbox& sandbox, Wish const& wish) {
    TRY(auto server, RunningServer::start(settings));
    demo::Job job{server->house(), sandbox};
    TRY_OK(job.open_shop());
    TRY_OK(job.link());
    TRY_OK(job.import(wish.contacts));
    // On standard error, so that --json prints its one object and nothing else.
    for (auto const& row : job.rows_left_out()) std::cerr << row << '\n';
    TRY_OK(job.teach_bot());
    TRY_OK(job.campaign());
    return job.report();
}

Result<void> open_for_visitors(RunningServer& server, sandbox::Sandbox& sandbox, Wish const& wish) {
    demo::Job job{server.house(), sandbox};
    TRY(auto const password, job.open_shop());
    TRY_OK(job.link());
    TRY_OK(job.import(wish.contacts));
    TRY_OK(job.teach_bot());
    welcome(server, password);
    return {};
}

int run(Settings& settings, Output const& output, Wish const& wish) {
    TemporaryFolder folder;
    if (folder.path().empty()) return output.failure({.code = Code::unavailable, .message = "Cannot make a temporary folder"});
    sandbox::Sandbox sandbox{{.folder = folder.path()}};
    if (auto const set = prepare(settings, folder.path(), sandbox, wish.once); !set) return output.failure(set.error());
    if (!wish.once) return serve(settings, output, [&](RunningServer& server) { return open_for_visitors(server, sandbox, wish); });
    auto const report = whole_job(settings, sandbox, wish);
    if (!report) return output.failure(report.error());
    if (output.json)
        output.print(write_json(*report).as_object());
    else
        print(*report);
    return report->agrees() ? 0 : static_cast<int>(Exit::failed);
}
}   // namespace

void add_demo(Program& program) {
    auto wish = std::make_shared<Wish>();
    auto* command = program.add(program.app, "demo", "A sample shop on a WhatsApp service of its own; --once runs the whole job",
                                [&program, wish](Settings& settings) { return run(settings, program.output, *wish); });
    command->add_flag("--once", wish->once, "Do the whole main job once, print what came of it, exit 0 when all records agree");
    command->add_option("--contacts", wish->contacts, "Your own list of people: CSV, vCard or XLSX");
}

}   // namespace waqtor
