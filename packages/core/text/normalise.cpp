#include "core/text/normalise.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace waqtor {
namespace {

/// Takes one code point off the front; nothing when the bytes are no UTF-8 (one byte is dropped then).
std::optional<char32_t> take_code_point(std::string_view& text) {
    auto const lead = static_cast<unsigned char>(text.front());
    auto const length = lead < 0x80             ? 1U
                        : (lead & 0xe0) == 0xc0 ? 2U
                        : (lead & 0xf0) == 0xe0 ? 3U
                        : (lead & 0xf8) == 0xf0 ? 4U
                                                : 0U;
    if (length == 0 || text.size() < length) {
        text.remove_prefix(1);
        return std::nullopt;
    }
    auto out = static_cast<char32_t>(length == 1 ? lead : lead & (0xff >> (length + 1)));
    for (std::size_t i = 1; i < length; ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0) != 0x80) {
            text.remove_prefix(i);
            return std::nullopt;
        }
        out = out << 6 | (byte & 0x3f);
    }
    text.remove_prefix(length);
    return out;
}

void put(std::string& out, char32_t c) {
    if (c < 0x80)
        out += static_cast<char>(c);
    else if (c < 0x800) {
        out += static_cast<char>(0xc0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

constexpr bool between(char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; }

/// Marks that change nothing of what is meant: vowels, tatweel, joiners, directions, accents, colours of skin.
constexpr bool is_ignored(char32_t c) {
    return c == 0x00ad || c == 0x0640 || between(c, 0x0610, 0x061a) || between(c, 0x064b, 0x065f) || c == 0x0670 ||
           between(c, 0x06d6, 0x06dc) || between(c, 0x06df, 0x06e8) || between(c, 0x06ea, 0x06ed) || between(c, 0x0300, 0x036f) ||
           between(c, 0x200b, 0x200f) || between(c, 0x202a, 0x202e) || between(c, 0x2060, 0x2069) || between(c, 0xfe00, 0xfe0f) ||
           c == 0xfeff || between(c, 0x1f3fb, 0x1f3ff);
}

constexpr bool is_arabic(char32_t c) {
    return between(c, 0x0620, 0x064a) || between(c, 0x066e, 0x06d3) || between(c, 0x06fa, 0x06ff);
}
constexpr bool is_latin(char32_t c) { return between(c, 'a', 'z') || between(c, 'A', 'Z') || between(c, 0x00c0, 0x024f); }
constexpr bool is_emoji(char32_t c) {
    return between(c, 0x2190, 0x2bff) || between(c, 0x1f000, 0x1faff) || c == 0x3030 || c == 0x303d;
}
constexpr bool is_word_letter(char32_t c) {
    if (c < 0x80) return between(c, 'a', 'z') || between(c, 'A', 'Z') || between(c, '0', '9');
    if (between(c, 0x0600, 0x06ff)) return is_arabic(c);
    return c >= 0x00c0 && c != 0x00d7 && c != 0x00f7 && !between(c, 0x2000, 0x2bff) && !between(c, 0x3000, 0x3020) &&
           !between(c, 0xff00, 0xff0f) && !between(c, 0xe000, 0xf8ff);
}

/// Arabic presentation forms B from U+FE80: each letter stands in one, two or four forms there (Unicode 15, code chart FE70).
constexpr auto kForms = [] {
    struct Run {
        char32_t letter;
        int forms;
    };
    constexpr std::array runs{Run{0x621, 1}, Run{0x622, 2}, Run{0x623, 2}, Run{0x624, 2}, Run{0x625, 2}, Run{0x626, 4},
                              Run{0x627, 2}, Run{0x628, 4}, Run{0x629, 2}, Run{0x62a, 4}, Run{0x62b, 4}, Run{0x62c, 4},
                              Run{0x62d, 4}, Run{0x62e, 4}, Run{0x62f, 2}, Run{0x630, 2}, Run{0x631, 2}, Run{0x632, 2},
                              Run{0x633, 4}, Run{0x634, 4}, Run{0x635, 4}, Run{0x636, 4}, Run{0x637, 4}, Run{0x638, 4},
                              Run{0x639, 4}, Run{0x63a, 4}, Run{0x641, 4}, Run{0x642, 4}, Run{0x643, 4}, Run{0x644, 4},
                              Run{0x645, 4}, Run{0x646, 4}, Run{0x647, 4}, Run{0x648, 2}, Run{0x649, 2}, Run{0x64a, 4}};
    std::array<char32_t, 0xfef5 - 0xfe80> out{};
    std::size_t at = 0;
    for (auto const& run : runs)
        for (int i = 0; i < run.forms; ++i) out[at++] = run.letter;
    return out;
}();
static_assert(kForms.back() == 0x64a);

/// The letters of Latin-1 and Latin Extended-A without accents, from U+00C0 and U+0100; '?' stands for none.
constexpr std::string_view kLatin1 = "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty";
constexpr std::string_view kLatinA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzz"
    "zs";
static_assert(kLatin1.size() == 64 && kLatinA.size() == 128);

constexpr char32_t fold_arabic(char32_t c) {
    switch (c) {
        case 0x622:
        case 0x623:
        case 0x625:
        case 0x671:
        case 0x672:
        case 0x673: return 0x627;   // alef
        case 0x649:
        case 0x6cc:
        case 0x626: return 0x64a;   // yeh
        case 0x629:
        case 0x6c1:
        case 0x6be:
        case 0x6d5: return 0x647;   // heh
        case 0x624: return 0x648;   // waw
        case 0x6a9: return 0x643;   // kaf
        default: return c;
    }
}

/// One letter in its comparable form.
constexpr char32_t fold_letter(char32_t c, Case how) {
    if (between(c, 0x0660, 0x0669)) return '0' + (c - 0x0660);
    if (between(c, 0x06f0, 0x06f9)) return '0' + (c - 0x06f0);
    if (between(c, 0xff01, 0xff5e)) c -= 0xfee0;
    if (between(c, 0xfe80, 0xfef4)) c = kForms[c - 0xfe80];
    if (between(c, 0x0600, 0x06ff)) return fold_arabic(c);
    if (how == Case::kept) return c;
    if (between(c, 'A', 'Z')) return c + 32;
    if (between(c, 0x00c0, 0x00ff)) return kLatin1[c - 0xc0] == '?' ? c : static_cast<char32_t>(kLatin1[c - 0xc0]);
    if (between(c, 0x0100, 0x017f)) return static_cast<char32_t>(kLatinA[c - 0x100]);
    if (between(c, 0x0391, 0x03a9) || between(c, 0x0410, 0x042f)) return c + 32;   // Greek, Cyrillic
    if (between(c, 0x0400, 0x040f)) return c + 80;
    return c;
}

/// Collects folded letters into words.
class Folder {
public:
    explicit Folder(std::string_view text) { out_.reserve(text.size()); }
    void letter(char32_t c) {
        repeats_ = c == last_ ? repeats_ + 1 : 1;
        last_ = c;
        if (between(c, '0', '9')) repeats_ = 1;                            // 1000 is not 10
        if (repeats_ == 3 && is_arabic(c)) out_.resize(out_.size() - 2);   // each is two bytes; one stays
        if (repeats_ >= 3) return;
        gap();
        put(out_, c);
    }
    void emoji(char32_t c) {
        space();
        gap();
        put(out_, c);
        space();
    }
    void space() {
        pending_ = !out_.empty();
        last_ = 0;
    }
    std::string text() && { return std::move(out_); }

private:
    void gap() {
        if (std::exchange(pending_, false)) out_ += ' ';
    }
    std::string out_;
    char32_t last_ = 0;
    int repeats_ = 0;
    bool pending_ = false;
};

bool arabic_word(std::string_view word) {
    auto const first = take_code_point(word);
    return first && is_arabic(*first);
}

/// Letters of an Arabic word: two bytes each.
std::size_t arabic_letters(std::string_view word) { return word.size() / 2; }
}   // namespace

std::string fold_words(std::string_view text, Case how) {
    Folder out{text};
    while (!text.empty()) {
        auto const c = take_code_point(text);
        if (!c || is_ignored(*c)) continue;
        if (between(*c, 0xfef5, 0xfefc)) {   // lam with alef in one sign
            out.letter(0x644);
            out.letter(0x627);
        } else if (is_emoji(*c))
            out.emoji(*c);
        else if (auto const folded = fold_letter(*c, how); is_word_letter(folded))
            out.letter(folded);
        else if (*c != '\'' && *c != 0x2019)   // "don't" is one word
            out.space();
    }
    return std::move(out).text();
}

std::vector<std::string_view> words_of(std::string_view folded) {
    std::vector<std::string_view> out;
    while (!folded.empty()) {
        auto const end = std::min(folded.find(' '), folded.size());
        if (end > 0) out.push_back(folded.substr(0, end));
        folded.remove_prefix(std::min(end + 1, folded.size()));
    }
    return out;
}

bool same_word(std::string_view word, std::string_view keyword) {
    if (word == keyword) return true;
    if (!arabic_word(keyword) || !arabic_word(word)) return false;
    constexpr std::string_view kThe = "ال";
    auto bare = keyword;
    if (bare.starts_with(kThe) && arabic_letters(bare) >= 5) bare.remove_prefix(kThe.size());
    if (arabic_letters(bare) < 3) return false;
    if (word == bare) return true;
    // With two letters before it as well: "وبالسعر".
    for (auto const conjunction : {"", "و", "ف"})
        for (auto const clitic : {"", "ال", "ب", "ل", "ك", "بال", "لل", "كال"})
            if (word.size() > bare.size() && word.ends_with(bare) &&
                word.substr(0, word.size() - bare.size()) == std::string{conjunction} + clitic)
                return true;
    return false;
}

std::size_t find_words(std::vector<std::string_view> const& words, std::vector<std::string_view> const& phrase) {
    if (phrase.empty()) return std::string_view::npos;
    auto const at = std::ranges::search(words, phrase, same_word);
    return at.empty() ? std::string_view::npos : static_cast<std::size_t>(at.begin() - words.begin());
}

std::string language_of(std::string_view text) {
    int arabic = 0;
    int latin = 0;
    while (!text.empty()) {
        auto const c = take_code_point(text);
        if (!c) continue;
        arabic += is_arabic(*c) || between(*c, 0xfb50, 0xfdff) || between(*c, 0xfe70, 0xfefc) ? 1 : 0;
        latin += is_latin(*c) ? 1 : 0;
    }
    if (arabic == 0 && latin == 0) return "";
    return arabic >= latin ? "ar" : "en";
}

}   // namespace waqtor
