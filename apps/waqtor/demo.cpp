#include "command.hpp"

namespace waqtor {
namespace {

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
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

void welcome(std::string const& url, std::string const& setup_link) {
    std::cout << "\nWaQtor runs on an empty folder that is removed when you stop it (Ctrl-C).\n\n"
              << "  Setup link   " << setup_link << "\n"
              << "  API          " << url << "/api/docs\n\n"
              << "Try, in another terminal (README.md has all five steps):\n\n"
              << "  curl -s " << url << "/health\n"
              << "  curl -s " << url << "/api/auth/register -H 'Content-Type: application/json' \\\n"
              << "       -d '{\"email\":\"owner@example.com\",\"password\":\"correct horse battery\",\"setupToken\":\""
              << setup_link.substr(setup_link.find('#') + 1) << "\"}'\n\n"
              << std::flush;
}
}   // namespace

void add_demo(Program& program) {
    program.add(program.app, "demo", "Run the server on an empty folder and say what to try", [&program](Settings& settings) {
        TemporaryFolder folder;
        if (folder.path().empty())
            return program.output.failure({.code = Code::unavailable, .message = "Cannot make a temporary folder"});
        auto const set = settings.data.set(folder.path(), Source::flag);
        if (!set) return program.output.failure(set.error());
        return serve(settings, program.output, welcome);
    });
}

}   // namespace waqtor
