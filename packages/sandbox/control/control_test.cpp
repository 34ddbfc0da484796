#include "sandbox/control/control.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

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

TEST(ControlServer, RefusesToListenBeyondLoopback) {
    auto sandbox = Sandbox{};
    EXPECT_THROW((ControlServer{sandbox, "0.0.0.0", 0}), std::invalid_argument);
    EXPECT_NE((ControlServer{sandbox, "127.0.0.1", 0}).port(), 0);
}

}   // namespace
}   // namespace waqtor::sandbox
