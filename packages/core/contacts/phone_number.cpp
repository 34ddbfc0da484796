#include "core/contacts/phone_number.hpp"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include <algorithm>
#include <array>
#include <memory>

namespace waqtor {
namespace {
using Library = i18n::phonenumbers::PhoneNumberUtil;
using Number = i18n::phonenumbers::PhoneNumber;

Library& library() { return *Library::GetInstance(); }

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kAround = " \t\r\n'\"=;,";   // '0501… is how spreadsheets keep a leading zero
    auto const from = text.find_first_not_of(kAround);
    return from == text.npos ? std::string_view{} : text.substr(from, text.find_last_not_of(kAround) - from + 1);
}

/// Marks of direction and spaces of no width, which phones and chats copy along with a number.
std::string without_invisible(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const three = text.substr(i, 3);
        auto const mark = three >= "\xE2\x80\x8B" && three <= "\xE2\x80\x8F";
        auto const embedding = three >= "\xE2\x80\xAA" && three <= "\xE2\x80\xAE";
        auto const isolate = three >= "\xE2\x81\xA0" && three <= "\xE2\x81\xA9";
        if (three.size() == 3 && (mark || embedding || isolate || three == "\xEF\xBB\xBF"))
            i += 2;
        else
            out += text[i];
    }
    return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 9.66501E+11: a spreadsheet made a number of it and has lost its last digits.
bool is_scientific(std::string_view text) {
    auto const e = text.find_first_of("eE");
    if (e == 0 || e == text.npos || e + 1 >= text.size()) return false;
    auto const exponent = text.substr(e + 1 + (text[e + 1] == '+' ? 1 : 0));
    return !exponent.empty() && std::ranges::all_of(exponent, is_digit) &&
           std::ranges::all_of(text.substr(0, e), [](char c) { return is_digit(c) || c == '.' || c == ','; });
}

/// "15550101@s.whatsapp.net" → "+15550101". A LID is no number.
std::optional<std::string> from_address(std::string_view text) {
    auto const at = text.find('@');
    if (at == text.npos) return std::nullopt;
    auto const server = text.substr(at + 1);
    if (server != "s.whatsapp.net" && server != "c.us") return std::nullopt;
    return "+" + std::string{text.substr(0, text.find_first_of(":.@"))};
}

/// +1 555 01xx: numbers for examples, which the sandbox gives out.
bool is_example(std::string_view e164) {
    return e164.size() == 9 && e164.starts_with("+155501") && std::ranges::all_of(e164.substr(7), is_digit);
}

std::optional<PhoneNumber> accepted(Number const& number) {
    PhoneNumber out;
    library().Format(number, Library::E164, &out.e164);
    if (is_example(out.e164)) return PhoneNumber{std::move(out.e164), "", true};
    auto const type = library().GetNumberType(number);
    if (type == Library::UNKNOWN) return std::nullopt;   // what IsValidNumber() looks for too, at twice the price
    library().GetRegionCodeForNumber(number, &out.country);
    if (out.country == "001") out.country.clear();   // of no country: satellites, freephone
    out.mobile = type == Library::MOBILE || type == Library::FIXED_LINE_OR_MOBILE;
    return out;
}

std::string_view why(Number const& number) {
    switch (library().IsPossibleNumberWithReason(number)) {
        case Library::INVALID_COUNTRY_CODE: return "has a country code that does not exist";
        case Library::TOO_SHORT: return "is too short for a phone number";
        case Library::IS_POSSIBLE_LOCAL_ONLY: return "lacks its area code";
        case Library::TOO_LONG: return "is too long for a phone number";
        default: return "is no number that its country gives out";
    }
}

std::string_view why(Library::ErrorType failure) {
    switch (failure) {
        case Library::INVALID_COUNTRY_CODE_ERROR: return "needs a country code like +966";
        case Library::TOO_SHORT_AFTER_IDD:
        case Library::TOO_SHORT_NSN: return "is too short for a phone number";
        case Library::TOO_LONG_NSN: return "is too long for a phone number";
        default: return "is no phone number";
    }
}
}   // namespace

Result<PhoneNumber> read_phone(std::string_view text, std::string_view country) {
    auto wanted = without_invisible(trimmed(text.substr(0, 200)));
    for (std::string_view prefix : {"tel:", "whatsapp:"})
        if (wanted.starts_with(prefix)) wanted.erase(0, prefix.size());
    if (wanted.empty()) return invalid("phone", "is empty");
    if (is_scientific(wanted)) return invalid("phone", "was rounded by a spreadsheet; format the column as text");
    if (auto address = from_address(wanted)) wanted = *std::move(address);

    Number number;
    auto const failure = library().Parse(wanted, std::string{country}, &number);
    if (failure == Library::NO_PARSING_ERROR)
        if (auto found = accepted(number)) return *std::move(found);
    // Written without the plus or with the two zeros of another country.
    std::string digits = wanted;
    library().NormalizeDigitsOnly(&digits);
    if (digits.starts_with("00")) digits.erase(0, 2);
    if (!wanted.starts_with('+') && digits.size() >= 8) {
        Number other;
        if (library().Parse("+" + digits, "ZZ", &other) == Library::NO_PARSING_ERROR)
            if (auto found = accepted(other)) return *std::move(found);
    }
    return invalid("phone", std::string{failure == Library::NO_PARSING_ERROR ? why(number) : why(failure)});
}

bool is_country(std::string_view country) { return library().GetCountryCodeForRegion(std::string{country}) != 0; }

std::string time_zone_of(std::string_view country) {
    if (country.size() != 2) return "";
    auto failure = U_ZERO_ERROR;
    auto const zones = std::unique_ptr<icu::StringEnumeration>{icu::TimeZone::createTimeZoneIDEnumeration(
        UCAL_ZONE_TYPE_CANONICAL_LOCATION, std::string{country}.c_str(), nullptr, failure)};
    if (U_FAILURE(failure) || !zones || zones->count(failure) != 1) return "";
    auto const* const name = zones->next(nullptr, failure);
    return U_SUCCESS(failure) && name ? name : "";
}

std::string language_of_country(std::string_view country) {
    constexpr std::array<std::string_view, 20> kArabic{"AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA",
                                                       "MR", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE", "DJ"};
    constexpr std::array<std::string_view, 6> kEnglish{"AU", "CA", "GB", "IE", "NZ", "US"};
    if (std::ranges::find(kArabic, country) != kArabic.end()) return "ar";
    return std::ranges::find(kEnglish, country) != kEnglish.end() ? "en" : "";
}

}   // namespace waqtor
