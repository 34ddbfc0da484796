#include "sandbox/control/control.hpp"
#include "sandbox/control/world.hpp"
#include "sandbox/service/app_state.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <filesystem>
#include <fstream>

namespace waqtor::sandbox {
namespace {

namespace json = boost::json;

struct Control : ::testing::Test {
    Sandbox sandbox;

    json::object post(std::string path, json::object const& body, unsigned status = 200) {
        auto const answer = control_answer(sandbox, {"POST", std::move(path), json::serialize(body)});
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body).as_object();
    }
};

TEST_F(Control, APhoneWritesToAnotherAndTheLedgerTells) {
    post("/v1/phones", {{"number", "15550101"}, {"name", "Amal"}});
    post("/v1/phones", {{"number", "+15550102"}, {"name", "Badr"}});
    auto const sent = post("/v1/phones/15550101/send", {{"to", "15550102"}, {"text", "peace"}});
    auto const read = post("/v1/wait", {{"way", "phone"}, {"text", "peace"}, {"timeoutMs", 20'000}});
    EXPECT_EQ(read.at("data").at("id"), sent.at("data").at("message"));
    EXPECT_EQ(read.at("data").at("device").as_string(), "15550102@s.whatsapp.net");

    auto const ledger = control_answer(sandbox, {"GET", "/v1/ledger?after=1", ""});
    EXPECT_EQ(json::parse(ledger.body).at("data").as_array().front().at("number"), 2);
}

TEST_F(Control, WhatIsWrongHasItsError) {
    auto const code = [&](std::string path, json::object const& body, unsigned status) {
        return std::string{post(std::move(path), body, status).at("error").at("code").as_string()};
    };
    EXPECT_EQ(code("/v1/wait", {{"text", "never"}, {"timeoutMs", 1}}, 408), "timeout");
    EXPECT_EQ(code("/v1/phones/15550109/scan", {{"qr", "x"}}, 404), "not_found");
    EXPECT_EQ(code("/v1/phones", {}, 422), "invalid");
    EXPECT_EQ(code("/v1/nonsense", {}, 404), "not_found");
    EXPECT_EQ(control_answer(sandbox, {"POST", "/v1/phones", "no JSON"}).status, 400);
    EXPECT_EQ(control_answer(sandbox, {"DELETE", "/v1/phones", ""}).status, 405);
}

TEST_F(Control, AWorldFileMakesPhonesGroupsAndFaults) {
    auto const file = std::filesystem::temp_directory_path() / ("waqtor-world-" + std::to_string(getpid()) + ".toml");
    std::ofstream{file} << R"(
seed = 7

[[phones]]
number = "+15550101"
name = "Amal"
lid = "222333444555"
behaviour = { reads_after_ms = 1, reply_chance = 0.5, replies = [{ contains = "price", text = "ten" }, { text = "thanks" }] }

[[phones]]
number = "15550102"
lid_hidden = true
contacts = [{ number = "15550101", name = "Amal the Weaver" }]
history = [{ with = "15550101", unread = 1, messages = [{ text = "from before", age_seconds = 3600 }] }]

[[ranges]]
first = "15550200"
count = 50
name = "Customer {n}"
behaviour = { delivered = false }

[[groups]]
subject = "Tea"
creator = "15550101"
members = ["15550102", "15550249"]

[[faults]]
kind = "delay"
tag = "receipt"
delay_ms = 20
)";
    auto const world = read_world_file(file);
    std::filesystem::remove(file);
    ASSERT_TRUE(world) << world.error().message;
    auto const applied = apply_world(sandbox, *world);
    ASSERT_TRUE(applied) << applied.error().message;
    sandbox.on_service([](Service& service) {
        EXPECT_EQ(service.world.size(), 52U);
        EXPECT_EQ(service.seed, 7U);
        EXPECT_TRUE(service.world.accounts.at("15550102")->lid_hidden);
        EXPECT_EQ(service.world.accounts.at("15550102")->history.at(0).messages.at(0).text, "from before");
        EXPECT_EQ(service.world.accounts.at("15550102")->app_state->collections.at("critical_unblock_low").state.version, 1U);
        auto const* amal = service.world.accounts.at("15550101").get();
        EXPECT_EQ(amal->lid, "222333444555");
        EXPECT_EQ(amal->behaviour->replies.size(), 2U);
        ASSERT_EQ(service.world.groups.size(), 1U);
        EXPECT_EQ(service.world.groups.begin()->second.members.size(), 3U);
        EXPECT_EQ(service.world.accounts.at("15550249")->push_name, "Customer 50");
        EXPECT_EQ(service.faults.rules().front().rule.delay, Milliseconds{20});
    });
}

TEST_F(Control, AWorldNamesTheMemberThatIsWrong) {
    auto const says = [&](char const* body) {
        return std::string{post("/v1/world", json::parse(body).as_object(), 422).at("error").at("message").as_string()};
    };
    EXPECT_EQ(says(R"({"phones":[{"number":"15550101"},{"number":"15550102","nmae":"x"}]})"), "phones[1].nmae: is not known here");
    EXPECT_EQ(says(R"({"faults":[{"kind":"explode"}]})"),
              "faults[0].kind: must be drop, delay, reorder, duplicate, corrupt or disconnect");
    EXPECT_EQ(says(R"({"phones":[{"number":"abc"}]})"), "no number: abc");
}

TEST_F(Control, FaultsCanBeListedAndTakenBack) {
    auto const made = post("/v1/faults", {{"kind", "drop"}, {"tag", "ack"}, {"times", 2}});
    auto const number = made.at("data").at("fault").to_number<int>();
    auto const faults = [&] { return json::parse(control_answer(sandbox, {"GET", "/v1/faults", ""}).body).at("data").as_array(); };
    ASSERT_EQ(faults().size(), 1U);
    EXPECT_EQ(faults()[0].at("tag"), "ack");
    EXPECT_EQ(control_answer(sandbox, {"DELETE", "/v1/faults/" + std::to_string(number), ""}).status, 200);
    EXPECT_TRUE(faults().empty());
}

TEST(ControlServer, RefusesToListenBeyondLoopback) {
    auto sandbox = Sandbox{};
    EXPECT_THROW((ControlServer{sandbox, "0.0.0.0", 0}), std::invalid_argument);
    EXPECT_NE((ControlServer{sandbox, "127.0.0.1", 0}).port(), 0);
}

}   // namespace
}   // namespace waqtor::sandbox
