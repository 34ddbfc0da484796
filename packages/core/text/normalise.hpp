#pragma once
#include <string>
#include <string_view>
#include <vector>

// Text made comparable: pure functions, the same answer for the same text. What people write on phones differs in letters that mean
// the same (alef forms, tatweel, vowel marks, digits of three scripts, presentation forms, case, accents).

namespace waqtor {

enum class Case : std::uint8_t { folded, kept };

/// Words of letters and digits with one space between them, in their comparable form; signs and marks are gone, an emoji is a word
/// of its own. Three and more of the same letter become one (Arabic) or two (others). Bad UTF-8 is dropped.
std::string fold_words(std::string_view text, Case how = Case::folded);

/// The words of a folded text.
std::vector<std::string_view> words_of(std::string_view folded);

/// True when `word` is `keyword`, alone or with the Arabic clitics that are written together with a word (و ف ب ل ك ال). Both
/// folded. Keywords under three letters stand only for themselves.
bool same_word(std::string_view word, std::string_view keyword);

/// Where `phrase` stands among `words`, word by word; npos when nowhere.
std::size_t find_words(std::vector<std::string_view> const& words, std::vector<std::string_view> const& phrase);

/// "ar" or "en" by the script that most letters are of; empty when there are none of either.
std::string language_of(std::string_view text);

}   // namespace waqtor
