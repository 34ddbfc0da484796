#include "core/text/normalise.hpp"

#include <gtest/gtest.h>

namespace waqtor {
namespace {

TEST(FoldWords, MakesTextsOfTheSameMeaningEqual) {
    struct Row {
        std::string_view text, folded;
    };
    for (auto const& [text, folded] : {
             Row{"  Hello,   WORLD! ", "hello world"},
             Row{"أهلاً وسهلًا", "اهلا وسهلا"},
             Row{"إلغـــاء", "الغاء"},
             Row{"مرحباااا", "مرحبا"},
             Row{"هههههه", "ه"},
             Row{"helloooo", "helloo"},
             Row{"١٢٣ و ۴۵۶", "123 و 456"},
             Row{"100000", "100000"},
             Row{"ﻣﺮﺣﺒﺎ ﻻ", "مرحبا لا"},
             Row{"کیف", "كيف"},
             Row{"مدرسة مسؤول هدى", "مدرسه مسوول هدي"},
             Row{"Café ÉCOLE", "cafe ecole"},
             Row{"don't", "dont"},
             Row{"ok👍🏽done", "ok 👍 done"},
             Row{"ＦＵＬＬ", "full"},
             Row{"السعر؟ كم،", "السعر كم"},
             Row{"\xff\xc3", ""},
             Row{"", ""},
         })
        EXPECT_EQ(fold_words(text), folded) << text;
    EXPECT_EQ(fold_words("Hello ÉT", Case::kept), "Hello ÉT");
    EXPECT_EQ(fold_words("أَ"), fold_words("ا")) << "precomposed and bare";
    EXPECT_EQ(fold_words("Straße Łódź Ñandú"), "strase lodz nandu");
}

TEST(SameWord, AllowsArabicCliticsAndNothingElse) {
    for (auto const* word : {"سعر", "السعر", "والسعر", "بالسعر", "للسعر", "وبالسعر", "فسعر", "كسعر", "وسعر"}) {
        EXPECT_TRUE(same_word(word, "سعر")) << word;
        EXPECT_TRUE(same_word(word, "السعر")) << word;
    }
    EXPECT_FALSE(same_word("اسعار", "سعر"));
    EXPECT_FALSE(same_word("مسعر", "سعر"));
    EXPECT_FALSE(same_word("بلا", "لا")) << "short words stand for themselves";
    EXPECT_FALSE(same_word("this", "hi"));
    EXPECT_FALSE(same_word("book", "ok"));
}

TEST(FindWords, FindsWholePhrases) {
    auto const text = fold_words("Please tell me, what is the PRICE of it");
    auto const words = words_of(text);
    EXPECT_EQ(find_words(words, {"the", "price"}), 5U);
    EXPECT_EQ(find_words(words, {"rice"}), std::string_view::npos);
    EXPECT_EQ(find_words(words, {}), std::string_view::npos);
    auto const arabic = fold_words("كم سعر التوصيل وبالعلبة؟");
    EXPECT_EQ(find_words(words_of(arabic), {"سعر", "توصيل"}), 1U);
    EXPECT_EQ(find_words(words_of(arabic), {"علبه"}), 3U);
}

TEST(LanguageOf, GoesByMostLetters) {
    EXPECT_EQ(language_of("مرحبا my friend أهلا وسهلا بكم"), "ar");
    EXPECT_EQ(language_of("order رقم number five"), "en");
    EXPECT_EQ(language_of("123 👍"), "");
}

}   // namespace
}   // namespace waqtor
