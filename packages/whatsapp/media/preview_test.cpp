#include "whatsapp/media/preview.hpp"
#include "whatsapp/testing/picture.hpp"

#include <gtest/gtest.h>

#include <array>

namespace waqtor::whatsapp {
namespace {
using media::preview_of;
using testing::see_jpeg;

/// With an EXIF segment that says how the camera was held, in either byte order.
Bytes held(Bytes jpeg, std::uint8_t orientation, bool little) {
    Bytes exif{'E', 'x', 'i', 'f', 0, 0};
    if (little)
        exif.insert(exif.end(), {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0});
    else
        exif.insert(exif.end(), {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0});
    Bytes segment{0xFF, 0xE1, 0, static_cast<std::uint8_t>(exif.size() + 2)};
    segment.insert(segment.end(), exif.begin(), exif.end());
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    return jpeg;
}

TEST(Preview, ShowsAPictureSmall) {
    for (auto const& picture : {testing::make_jpeg(800, 400), testing::make_png(800, 400), testing::make_webp(800, 400)}) {
        auto const preview = preview_of(picture);
        ASSERT_TRUE(preview);
        EXPECT_EQ(preview->width, 800);
        EXPECT_EQ(preview->height, 400);
        auto const seen = see_jpeg(preview->thumbnail);
        EXPECT_EQ(seen.width, 72);
        EXPECT_EQ(seen.height, 36);
        EXPECT_TRUE(seen.red(5, 5));
        EXPECT_TRUE(seen.blue(66, 30));
        EXPECT_LT(preview->thumbnail.size(), 2000U);
    }
}

TEST(Preview, ASmallOrThinPictureKeepsItsShape) {
    for (auto const& [width, height, wide, high] :
         {std::array{40, 20, 40, 20}, std::array{5000, 3, 72, 1}, std::array{1, 1, 1, 1}}) {
        for (auto const& picture :
             {testing::make_jpeg(width, height), testing::make_png(width, height), testing::make_webp(width, height)}) {
            auto const preview = preview_of(picture);
            ASSERT_TRUE(preview);
            EXPECT_EQ(preview->width, width);
            auto const seen = see_jpeg(preview->thumbnail);
            EXPECT_EQ(seen.width, wide);
            EXPECT_EQ(seen.height, high);
        }
    }
}

TEST(Preview, IsTurnedAsTheCameraWasHeld) {
    auto const jpeg = testing::make_jpeg(320, 160);   // red left, blue right
    struct Case {
        std::uint8_t orientation;
        bool upright;                // wide stays wide
        std::array<int, 2> red_at;   // in a thumbnail of 72 × 36 or 36 × 72
    };
    for (auto const little : {true, false})
        for (auto const& [orientation, upright, red_at] :
             {Case{1, true, {4, 18}}, Case{2, true, {67, 18}}, Case{3, true, {67, 18}}, Case{4, true, {4, 18}},
              Case{5, false, {18, 4}}, Case{6, false, {18, 4}}, Case{7, false, {18, 67}}, Case{8, false, {18, 67}},
              Case{9, true, {4, 18}}}) {
            SCOPED_TRACE(static_cast<int>(orientation));
            auto const preview = preview_of(held(jpeg, orientation, little));
            ASSERT_TRUE(preview);
            EXPECT_EQ(preview->width, upright ? 320 : 160);
            EXPECT_EQ(preview->height, upright ? 160 : 320);
            auto const seen = see_jpeg(preview->thumbnail);
            EXPECT_EQ(seen.width, upright ? 72 : 36);
            EXPECT_TRUE(seen.red(red_at[0], red_at[1]));
            EXPECT_TRUE(seen.blue(seen.width - 1 - red_at[0], seen.height - 1 - red_at[1]));
        }
}

TEST(Preview, OfALargePictureIsItsSizeOnly) {
    auto const large = preview_of(testing::make_png(4000, 3000));
    ASSERT_TRUE(large);
    EXPECT_EQ(large->width, 4000);
    EXPECT_TRUE(large->thumbnail.empty());
    EXPECT_FALSE(preview_of(testing::make_jpeg(4000, 3000))->thumbnail.empty());
}

TEST(Preview, WhatIsNoPictureHasNone) {
    EXPECT_FALSE(preview_of(Bytes{}));
    EXPECT_FALSE(preview_of(Bytes(100, 'x')));
    for (auto const& picture : {testing::make_jpeg(90, 90), testing::make_png(90, 90), testing::make_webp(90, 90)})
        for (std::size_t size = 0; size < picture.size(); ++size)
            if (auto const preview = preview_of(Bytes(picture.begin(), picture.begin() + static_cast<std::ptrdiff_t>(size)))) {
                EXPECT_EQ(preview->width, 90) << size;
            }
    EXPECT_FALSE(preview_of(std::filesystem::path{"/nonexistent"}));
}

}   // namespace
}   // namespace waqtor::whatsapp
