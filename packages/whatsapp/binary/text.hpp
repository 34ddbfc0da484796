#pragma once
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace waqtor::whatsapp {

/// An immutable text of 16 bytes: literals and protocol tokens are only pointed at, up to 15 characters lie inside (a phone
/// number does), longer ones own memory of exactly their size. Stanzas are made of thousands of these.
class Text {
public:
    constexpr Text() noexcept : far_{kStatic, 0, ""} {}
    /// A literal lives for ever, so it is not copied.
    template <std::size_t N> consteval Text(char const (&literal)[N]) : far_{kStatic, static_cast<std::uint32_t>(N - 1), literal} {}
    Text(std::string_view text);
    Text(std::string const& text) : Text(std::string_view{text}) {}
    /// Points at memory that outlives every copy of this text (the token tables).
    static Text forever(std::string_view text) noexcept;

    Text(Text const& other);
    Text(Text&& other) noexcept { take(other); }
    Text& operator=(Text const& other) {
        if (this != &other) *this = Text{other};
        return *this;
    }
    Text& operator=(Text&& other) noexcept {
        if (this != &other) {
            release();
            take(other);
        }
        return *this;
    }
    constexpr ~Text() {
        if consteval {
            return;
        } else {
            release();
        }
    }

    std::string_view view() const noexcept {
        return near_.tag <= kInside ? std::string_view{near_.text, near_.tag} : std::string_view{far_.data, far_.size};
    }
    operator std::string_view() const noexcept { return view(); }
    std::string str() const { return std::string{view()}; }
    std::size_t size() const noexcept { return view().size(); }
    bool empty() const noexcept { return size() == 0; }

    friend bool operator==(Text const& a, Text const& b) noexcept { return a.view() == b.view(); }
    friend bool operator==(Text const& a, std::string_view b) noexcept { return a.view() == b; }
    friend std::strong_ordering operator<=>(Text const& a, Text const& b) noexcept { return a.view() <=> b.view(); }

private:
    static constexpr std::uint8_t kInside = 15;
    static constexpr std::uint8_t kStatic = 16;
    static constexpr std::uint8_t kOwned = 17;

    // Both start with the tag, so it may be read through either (common initial sequence).
    struct Near {
        std::uint8_t tag;
        char text[kInside];
    };
    struct Far {
        std::uint8_t tag;
        std::uint32_t size;
        char const* data;
    };
    union {
        Near near_;
        Far far_;
    };

    void take(Text& other) noexcept {
        std::memcpy(static_cast<void*>(this), static_cast<void const*>(&other), sizeof *this);
        other.far_ = Far{kStatic, 0, ""};
    }
    void release() noexcept {
        if (near_.tag == kOwned) delete[] far_.data;
    }
};
static_assert(sizeof(Text) == 16);

}   // namespace waqtor::whatsapp

template <> struct std::hash<waqtor::whatsapp::Text> {
    std::size_t operator()(waqtor::whatsapp::Text const& text) const noexcept { return std::hash<std::string_view>{}(text.view()); }
};
