#include "core/contacts/import/numbers.hpp"

#include <gtest/gtest.h>

namespace waqtor::import {
namespace {
using enum ImportMeaning;

PhoneNumber const kMobile{"+966501234567", "SA", true};
PhoneNumber const kOfNoCountry{"+15550101", "", true};
PhoneNumber const kFixed{"+390612345678", "IT", false};

void expect_same(std::optional<PhoneNumber> const& found, PhoneNumber const& wanted) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->e164, wanted.e164);
    EXPECT_EQ(found->country, wanted.country);
    EXPECT_EQ(found->mobile, wanted.mobile);
}

TEST(ImportNumbers, GiveEachRowWhatStoodThere) {
    Numbers numbers;
    numbers.add(2, kMobile);
    numbers.add(3, std::nullopt);
    numbers.add(9, kOfNoCountry);
    numbers.add(4, kFixed);   // XLSX rows may say any number
    expect_same(numbers.next(2), kMobile);
    EXPECT_FALSE(numbers.next(3));
    expect_same(numbers.next(9), kOfNoCountry);
    expect_same(numbers.next(4), kFixed);
    EXPECT_FALSE(numbers.next(5));
}

TEST(ImportNumbers, GiveNothingForAnotherRow) {
    Numbers numbers;
    numbers.add(2, kMobile);
    numbers.add(3, kFixed);
    EXPECT_FALSE(numbers.next(1));
    expect_same(numbers.next(3), kFixed);
}

TEST(SeenNumbers, AreTakenOnceAndForTheSameSettings) {
    SeenNumbers seen;
    auto const settings = ImportSettings{.country = "SA", .tags = {}, .columns = {name, phone}};
    auto const keep = [&](ImportId import) {
        Numbers numbers;
        numbers.add(2, kMobile);
        seen.keep(import, settings, std::move(numbers));
    };
    auto const first = ImportId::make(Timestamp{});
    keep(first);
    EXPECT_TRUE(seen.take(first, settings).next(2));
    EXPECT_FALSE(seen.take(first, settings).next(2));

    auto other = settings;
    other.country = "EG";
    keep(first);
    EXPECT_FALSE(seen.take(first, other).next(2));
    other = settings;
    other.columns = {phone, name};
    keep(first);
    EXPECT_FALSE(seen.take(first, other).next(2));

    keep(first);
    auto const second = ImportId::make(Timestamp{});
    for (auto import : {second, ImportId::make(Timestamp{}), ImportId::make(Timestamp{}), ImportId::make(Timestamp{})})
        keep(import);
    EXPECT_FALSE(seen.take(first, settings).next(2)) << "the oldest makes room";
    EXPECT_TRUE(seen.take(second, settings).next(2));
}

}   // namespace
}   // namespace waqtor::import
