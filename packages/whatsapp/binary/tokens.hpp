#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace waqtor::whatsapp {

/// Words that the wire writes as one or two bytes, dictionary version 3. The tables are data taken from the public clients
/// (tokens.inc, written by tests/vectors/make/tokens.mjs).
struct Token {
    static constexpr std::uint8_t kSingle = 0xff;
    std::uint8_t dictionary;   // 0…3, or kSingle
    std::uint8_t index;
};

inline constexpr std::uint8_t kDictionaryVersion = 3;

/// The token of a word, if it has one.
std::optional<Token> token_of(std::string_view word);
/// The word of a single byte 1…235; nothing for the others. Lives for ever.
std::optional<std::string_view> single_token(std::uint8_t index);
/// The word of a dictionary 0…3 and an index. Lives for ever.
std::optional<std::string_view> double_token(std::uint8_t dictionary, std::uint8_t index);

}   // namespace waqtor::whatsapp
