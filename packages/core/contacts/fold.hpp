#pragma once
#include <string>
#include <string_view>

namespace waqtor {

/// Text as a search compares it: lower case, compatibility forms resolved, accents and Arabic vowel marks dropped, tatweel and
/// invisible characters dropped, the forms of alef, yeh, teh marbuta and hamza seats made one, digits of any script as ASCII,
/// white space as single spaces. Broken UTF-8 becomes U+FFFD.
std::string fold(std::string_view utf8);

}   // namespace waqtor
