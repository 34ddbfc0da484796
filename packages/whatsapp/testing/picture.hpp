#pragma once
#include "core/base/bytes.hpp"

namespace waqtor::whatsapp::testing {

/// Pictures for tests: the left half is red, the right half blue.
Bytes make_jpeg(int width, int height);
Bytes make_png(int width, int height);
Bytes make_webp(int width, int height);
/// What a JPEG shows.
struct Seen {
    int width = 0, height = 0;
    Bytes rgb;

    bool red(int x, int y) const;
    bool blue(int x, int y) const;
};
Seen see_jpeg(Bytes const& picture);

}   // namespace waqtor::whatsapp::testing
