#include "whatsapp/client/together.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace waqtor::whatsapp {
namespace {

using Answers = std::vector<std::string>;

/// Answers each word with itself twice, one turn later; knows no "wrong" word.
struct Echo {
    explicit Echo(std::size_t questions = 1) : at_once{questions} {}
    std::size_t at_once;
    asio::io_context io;
    std::vector<std::vector<std::string>> asked;
    Code refusal = Code::invalid;
    Together<std::string, Answers> together{io.get_executor(), 4, [this](std::vector<std::string> words) { return answer(words); },
                                            at_once};
    std::vector<std::string> heard;
    std::vector<Code> refused;

    Task<Answers> answer(std::vector<std::string> words) {
        asked.push_back(words);
        co_await asio::post(io, asio::use_awaitable);
        Answers out;
        for (auto const& word : words) {
            if (word == "wrong") co_return fail(refusal, "no such word");
            out.push_back(word + word);
        }
        co_return out;
    }
    void ask(std::vector<std::string> words) {
        asio::co_spawn(
            io,
            [](Echo& self, std::vector<std::string> wanted) -> asio::awaitable<void> {
                auto const share = co_await self.together.ask(wanted);
                if (!share) {
                    self.refused.push_back(share.error().code);
                    co_return;
                }
                for (std::size_t i = 0; i < wanted.size(); ++i) self.heard.push_back((*share->answer)[share->from + i]);
            }(*this, std::move(words)),
            asio::detached);
    }
};

using Words = std::vector<std::string>;
using Asked = std::vector<Words>;

TEST(Together, TheFirstGoesAtOnceAndThoseThatComeMeanwhileShareTheNext) {
    Echo echo;
    for (auto const* word : {"a", "b", "c"}) echo.ask({word});
    echo.io.run();
    EXPECT_EQ(echo.asked, (Asked{{"a"}, {"b", "c"}}));
    EXPECT_EQ(echo.heard, (Words{"aa", "bb", "cc"}));
}

TEST(Together, AFewMayGoAtOnce) {
    Echo echo{2};
    for (auto const* word : {"a", "b", "c", "d"}) echo.ask({word});
    echo.io.run();
    EXPECT_EQ(echo.asked, (Asked{{"a"}, {"b"}, {"c", "d"}}));
    EXPECT_EQ(echo.heard, (Words{"aa", "bb", "cc", "dd"}));
}

TEST(Together, NoMoreThanTheMostUnlessOneAsksForMore) {
    Echo echo;
    echo.ask({"a"});
    echo.ask({"b", "c", "d"});
    echo.ask({"e", "f"});
    echo.ask({"1", "2", "3", "4", "5"});
    echo.io.run();
    EXPECT_EQ(echo.asked, (Asked{{"a"}, {"b", "c", "d"}, {"e", "f"}, {"1", "2", "3", "4", "5"}}));
    EXPECT_EQ(echo.heard.size(), 11U);
}

TEST(Together, OneThatIsRefusedSpoilsItForNobodyElse) {
    Echo echo;
    for (auto const* word : {"a", "b", "wrong", "c"}) echo.ask({word});
    echo.io.run();
    EXPECT_EQ(echo.asked, (Asked{{"a"}, {"b", "wrong", "c"}, {"b"}, {"wrong"}, {"c"}}));
    EXPECT_EQ(echo.heard, (Words{"aa", "bb", "cc"}));
    EXPECT_EQ(echo.refused, std::vector{Code::invalid});
}

TEST(Together, WhatMayWorkLaterIsNotAskedForAgainOneByOne) {
    Echo echo;
    echo.refusal = Code::unavailable;
    for (auto const* word : {"a", "b", "wrong"}) echo.ask({word});
    echo.io.run();
    EXPECT_EQ(echo.asked, (Asked{{"a"}, {"b", "wrong"}}));
    EXPECT_EQ(echo.refused, (std::vector{Code::unavailable, Code::unavailable}));
}

}   // namespace
}   // namespace waqtor::whatsapp
