#include "server/router/router.hpp"

#include "core/base/json.hpp"
#include "server/log/log.hpp"
#include "server/testing/request_for.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

namespace waqtor {

enum class Colour : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Tin {
    KeyId id;
    std::string label;
    Colour colour = Colour::red;
    std::optional<int> weight{};
};
BOOST_DESCRIBE_STRUCT(Tin, (), (id, label, colour, weight))
template <>
inline constexpr std::array kFields<Tin>{
    Field{"id", "Which tin"},
    Field{"label", "What stands on it", 1, 20},
    Field{"colour", "Its colour"},
    Field{"weight", "Grams", 1, 5000},
};

struct CreateTin {
    std::string label;
    Colour colour = Colour::red;
    std::optional<int> weight{};
};
BOOST_DESCRIBE_STRUCT(CreateTin, (), (label, colour, weight))
template <>
inline constexpr std::array kFields<CreateTin>{
    Field{"label", "What stands on it", 1, 20},
    Field{"colour", "Its colour"},
    Field{"weight", "Grams", 1, 5000},
};

struct TinRef {
    KeyId id;
};
BOOST_DESCRIBE_STRUCT(TinRef, (), (id))
template <> inline constexpr std::array kFields<TinRef>{Field{"id", "Which tin"}};

struct ChangeTin {
    KeyId id;
    std::string label;
};
BOOST_DESCRIBE_STRUCT(ChangeTin, (), (id, label))
template <> inline constexpr std::array kFields<ChangeTin>{Field{"id", "Which tin"}, Field{"label", "What stands on it", 1, 20}};

struct FindTins {
    std::optional<std::int64_t> limit{};
    std::optional<bool> heavy{};
    std::optional<std::vector<Colour>> colours{};
    std::optional<std::string> text{};
};
BOOST_DESCRIBE_STRUCT(FindTins, (), (limit, heavy, colours, text))
template <>
inline constexpr std::array kFields<FindTins>{
    Field{"limit", "Most in one answer", 1, 100},
    Field{"heavy", "Only heavy ones"},
    Field{"colours", "Only these colours", 0, 2},
    Field{"text", "Only with this text", 0, 40},
};

namespace {
/// Knows three proofs; everything else given is wrong.
class Doorman final : public Authenticator {
public:
    int asked = 0;
    Task<Caller> authenticate(Credentials given) override {
        ++asked;
        auto caller = Caller{.address = given.address, .user_agent = given.user_agent, .secure = given.secure};
        if (given.key == "good" || given.bearer == "good" || given.cookie == "good") {
            caller.proof = !given.key.empty() ? Proof::key : !given.bearer.empty() ? Proof::bearer : Proof::cookie;
            caller.scopes = Scopes{Scope::keys_read, Scope::keys_write};
        } else if (given.key == "reader") {
            caller.proof = Proof::key;
            caller.scopes = Scopes{Scope::keys_read};
        } else if (!given.key.empty() || !given.bearer.empty() || !given.cookie.empty())
            co_return fail(Code::unauthenticated, "The key is not valid");
        co_return caller;
    }
};

class RouterTest : public testing::Test {
protected:
    RouterTest() {
        api.post<CreateTin, Tin>("/api/tins",
                                 {.id = "tins.create",
                                  .summary = "Create a tin",
                                  .tag = "Tins",
                                  .scope = Scope::keys_write,
                                  .success = 201,
                                  .errors = {Code::conflict}},
                                 [](Caller, CreateTin wish) -> Task<Tin> {
                                     if (wish.label == "taken") co_return fail(Code::conflict, "There is such a tin");
                                     co_return Tin{made, std::move(wish.label), wish.colour, wish.weight};
                                 });
        api.get<TinRef, Tin>("/api/tins/{id}", {.id = "tins.get", .summary = "Read a tin", .scope = Scope::keys_read},
                             [](Caller, TinRef which) -> Task<Tin> {
                                 if (which.id != made) co_return fail(Code::not_found, "No such tin");
                                 co_return Tin{which.id, "tea"};
                             });
        api.put<ChangeTin, Tin>("/api/tins/{id}/label", {.id = "tins.label", .summary = "Label a tin"},
                                [](Caller, ChangeTin change, Context context) -> Task<Reply<Tin>> {
                                    co_return Reply<Tin>{Tin{change.id, change.label}, {{"X-Seen", context.request_id}}, 202};
                                });
        api.get<FindTins, Page<Tin>>("/api/tins", {.id = "tins.list", .summary = "List tins", .scope = Scope::keys_read},
                                     [this](Caller, FindTins wish) -> Task<Page<Tin>> {
                                         asked = std::move(wish);
                                         co_return Page<Tin>{{Tin{made, "tea"}}, 5, 1, 2};
                                     });
        api.del<TinRef, Nothing>("/api/tins/{id}", {.id = "tins.delete", .summary = "Throw a tin away", .success = 204},
                                 [](Caller, TinRef) -> Task<Nothing> { co_return Nothing{}; });
        api.get<Nothing, Merged<TinRef>>("/api/merged", {.id = "merged", .summary = "2.3", .access = Access::open},
                                         [](Caller, Nothing) -> Task<Merged<TinRef>> { co_return Merged{TinRef{made}}; });
        api.get<Nothing, Nothing>("/api/broken", {.id = "broken", .summary = "Throws", .access = Access::open},
                                  [](Caller, Nothing) -> Task<Nothing> { throw std::runtime_error{"secret of the house"}; });
        api.post_file<Tin>(
            "/api/tins/picture",
            {.id = "tins.picture", .summary = "Upload a picture", .scope = Scope::keys_write, .body_limit = 5'000'000},
            [](Caller who, Request const&) -> Task<Response> {
                co_return Response{.body = who.scopes.has(Scope::keys_write) ? "kept" : "for nobody"};
            });
        api.raw("/files/{rest...}", {.access = Access::open}, "text/plain", [](Caller, Request const& request) -> Task<Response> {
            co_return Response{.content_type = "text/plain", .body = std::string{request.path}};
        });
    }

