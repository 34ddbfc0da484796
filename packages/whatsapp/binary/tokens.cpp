#include "whatsapp/binary/tokens.hpp"

#include <array>

namespace waqtor::whatsapp {

namespace {

#include "whatsapp/binary/tokens.inc"

/// Open addressing over all words, filled once; entry 0 is "free", else position + 1 in the order single, dictionary 0…3.
class Index {
public:
    Index() {
        // Backwards, so that a word found twice keeps its shortest form.
        for (std::size_t i = kAll; i-- > 1;) insert(i);
    }
    std::optional<Token> find(std::string_view word) const {
        for (auto slot = hash(word);; slot = (slot + 1) % kSlots) {
            auto const entry = slots_[slot];
            if (entry == 0) return std::nullopt;
            if (word_at(entry - 1u) == word) return token_at(entry - 1u);
        }
    }

private:
    static constexpr std::size_t kAll = kSingleTokens.size() + std::size_t{4} * 256;
    static constexpr std::size_t kSlots = 4096;

    static std::string_view word_at(std::size_t position) {
        if (position < kSingleTokens.size()) return kSingleTokens[position];
        auto const rest = position - kSingleTokens.size();
        return kDoubleTokens[rest / 256][rest % 256];
    }
    static Token token_at(std::size_t position) {
        if (position < kSingleTokens.size()) return {Token::kSingle, static_cast<std::uint8_t>(position)};
        auto const rest = position - kSingleTokens.size();
        return {static_cast<std::uint8_t>(rest / 256), static_cast<std::uint8_t>(rest % 256)};
    }
    static std::size_t hash(std::string_view word) {
        std::uint32_t value = 2166136261u;   // FNV-1a
        for (auto c : word) value = (value ^ static_cast<std::uint8_t>(c)) * 16777619u;
        return (value ^ value >> 15) % kSlots;
    }
    void insert(std::size_t position) {
        auto const word = word_at(position);
        if (word.empty()) return;
        auto slot = hash(word);
        while (slots_[slot] != 0 && word_at(slots_[slot] - 1u) != word) slot = (slot + 1) % kSlots;
        slots_[slot] = static_cast<std::uint16_t>(position + 1);
    }
    std::array<std::uint16_t, kSlots> slots_{};
};

}   // namespace

std::optional<Token> token_of(std::string_view word) {
    static Index const index;
    return index.find(word);
}

std::optional<std::string_view> single_token(std::uint8_t index) {
    if (index == 0 || index >= kSingleTokens.size()) return std::nullopt;
    return kSingleTokens[index];
}

std::optional<std::string_view> double_token(std::uint8_t dictionary, std::uint8_t index) {
    if (dictionary >= kDoubleTokens.size()) return std::nullopt;
    return kDoubleTokens[dictionary][index];
}

}   // namespace waqtor::whatsapp
