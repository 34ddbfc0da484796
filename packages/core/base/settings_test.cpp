#include "core/base/settings_list.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace waqtor {
namespace {

class SettingsTest : public testing::Test {
protected:
    std::string from_file(std::string const& text) {
        auto const path = testing::TempDir() + "waqtor-settings-" + std::to_string(::getpid()) + ".toml";
        std::ofstream{path} << text;
        auto const read = read_settings_file(settings, path);
        std::remove(path.c_str());
        return read ? "" : read.error().message;
    }
    std::string from_environment(std::map<std::string, std::string> const& variables) {
        auto const read = read_settings_environment(settings, variables);
        return read ? "" : read.error().message;
    }
    Settings settings;
};

TEST_F(SettingsTest, ReadsTheFile) {
    EXPECT_EQ(
        from_file("data = \"/srv/w\"\n[server]\nport = 9000\nallowed_origins = [\"https://a.example\", \"https://b.example\"]\n"),
        "");
    EXPECT_EQ(settings.data(), "/srv/w");
    EXPECT_EQ(settings.port(), 9000);
    EXPECT_EQ(settings.allowed_origins(), (std::vector<std::string>{"https://a.example", "https://b.example"}));
    EXPECT_EQ(settings.port.source(), Source::file);
    EXPECT_EQ(settings.threads.source(), Source::standard);
}

TEST_F(SettingsTest, RefusesWhatItDoesNotKnowWithNameAndPlace) {
    EXPECT_EQ(from_file("[server]\nprot = 1\n"), "server.prot: in line 2 is not a setting; `waqtor config list` names them all");
    EXPECT_EQ(from_file("[server]\nport = 70000\n"), "server.port: \"70000\" is not allowed; allowed is 0 to 65535");
    EXPECT_EQ(from_file("[log]\nlevel = \"loud\"\n"), "log.level: \"loud\" is not allowed; allowed is debug, info, warn, error");
    EXPECT_NE(from_file("port = ["), "");
    EXPECT_EQ(from_environment({{"WAQTOR_SERVER_PROT", "1"}}),
              "WAQTOR_SERVER_PROT: is not a setting; `waqtor config list` names them all");
    EXPECT_EQ(read_settings_file(settings, "no-such-file.toml").error().code, Code::not_found);
}

TEST_F(SettingsTest, TakesTheNamesOf23AndPrefersTheNewOnes) {
    EXPECT_EQ(from_environment({{"PORT", "9001"}, {"ALLOWED_IPS", "192.0.2.0/24, ::1"}, {"HOME", "/root"}}), "");
    EXPECT_EQ(settings.port(), 9001);
    EXPECT_EQ(settings.allowed_addresses().size(), 2);
    EXPECT_EQ(from_environment({{"PORT", "9001"}, {"WAQTOR_SERVER_PORT", "9002"}}), "");
    EXPECT_EQ(settings.port(), 9002);
}

TEST_F(SettingsTest, NeverRepeatsASecret) {
    auto const refused = settings.api_key.set("line\nbreak", Source::flag);
    EXPECT_EQ(refused.error().message, "auth.api_key: \"***\" is not allowed; allowed is one line of text");
}

TEST_F(SettingsTest, DocumentsEverySetting) {
    auto const markdown = settings_markdown(settings);
    for (auto const* setting : settings.all()) EXPECT_NE(markdown.find(setting->variable()), std::string::npos);
}

}   // namespace
}   // namespace waqtor
