// Every type that a store may use goes in and comes back the same on both databases.
#include "harness.hpp"

#include <limits>

namespace waqtor {
namespace {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Everything {
    WorkspaceId id;
    Timestamp at{};
    Colour colour = Colour::red;
    bool yes = false;
    int small = 0;
    std::int64_t large = 0;
    double ratio = 0;
    std::string text;
    Secret secret;
    Bytes bytes;
    std::optional<std::string> maybe_text;
    std::optional<Bytes> maybe_bytes;
    std::vector<std::string> list;
    json::value tree;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (id, at, colour, yes, small, large, ratio, text, secret, bytes, maybe_text, maybe_bytes, list, tree))

auto tie(Everything const& e) {
    return std::tie(e.id, e.at, e.colour, e.yes, e.small, e.large, e.ratio, e.text, e.secret, e.bytes, e.maybe_text, e.maybe_bytes,
                    e.list, e.tree);
}

class Values : public testing::DatabaseTest {
protected:
    Values() {
        auto const bytes = GetParam() == testing::Backend::sqlite ? "BLOB" : "BYTEA";
        auto const end = GetParam() == testing::Backend::sqlite ? ") STRICT" : ")";
        auto const real = GetParam() == testing::Backend::sqlite ? "REAL" : "DOUBLE PRECISION";
        auto const whole = GetParam() == testing::Backend::sqlite ? "INTEGER" : "BIGINT";
        WAQTOR_OK(
            exec(fmt::format("CREATE TABLE everything (id TEXT, at {3}, colour TEXT, yes {3}, small {3}, large {3}, ratio {1}, "
                             "text TEXT, secret TEXT, bytes {0}, maybe_text TEXT, maybe_bytes {0}, list TEXT, tree TEXT{2}",
                             bytes, real, end, whole)));
    }
    void round_trip(Everything const& in) {
        WAQTOR_OK(write([&](Transaction& tx) { return sql::of(tx).insert("everything", in); }));
        auto const out = WAQTOR_OK(read([](Transaction& tx) {
            return sql::of(tx).one<Everything>("SELECT " + sql::columns<Everything>() + " FROM everything");
        }));
        EXPECT_TRUE(tie(in) == tie(out));
    }
};
WAQTOR_ON_EVERY_DATABASE(Values);

TEST_P(Values, FullOnes) {
    Bytes all_bytes(256);
    for (std::size_t i = 0; i < 256; ++i) all_bytes[i] = static_cast<std::uint8_t>(i);
    round_trip({.id = WorkspaceId::make(SystemClock{}.now()),
                .at = Timestamp{Milliseconds{1'763'800'000'123}},
                .colour = Colour::green,
                .yes = true,
                .small = -5,
                .large = std::numeric_limits<std::int64_t>::min(),
                .ratio = 0.1,
                .text = "سلام 'quoted' \"text\" \\x00 $1 😀\n",
                .secret = {"hidden"},
                .bytes = all_bytes,
                .maybe_text = "",
                .maybe_bytes = Bytes{},
                .list = {"a", "", "ü\"'"},
                .tree = json::value{{"a", {1, 2.5, nullptr, true}}, {"b", json::object{}}}});
}

TEST_P(Values, EmptyOnes) { round_trip({}); }

TEST_P(Values, NullIsNoValue) {
    EXPECT_EQ(read([](Transaction& tx) { return sql::of(tx).one<std::int64_t>("SELECT max(small) FROM everything"); }).error().code,
              Code::internal);
    EXPECT_EQ(WAQTOR_OK(all<std::optional<std::int64_t>>("SELECT max(small) FROM everything")).front(), std::nullopt);
}

TEST_P(Values, StoredTextThatIsNoLongerKnownIsAnErrorAndNotAGuess) {
    WAQTOR_OK(exec("INSERT INTO everything (colour, id, list) VALUES ('blue', 'x', '{')"));
    EXPECT_EQ(all<Colour>("SELECT colour FROM everything").error().code, Code::internal);
    EXPECT_EQ(all<UserId>("SELECT id FROM everything").error().code, Code::internal);
    EXPECT_EQ(all<std::vector<std::string>>("SELECT list FROM everything").error().code, Code::internal);
    EXPECT_EQ(all<std::int8_t>("SELECT 300").error().code, Code::internal);
}

TEST_P(Values, ListsAreReadStrictly) {
    auto const stored = [&](std::string const& text) {
        return read([&](Transaction& tx) { return sql::of(tx).one<std::vector<std::string>>("SELECT '" + text + "'"); });
    };
    EXPECT_EQ(WAQTOR_OK(stored("[]")), std::vector<std::string>{});
    EXPECT_EQ(WAQTOR_OK(stored(R"(["",",","ü"])")), (std::vector<std::string>{"", ",", "ü"}));
    EXPECT_EQ(WAQTOR_OK(stored(R"([ "a", "\u0062" ])")), (std::vector<std::string>{"a", "b"}));
    for (auto broken :
         {R"(["a",])", R"([,"a"])", R"(["a""b"])", R"(["a"x"b"])", R"(["a)", R"([")", R"(["a"],"b"])", R"([1])", "[\"a\nb\"]"})
        EXPECT_EQ(stored(broken).error().code, Code::internal) << broken;
}

TEST_P(Values, TheNumberOfColumnsMustMatch) {
    EXPECT_EQ(all<std::int64_t>("SELECT 1, 2").error().code, Code::internal);
    WAQTOR_OK(exec("INSERT INTO everything (small) VALUES (1)"));
    EXPECT_EQ(all<Everything>("SELECT id, at FROM everything").error().code, Code::internal);
}

TEST_P(Values, TheNumberOfArgumentsMustMatch) {
    EXPECT_EQ(exec("INSERT INTO everything (small) VALUES ($1)").error().code, Code::internal);
    EXPECT_EQ(exec("INSERT INTO everything (small, large) VALUES ($2, $1)", 1, 2).value(), 1);
    EXPECT_EQ(WAQTOR_OK(all<std::int64_t>("SELECT small FROM everything")), std::vector<std::int64_t>{2});
}

TEST_P(Values, ZeroInTextIsRefused) {
    EXPECT_EQ(exec("INSERT INTO everything (text) VALUES ($1)", std::string("a\0b", 3)).error().code, Code::invalid);
}

TEST_P(Values, FindingNothing) {
    auto const kNone = "SELECT small FROM everything WHERE small = 12345";
    EXPECT_EQ(read([&](Transaction& tx) { return sql::of(tx).one<int>(kNone); }).error().code, Code::not_found);
    EXPECT_EQ(WAQTOR_OK(read([&](Transaction& tx) { return sql::of(tx).maybe<int>(kNone); })), std::nullopt);
    EXPECT_TRUE(WAQTOR_OK(all<int>(kNone)).empty());
}

TEST_P(Values, CountsWhatAStatementChanged) {
    for (int i = 0; i < 5; ++i) WAQTOR_OK(exec("INSERT INTO everything (small) VALUES ($1)", i));
    EXPECT_EQ(WAQTOR_OK(exec("UPDATE everything SET large = 1 WHERE small < $1", 3)), 3);
    EXPECT_EQ(WAQTOR_OK(exec("DELETE FROM everything WHERE small >= $1", 4)), 1);
    EXPECT_EQ(WAQTOR_OK(exec("DELETE FROM everything WHERE small >= $1", 4)), 0);
}

TEST_P(Values, TextsSortByTheirBytes) {
    for (auto const* text : {"b", "B", "é", "a", "_"})
        WAQTOR_OK(exec("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, '', 0)",
                       1000 + static_cast<unsigned char>(text[0]), text));
    EXPECT_EQ(WAQTOR_OK(all<std::string>("SELECT name FROM schema_migration WHERE version > 1000 ORDER BY name")),
              (std::vector<std::string>{"B", "_", "a", "b", "é"}));
}

}   // namespace
}   // namespace waqtor
