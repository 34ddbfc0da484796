#include "core/contacts/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace waqtor {
namespace {

/// Letters that people write one for the other.
UChar32 unify(UChar32 letter) {
    switch (letter) {
        case 0x622:
        case 0x623:
        case 0x625:
        case 0x671: return 0x627;   // آ أ إ ٱ → ا
        case 0x624: return 0x648;   // ؤ → و
        case 0x626:
        case 0x649:
        case 0x6CC: return 0x64A;   // ئ ى ی → ي
        case 0x629:
        case 0x6C1:
        case 0x6BE: return 0x647;   // ة ہ ھ → ه
        case 0x6A9: return 0x643;   // ک → ك
        default: return letter;
    }
}

bool dropped(UChar32 letter) {
    if (letter == 0x640) return true;   // tatweel
    auto const type = u_charType(letter);
    return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR || type == U_CONTROL_CHAR;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string fold_ascii(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else if (c >= 0x20 && c != 0x7F)
            out += c;
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}
}   // namespace

std::string fold(std::string_view utf8) {
    if (is_ascii(utf8)) return fold_ascii(utf8);
    auto failure = U_ZERO_ERROR;
    auto const* const normalizer = icu::Normalizer2::getNFKDInstance(failure);
    auto const text = icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())});
    // Should ICU have lost its tables, the text as it stands is still something to compare.
    auto const plain = U_SUCCESS(failure) ? normalizer->normalize(text, failure) : text;
    icu::UnicodeString out;
    auto space = true;   // at the beginning none is wanted
    for (std::int32_t i = 0; i < plain.length(); i = plain.moveIndex32(i, 1)) {
        auto letter = plain.char32At(i);
        if (u_isUWhiteSpace(letter)) {
            if (!space) out.append(static_cast<UChar>(' '));
            space = true;
            continue;
        }
        if (dropped(letter)) continue;
        space = false;
        if (auto const digit = u_charDigitValue(letter); digit >= 0)
            letter = '0' + digit;
        else
            letter = unify(u_foldCase(letter, U_FOLD_CASE_DEFAULT));
        out.append(letter);
    }
    if (space && !out.isEmpty()) out.truncate(out.length() - 1);
    std::string result;
    out.toUTF8String(result);
    return result;
}

}   // namespace waqtor
