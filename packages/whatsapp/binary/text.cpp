#include "whatsapp/binary/text.hpp"

#include <limits>
#include <stdexcept>

namespace waqtor::whatsapp {

Text::Text(std::string_view text) : far_{kStatic, 0, ""} {
    if (text.size() > std::numeric_limits<std::uint32_t>::max()) throw std::length_error{"a text of 4 GiB"};
    if (text.size() <= kInside) {
        near_ = Near{static_cast<std::uint8_t>(text.size()), {}};
        std::memcpy(near_.text, text.data(), text.size());
        return;
    }
    auto* copy = new char[text.size()];
    std::memcpy(copy, text.data(), text.size());
    far_ = Far{kOwned, static_cast<std::uint32_t>(text.size()), copy};
}

Text Text::forever(std::string_view text) noexcept {
    Text out;
    out.far_ = Far{kStatic, static_cast<std::uint32_t>(text.size()), text.data()};
    return out;
}

Text::Text(Text const& other) : far_{kStatic, 0, ""} {
    if (other.near_.tag == kOwned) {
        auto copy = Text{other.view()};
        take(copy);
    } else {
        std::memcpy(static_cast<void*>(this), static_cast<void const*>(&other), sizeof *this);
    }
}

}   // namespace waqtor::whatsapp
