#include "core/base/json.hpp"

#include "core/base/schema.hpp"
#include "core/base/utf8.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

enum class Colour { red, dark_blue };
BOOST_DESCRIBE_ENUM(Colour, red, dark_blue)

struct Inner {
    std::string phone_number;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (phone_number))

struct Sample {
    std::string name;
    int count = 0;
    std::optional<bool> enabled{};
    Colour colour{};
    std::vector<Inner> people;
    std::optional<Timestamp> sent_at{};
    std::optional<Secret> password{};
};
BOOST_DESCRIBE_STRUCT(Sample, (), (name, count, enabled, colour, people, sent_at, password))
}   // namespace

template <> inline constexpr std::array kFields<Inner>{Field{"phone_number", "E.164", 3, 16, Format::phone}};
template <>
inline constexpr std::array kFields<Sample>{
    Field{"name", "A name", 1, 4},     Field{"count", "A count", 0, 9}, Field{"enabled", "On"},
    Field{"colour", "A colour"},       Field{"people", "People", 0, 2}, Field{"sent_at", "When"},
    Field{"password", "Hidden", 1, 8},
};

namespace {

std::vector<std::string> problems_of(std::string_view text) {
    auto read = read_json<Sample>(*parse_json(text));
    std::vector<std::string> out;
    if (!read)
        for (auto const& detail : read.error().details) out.push_back(detail.field + ": " + detail.problem);
    return out;
}

TEST(Json, ReadsAndWritesADescribedStruct) {
    auto const text = R"({"name":"سلام","count":3,"enabled":true,"colour":"dark_blue","people":[{"phoneNumber":"+15550100"}],)"
                      R"("sentAt":"2026-11-22T12:00:00Z","password":"hush"})";
    auto const sample = read_json<Sample>(*parse_json(text));
    ASSERT_TRUE(sample) << sample.error().message;
    EXPECT_EQ(sample->password->value, "hush");
    EXPECT_EQ(json_text(*sample),
              R"({"name":"سلام","count":3,"enabled":true,"colour":"dark_blue","people":[{"phoneNumber":"+15550100"}],)"
              R"("sentAt":"2026-11-22T12:00:00.000Z","password":"***"})");
}

TEST(Json, WritesTextThatReadsBack) {
    auto all = std::string{"\"\\/ü"};
    for (char c = 1; c < 0x20; ++c) all += c;
    using Texts = std::map<std::string, std::string>;
    Texts const values{{all, all}, {"", ""}};
    auto const text = json_text(values);
    EXPECT_EQ(read_json<Texts>(*parse_json(text)), values) << text;
    auto const numbers = std::vector{std::numeric_limits<std::int64_t>::min(), std::int64_t{7}};
    EXPECT_EQ(json_text(numbers), "[-9223372036854775808,7]");
    auto const maybe = std::vector<std::optional<double>>{0.5, std::nullopt};
    EXPECT_EQ(json_text(maybe), "[5E-1,null]");
    EXPECT_EQ(write_json(Inner{"+15550100"}), (json::object{{"phoneNumber", "+15550100"}}));
}

TEST(Json, LeavesOutWhatHasNoValue) {
    EXPECT_EQ(json_text(Sample{.name = "a"}), R"({"name":"a","count":0,"colour":"red","people":[]})");
}

TEST(Json, NamesEveryProblemWithItsPath) {
    EXPECT_EQ(problems_of(R"({"name":"too long","count":10,"colour":"pink","people":[{"phoneNumber":"12"}],"nmae":1})"),
              (std::vector<std::string>{
                  "name: must have at most 4 characters, has 8", "count: must be at most 9",
                  "colour: must be one of red, dark_blue", "people[0].phoneNumber: must have at least 3 characters",
                  "people[0].phoneNumber: must be a phone number in E.164 form like +15550100", "nmae: is not a known field"}));
    EXPECT_EQ(problems_of(R"({"name":"","count":"3","people":{}})"),
              (std::vector<std::string>{"name: must not be empty", "count: must be a whole number", "colour: is required",
                                        "people: must be a list"}));
    EXPECT_EQ(problems_of("[]"), std::vector<std::string>{"body: must be an object"});
}

TEST(Json, RefusesHugeNumbers) {
    for (auto number : {"3000000000", "1e400", "-1e400", "99999999999999999999999", "1.5"}) {
        auto value = parse_json(std::string{R"({"name":"a","colour":"red","people":[],"count":)"} + number + "}");
        if (!value) continue;   // refused even earlier
        EXPECT_FALSE(read_json<Sample>(*value)) << number;
    }
    // Infinity is no JSON, so it must not come in where any number may stand.
    EXPECT_EQ(parse_json("[1e400]").error().code, Code::malformed);
    EXPECT_EQ(parse_json("[-1e400]").error().code, Code::malformed);
    EXPECT_TRUE(parse_json("[1e308,-1e308,1e-400]"));
}

TEST(Json, RefusesWhatIsNotStrictJson) {
    for (auto text : {"", "{", "{\"a\":1,\"a\":2}", "{} {}", "nul", "{\"a\":\"\xff\"}", "{'a':1}", "[1,]", "// c\n1", "\"\\u0000\"",
                      "{\"\\u0000\":1}", "\"\\ud800\""})
        EXPECT_EQ(parse_json(text).error().code, Code::malformed) << text;
    EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
    EXPECT_TRUE(parse_json("{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}"));
}

TEST(Schema, SaysWhatTheReaderChecks) {
    SchemaSet schemas{"#/components/schemas/"};
    EXPECT_EQ(json::serialize(schemas.of<Sample>()), R"({"$ref":"#/components/schemas/Sample"})");
    auto const& sample = schemas.definitions().at("Sample").as_object();
    EXPECT_EQ(json::serialize(sample.at("required")), R"(["name","count","colour","people"])");
    EXPECT_EQ(sample.at("properties").at("name").at("maxLength").as_int64(), 4);
    EXPECT_EQ(sample.at("properties").at("count").at("maximum").as_int64(), 9);
    EXPECT_EQ(json::serialize(sample.at("properties").at("colour").at("enum")), R"(["red","dark_blue"])");
    EXPECT_EQ(sample.at("properties").at("people").at("maxItems").as_int64(), 2);
    EXPECT_TRUE(schemas.definitions().at("Inner").at("properties").at("phoneNumber").as_object().contains("pattern"));
}

TEST(Json, NamesOfUnknownFieldsAreNeverCutWithinACharacter) {
    EXPECT_EQ(beginning("abcd", 4), "abcd");
    EXPECT_EQ(beginning("abcd", 3), "abc");
    EXPECT_EQ(beginning("ab\u0623", 3), "ab");   // alef with hamza: two bytes
    EXPECT_EQ(beginning("\u0623", 1), "");
}

}   // namespace
}   // namespace waqtor
