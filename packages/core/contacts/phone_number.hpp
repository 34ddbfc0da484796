#pragma once
#include "core/base/result.hpp"

namespace waqtor {

/// A number as it is stored, and what its digits tell.
struct PhoneNumber {
    std::string e164;      // "+966501234567"
    std::string country;   // ISO 3166: "SA"; empty when the number belongs to none
    bool mobile = false;   // certainly or possibly a mobile number
};

/// Reads a number as people write it: national ("050 123 4567", read as of `country`) or international ("+966…", "00966…",
/// "966…", a WhatsApp address), with digits of any script, spaces, brackets, dashes. Code::invalid says what is wrong with it.
Result<PhoneNumber> read_phone(std::string_view text, std::string_view country);

/// True for a country libphonenumber knows: "SA".
bool is_country(std::string_view country);

/// "Asia/Riyadh", when the country has one time zone only; else empty.
std::string time_zone_of(std::string_view country);
/// "ar" or "en" when most people with such numbers read it; else empty.
std::string language_of_country(std::string_view country);

}   // namespace waqtor