    Response call(std::string method, std::string target, std::string body = {},
                  std::vector<std::string> headers = {"X-API-Key: good", "Content-Type: application/json"}) {
        auto const request = server_testing::MadeRequest{std::move(method), std::move(target), std::move(headers), std::move(body)};
        return server_testing::answer(api, *request);
    }
    /// Every problem of a 422 as "field: problem", joined by "; ".
    static std::string problems(Response const& response) {
        std::string out;
        auto const body = parse_json(response.body).value();
        for (auto const& one : body.at("error").at("details").as_array())
            out += (out.empty() ? "" : "; ") + std::string{one.at("field").as_string()} + ": " +
                   std::string{one.at("problem").as_string()};
        return out;
    }
    static std::string_view header(Response const& response, std::string_view name) {
        for (auto const& each : response.headers)
            if (each.name == name) return each.value;
        return {};
    }

    static inline KeyId const made = *KeyId::parse("0198b1f2-0000-7000-8000-000000000001");
    std::string logged;
    Log log{LogLevel::info, LogFormat::json, [this](std::string_view line) { logged += line; }};
    Doorman doorman;
    Router api{{.authenticator = &doorman, .allowed_origins = {"https://crm.example"}, .log = &log}};
    FindTins asked;
    std::string const tin = "/api/tins/" + made.text();
};

TEST_F(RouterTest, AnswersInTheEnvelope) {
    auto const created = call("POST", "/api/tins", R"({"label":"tea","colour":"green"})");
    EXPECT_EQ(created.status, 201U);
    EXPECT_EQ(created.body,
              R"({"success":true,"data":{"id":"0198b1f2-0000-7000-8000-000000000001","label":"tea","colour":"green"}})");
    EXPECT_EQ(created.route, "/api/tins");
    EXPECT_EQ(call("GET", tin).status, 200U);
    EXPECT_EQ(call("HEAD", tin).status, 200U);
    EXPECT_EQ(call("GET", "/api/tins?limit=1").body,
              R"({"success":true,"data":[{"id":"0198b1f2-0000-7000-8000-000000000001","label":"tea","colour":"red"}],)"
              R"("pagination":{"total":5,"limit":1,"offset":2,"hasMore":true}})");
    EXPECT_EQ(call("GET", "/api/merged", "", {}).body, R"({"success":true,"id":"0198b1f2-0000-7000-8000-000000000001"})");
    auto const deleted = call("DELETE", tin);
    EXPECT_EQ(deleted.status, 204U);
    EXPECT_EQ(deleted.body, "");
}

TEST_F(RouterTest, TakesPathQueryAndBodyByName) {
    auto const labelled = call("PUT", tin + "/label", R"({"label":"coffee"})");
    EXPECT_EQ(labelled.status, 202U);
    EXPECT_EQ(header(labelled, "X-Seen"), "test-request");
    EXPECT_NE(labelled.body.find("coffee"), std::string::npos);

    ASSERT_EQ(call("GET", "/api/tins?limit=7&heavy=true&colours=red,green&text=a%2Bb+%D9%82").status, 200U);
    EXPECT_EQ(asked.limit, 7);
    EXPECT_EQ(asked.heavy, true);
    EXPECT_EQ(asked.colours, (std::vector{Colour::red, Colour::green}));
    EXPECT_EQ(asked.text, "a+b ق");
}

TEST_F(RouterTest, NamesEveryFieldThatIsWrong) {
    auto const wrong = call("POST", "/api/tins", R"({"colour":"blue","weight":0,"lable":"x"})");
    EXPECT_EQ(wrong.status, 422U);
    EXPECT_EQ(problems(wrong),
              "label: is required; colour: must be one of red, green; weight: must be at least 1; lable: is not a known field");
    EXPECT_EQ(problems(call("POST", "/api/tins", "[]")), "body: must be an object");
    EXPECT_EQ(problems(call("POST", "/api/tins?x=1", R"({"label":"tea","colour":"red"})")), "x: is not a known query parameter");
    EXPECT_EQ(problems(call("PUT", tin + "/label", R"({"id":"x","label":"tea"})")),
              "id: is not a known field of the body: it stands in the path");
    EXPECT_EQ(problems(call("GET", "/api/tins?limit=many")), "limit: must be a whole number");
    EXPECT_EQ(problems(call("GET", "/api/tins?limit=1&limit=2&page=3")),
              "limit: is given more than once; page: is not a known query parameter");
    EXPECT_EQ(problems(call("GET", "/api/tins?limit=99999999999999999999")), "limit: must be a whole number");
    EXPECT_EQ(problems(call("GET", "/api/tins?heavy=yes")), "heavy: must be true or false");
}

TEST_F(RouterTest, GivesEachFailureItsStatus) {
    struct Row {
        char const* what;
        Response response;
        unsigned status;
        char const* code;
    };
    auto const good = std::string{R"({"label":"tea","colour":"red"})"};
    std::vector<Row> const rows{
        {"unknown path", call("GET", "/api/nothing"), 404, "not_found"},
        {"part of a path", call("GET", "/api"), 404, "not_found"},
        {"slash at the end", call("GET", "/api/tins/"), 404, "not_found"},
        {"unknown id", call("GET", "/api/tins/0198b1f2-0000-7000-8000-000000000002"), 404, "not_found"},
        {"id in another form", call("GET", "/api/tins/42"), 404, "not_found"},
        {"id that is no text", call("GET", "/api/tins/%F0%9F%92%A9"), 404, "not_found"},
        {"wrong method", call("PATCH", "/api/tins"), 405, "method_not_allowed"},
        {"unknown method", call("BREW", "/api/tins"), 405, "method_not_allowed"},
        {"broken JSON", call("POST", "/api/tins", "{\"label\":"), 400, "malformed"},
        {"key twice", call("POST", "/api/tins", R"({"label":"a","label":"b","colour":"red"})"), 400, "malformed"},
        {"broken UTF-8", call("POST", "/api/tins", "{\"label\":\"\xff\",\"colour\":\"red\"}"), 400, "malformed"},
        {"broken query", call("GET", "/api/tins?text=%zz"), 400, "malformed"},
        {"no content type", call("POST", "/api/tins", good, {"X-API-Key: good"}), 415, "unsupported_media"},
        {"other content type", call("POST", "/api/tins", good, {"X-API-Key: good", "Content-Type: text/plain"}), 415,
         "unsupported_media"},
        {"other charset", call("POST", "/api/tins", good, {"X-API-Key: good", "Content-Type: application/json; charset=utf-16"}),
         415, "unsupported_media"},
        {"no body", call("POST", "/api/tins"), 422, "invalid"},
        {"handler's own", call("POST", "/api/tins", R"({"label":"taken","colour":"red"})"), 409, "conflict"},
    };
    for (auto const& row : rows) {
        EXPECT_EQ(row.response.status, row.status) << row.what;
        auto const body = parse_json(row.response.body).value();
        EXPECT_EQ(body.at("success"), false) << row.what;
        EXPECT_EQ(body.at("error").at("code"), row.code) << row.what;
        EXPECT_EQ(body.at("requestId"), "test-request") << row.what;
    }
}

TEST_F(RouterTest, SaysWhichMethodsAnAddressKnows) {
    auto const refused = call("PATCH", "/api/tins");
    EXPECT_EQ(header(refused, "Allow"), "GET, HEAD, POST, OPTIONS");
    auto const asked_for = call("OPTIONS", tin);
    EXPECT_EQ(asked_for.status, 204U);
    EXPECT_EQ(header(asked_for, "Allow"), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, AsksForAProofAndTheScope) {
    EXPECT_EQ(call("GET", tin, "", {}).status, 401U);
    EXPECT_EQ(header(call("GET", tin, "", {}), "WWW-Authenticate"), "Bearer realm=\"waqtor\"");
    EXPECT_EQ(call("GET", tin, "", {"X-API-Key: bad"}).status, 401U);
    EXPECT_EQ(call("GET", tin, "", {"X-API-Key: reader"}).status, 200U);
    EXPECT_EQ(call("GET", tin, "", {"authorization: bearer  good"}).status, 200U);
    EXPECT_EQ(call("GET", tin, "", {"Cookie: a=b; waqtor_login=good"}).status, 200U);
    EXPECT_EQ(call("GET", tin, "", {"Cookie: __Host-waqtor_login=good"}).status, 401U) << "that name is for TLS";
    auto const refused =
        call("POST", "/api/tins", R"({"label":"tea","colour":"red"})", {"X-API-Key: reader", "Content-Type: application/json"});
    EXPECT_EQ(refused.status, 403U);
    EXPECT_NE(refused.body.find("keys_write"), std::string::npos);
}

TEST_F(RouterTest, LetsACookieChangeThingsOnlyFromOurOwnPages) {
    auto const with = [&](std::vector<std::string> headers) {
        headers.insert(headers.end(), {"Cookie: waqtor_login=good", "Content-Type: application/json"});
        return call("DELETE", tin, "", std::move(headers)).status;
    };
    EXPECT_EQ(with({"Origin: http://waqtor.test", "X-Waqtor-Request: 1"}), 204U);
    EXPECT_EQ(with({"Origin: https://crm.example", "X-Waqtor-Request: 1"}), 204U);
    EXPECT_EQ(with({"Sec-Fetch-Site: same-origin", "X-Waqtor-Request: 1"}), 204U);
    EXPECT_EQ(with({"Origin: http://waqtor.test"}), 403U);
    EXPECT_EQ(with({"X-Waqtor-Request: 1"}), 403U);
    EXPECT_EQ(with({"Origin: https://waqtor.test", "X-Waqtor-Request: 1"}), 403U) << "another scheme is another origin";
    EXPECT_EQ(with({"Origin: http://waqtor.test.evil.example", "X-Waqtor-Request: 1"}), 403U);
    EXPECT_EQ(with({"Origin: null", "X-Waqtor-Request: 1"}), 403U);
    EXPECT_EQ(with({"Origin: http://evil.example", "Sec-Fetch-Site: same-origin", "X-Waqtor-Request: 1"}), 403U);
    EXPECT_EQ(with({"Sec-Fetch-Site: cross-site", "X-Waqtor-Request: 1"}), 403U);
}

TEST_F(RouterTest, GivesAllowedOriginsTheirHeaders) {
    auto const preflight = call("OPTIONS", tin, "", {"Origin: https://crm.example", "Access-Control-Request-Method: DELETE"});
    EXPECT_EQ(header(preflight, "Access-Control-Allow-Origin"), "https://crm.example");
    EXPECT_EQ(header(preflight, "Access-Control-Allow-Methods"), "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(header(call("OPTIONS", tin, "", {"Origin: https://evil.example"}), "Access-Control-Allow-Origin"), "");
}

TEST_F(RouterTest, AsksOnceWhoSendsALargeBody) {
    auto upload = server_testing::MadeRequest{"POST", "/api/tins/picture", {"X-API-Key: good"}, "bytes"};
    ASSERT_TRUE(server_testing::run_now(api.admit(*upload)));
    EXPECT_EQ(server_testing::answer(api, *upload).body, "kept");
    EXPECT_EQ(doorman.asked, 1);
    (*upload).admission = nullptr;   // it took too long
    EXPECT_EQ(server_testing::answer(api, *upload).body, "kept");
    EXPECT_EQ(doorman.asked, 2);
    auto stranger = server_testing::MadeRequest{"POST", "/api/tins/picture", {"X-API-Key: reader"}, ""};
    EXPECT_EQ(server_testing::run_now(api.admit(*stranger)).error().code, Code::forbidden);
    EXPECT_EQ((*stranger).admission, nullptr);
}

TEST_F(RouterTest, GivesAllowedOriginsTheirHeadersOnRefusalsBeforeTheBodyToo) {
    for (auto const& [origin, expected] :
         std::map<std::string, std::string>{{"https://crm.example", "https://crm.example"}, {"https://evil.example", ""}}) {
        auto upload = server_testing::MadeRequest{"POST", "/api/tins/picture", {"X-API-Key: good", "Origin: " + origin}, ""};
        auto const refused = api.refusal({.code = Code::too_large, .message = "The body is too large"}, *upload);
        EXPECT_EQ(refused.status, 413U);
        EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), expected);
        EXPECT_EQ(header(refused, "Vary"), "Origin");
        EXPECT_EQ(refused.route, "/api/tins/picture");
        EXPECT_NE(refused.body.find("test-request"), std::string::npos);
    }
    auto nowhere = server_testing::MadeRequest{"POST", "/nowhere", {"Origin: https://crm.example"}, ""};
    EXPECT_EQ(api.refusal({.code = Code::timeout, .message = "Too late"}, *nowhere).status, 408U);
}

TEST_F(RouterTest, KeepsTheWordsOfAFaultInTheLog) {
    auto const response = call("GET", "/api/broken", "", {});
    EXPECT_EQ(response.status, 500U);
    EXPECT_EQ(response.body.find("secret of the house"), std::string::npos);
    EXPECT_NE(logged.find("secret of the house"), std::string::npos);
    EXPECT_NE(logged.find("test-request"), std::string::npos);
}

TEST_F(RouterTest, GivesARawRouteEverythingBelowIt) {
    EXPECT_EQ(call("GET", "/files/a/b.txt").body, "/files/a/b.txt");
    EXPECT_EQ(call("GET", "/files").status, 404U);
}

TEST_F(RouterTest, SetsTheLoginCookie) {
    EXPECT_EQ(login_cookie("t", true, std::chrono::hours{1}).value,
              "__Host-waqtor_login=t; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
    EXPECT_EQ(forget_login_cookie(false).value, "waqtor_login=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST_F(RouterTest, PublishesWhatItServes) {
    auto const document = api.openapi("1.2.3");
    auto const& create = document.at("paths").at("/api/tins").at("post");
    EXPECT_EQ(create.at("operationId"), "tins.create");
    EXPECT_EQ(create.at("requestBody").at("content").at("application/json").at("schema").at("$ref"),
              "#/components/schemas/CreateTin");
    EXPECT_EQ(
        create.at("responses").at("201").at("content").at("application/json").at("schema").at("properties").at("data").at("$ref"),
        "#/components/schemas/Tin");
    for (auto const* status : {"400", "401", "403", "409", "413", "415", "422", "429", "500", "503"})
        EXPECT_TRUE(create.at("responses").as_object().contains(status)) << status;
    EXPECT_FALSE(create.at("responses").as_object().contains("404"));

    auto const& label = document.at("paths").at("/api/tins/{id}/label").at("put");
    EXPECT_EQ(label.at("parameters").at(0).at("in"), "path");
    auto const& body = label.at("requestBody").at("content").at("application/json").at("schema");
    EXPECT_FALSE(body.at("properties").as_object().contains("id"));
    EXPECT_EQ(body.at("required"), json::array({"label"}));
    EXPECT_EQ(document.at("paths").at("/api/tins").at("get").at("parameters").as_array().size(), 4U);
    auto const& weight = document.at("components").at("schemas").at("CreateTin").at("properties").at("weight");
    EXPECT_EQ(weight.at("type"), json::array({"integer", "null"})) << "null in a body is the same as absent";
    EXPECT_EQ(document.at("paths").at("/api/tins").at("get").at("parameters").at(0).at("schema").at("type"), "integer");
    EXPECT_TRUE(document.at("paths").at("/api/merged").at("get").at("security").as_array().empty());
    EXPECT_FALSE(document.at("paths").as_object().contains("/files/{rest...}"));
}

}   // namespace
}   // namespace waqtor
