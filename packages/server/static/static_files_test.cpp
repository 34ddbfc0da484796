#include "server/static/static_files.hpp"

#include "core/base/json.hpp"
#include "server/router/router.hpp"
#include "server/testing/request_for.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

TEST(StaticFiles, ChooseTheEncodingTheClientLikesBest) {
    struct Row {
        char const* accept;
        Encoding wanted;
    };
    for (auto const& [accept, wanted] : {Row{"", Encoding::identity},
                                         {"gzip, deflate, br", Encoding::brotli},
                                         {"gzip, deflate", Encoding::gzip},
                                         {"GZIP", Encoding::gzip},
                                         {"br;q=0.5, gzip;q=0.8", Encoding::gzip},
                                         {"br;q=0.5, gzip;q=0.8, identity;q=0.9", Encoding::identity},
                                         {"br;q=0, gzip", Encoding::gzip},
                                         {"br;q=0,gzip;q=0", Encoding::identity},
                                         {"*", Encoding::brotli},
                                         {"*;q=0", Encoding::identity},
                                         {"*, br;q=0", Encoding::gzip},
                                         {"br;q=nonsense, gzip", Encoding::gzip},
                                         {"br;q=2", Encoding::identity},
                                         {"brother, gzippy", Encoding::identity},
                                         {";;,,=,", Encoding::identity}})
        EXPECT_EQ(choose_encoding(accept), wanted) << accept;
}

class DocsTest : public testing::Test {
protected:
    DocsTest() { declare_docs_routes(api, "1.2.3"); }
    Response get(std::string path, std::vector<std::string> headers = {}) {
        auto const request = server_testing::MadeRequest{"GET", std::move(path), std::move(headers)};
        return server_testing::answer(api, *request);
    }
    static std::string_view header(Response const& response, std::string_view name) {
        for (auto const& each : response.headers)
            if (each.name == name) return each.value;
        return {};
    }
    Router api;
};

TEST_F(DocsTest, ShowThePageAndWhatItNeeds) {
    auto const page = get("/api/docs");
    EXPECT_EQ(page.status, 200U);
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(page.bytes().find("<script>"), std::string_view::npos) << "the policy allows no inline script";
    EXPECT_EQ(page.content_security_policy.find("script-src 'self';") == std::string_view::npos, false);
    for (auto const* name : {"swagger-ui.css", "swagger-ui-bundle.js", "start.js"}) {
        EXPECT_NE(page.bytes().find(std::string{"/api/docs/"} + name), std::string_view::npos);
        EXPECT_EQ(get(std::string{"/api/docs/"} + name).status, 200U) << name;
    }
    EXPECT_EQ(page.bytes().find("://"), std::string_view::npos) << "nothing comes from elsewhere";
    EXPECT_EQ(get("/api/docs/other.js").status, 404U);
    auto const document = parse_json(get("/api/openapi.json").bytes()).value();
    EXPECT_EQ(document.at("info").at("version"), "1.2.3");
}

TEST_F(DocsTest, ComeInTheFormTheClientTakesAndOnlyOnce) {
    auto const path = "/api/docs/swagger-ui-bundle.js";
    auto const plain = get(path);
    auto const zipped = get(path, {"Accept-Encoding: gzip"});
    auto const brotli = get(path, {"Accept-Encoding: gzip, br"});
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(zipped, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(brotli, "Content-Encoding"), "br");
    EXPECT_TRUE(zipped.bytes().starts_with("\x1f\x8b"));
    EXPECT_LT(brotli.bytes().size(), zipped.bytes().size());
    EXPECT_LT(zipped.bytes().size(), plain.bytes().size() / 2);
    EXPECT_NE(plain.bytes().find("SwaggerUIBundle"), std::string_view::npos);
    EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
    EXPECT_NE(header(plain, "ETag"), header(brotli, "ETag")) << "different bytes";

    auto const tag = std::string{header(brotli, "ETag")};
    auto const again = get(path, {"Accept-Encoding: br", "If-None-Match: \"other\", W/" + tag});
    EXPECT_EQ(again.status, 304U);
    EXPECT_TRUE(again.bytes().empty());
    EXPECT_EQ(get(path, {"If-None-Match: " + tag}).status, 200U) << "that is another form's tag";
}

}   // namespace
}   // namespace waqtor
