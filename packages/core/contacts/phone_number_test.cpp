#include "core/contacts/phone_number.hpp"
#include "core/contacts/fold.hpp"

#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <set>

namespace waqtor {
namespace {

TEST(PhoneNumber, ReadsWhatPeopleWrite) {
    struct Row {
        std::string_view text, country, e164, of;
    };
    for (auto const& row : {
             Row{"+966 50 123 4567", "", "+966501234567", "SA"},
             Row{"050-123-4567", "SA", "+966501234567", "SA"},
             Row{"٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567", "SA"},
             Row{"00966501234567", "US", "+966501234567", "SA"},
             Row{"966501234567", "EG", "+966501234567", "SA"},
             Row{"'0501234567", "SA", "+966501234567", "SA"},
             Row{"\u202A+20 100 123 4567\u202C", "SA", "+201001234567", "EG"},
             Row{"tel:+1-202-555-0143", "SA", "+12025550143", "US"},
             Row{"(0100) 123-4567", "EG", "+201001234567", "EG"},
             Row{"966501234567@s.whatsapp.net", "", "+966501234567", "SA"},
             Row{"+15550101", "SA", "+15550101", ""},
         }) {
        auto const read = read_phone(row.text, row.country);
        ASSERT_TRUE(read) << row.text << ": " << read.error().message;
        EXPECT_EQ(read->e164, row.e164) << row.text;
        EXPECT_EQ(read->country, row.of) << row.text;
    }
    EXPECT_TRUE(read_phone("+966501234567", "")->mobile);
    EXPECT_FALSE(read_phone("+966114567890", "")->mobile);
}

TEST(PhoneNumber, SaysWhatIsWrong) {
    auto problem = [](std::string_view text) {
        auto const read = read_phone(text, "SA");
        return read ? "read as " + read->e164 : read.error().details.at(0).problem;
    };
    EXPECT_EQ(problem("  "), "is empty");
    EXPECT_EQ(problem("abc"), "is no phone number");
    EXPECT_EQ(problem("12"), "is too short for a phone number");
    EXPECT_EQ(problem("+96650123456789012"), "is too long for a phone number");
    EXPECT_EQ(problem("9.66501E+11"), "was rounded by a spreadsheet; format the column as text");
    EXPECT_EQ(problem("+9990123456789"), "needs a country code like +966");
    EXPECT_EQ(problem("0201234567"), "is no number that its country gives out");
    EXPECT_EQ(problem("900@lid"), "is no phone number");
    EXPECT_EQ(read_phone("0501234567", "").error().details.at(0).problem, "needs a country code like +966");
}

/// Numbers of every country, and near them some that no country gives out.
std::vector<std::string> numbers_of_the_world() {
    using Library = i18n::phonenumbers::PhoneNumberUtil;
    auto const& library = *Library::GetInstance();
    std::set<std::string> countries;
    library.GetSupportedRegions(&countries);
    std::vector<std::string> out;
    for (auto const& country : countries)
        for (auto type : {Library::MOBILE, Library::FIXED_LINE, Library::TOLL_FREE}) {
            i18n::phonenumbers::PhoneNumber example;
            if (!library.GetExampleNumberForType(country, type, &example)) continue;
            std::string e164;
            library.Format(example, Library::E164, &e164);
            auto other = e164;
            other[e164.size() / 2] = static_cast<char>('0' + (other[e164.size() / 2] - '0' + 5) % 10);
            out.insert(out.end(), {e164, e164 + "7", e164.substr(0, e164.size() - 1), std::move(other)});
        }
    return out;
}

TEST(PhoneNumber, AcceptsWhatTheLibraryCallsValidAllOverTheWorld) {
    using Library = i18n::phonenumbers::PhoneNumberUtil;
    auto const& library = *Library::GetInstance();
    std::size_t taken = 0;
    auto const all = numbers_of_the_world();
    for (auto const& text : all) {
        i18n::phonenumbers::PhoneNumber number;
        auto const parsed = library.Parse(text, "ZZ", &number) == Library::NO_PARSING_ERROR;
        auto const read = read_phone(text, "");
        ASSERT_EQ(read.has_value(), parsed && library.IsValidNumber(number)) << text;
        if (!read) continue;
        ++taken;
        std::string country;
        library.GetRegionCodeForNumber(number, &country);
        EXPECT_EQ(read->country, country) << text;
        auto const type = library.GetNumberType(number);
        EXPECT_EQ(read->mobile, type == Library::MOBILE || type == Library::FIXED_LINE_OR_MOBILE) << text;
    }
    EXPECT_GT(taken, 500U);
    EXPECT_GT(all.size() - taken, 500U);
}

TEST(PhoneNumber, KnowsCountries) {
    EXPECT_EQ(time_zone_of("SA"), "Asia/Riyadh");
    EXPECT_EQ(time_zone_of("EG"), "Africa/Cairo");
    EXPECT_EQ(time_zone_of("US"), "") << "several";
    EXPECT_EQ(time_zone_of(""), "");
    EXPECT_EQ(language_of_country("EG"), "ar");
    EXPECT_TRUE(is_country("SA"));
    EXPECT_FALSE(is_country("XX"));
}

TEST(Fold, MakesSpellingsOfOneWordTheSame) {
    EXPECT_EQ(fold("  AhMad\tÉlan "), "ahmad elan");
    EXPECT_EQ(fold("أَحْمَد"), fold("احمد"));
    EXPECT_EQ(fold("مصطفى"), fold("مصطفي"));
    EXPECT_EQ(fold("فاطمة"), fold("فاطمه"));
    EXPECT_EQ(fold("مـــحمد"), fold("محمد"));
    EXPECT_EQ(fold("٠١٢۳"), "0123");
    EXPECT_EQ(fold("ﷲ"), fold("الله"));
    EXPECT_EQ(fold("a\u200Fb"), "ab");
    EXPECT_EQ(fold(""), "");
}

}   // namespace
}   // namespace waqtor
