#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace waqtor::whatsapp::messaging {

enum class Lines { many, one };

/// Text from outside, fit to be stored and shown: broken UTF-8 becomes U+FFFD, U+0000 goes (with Lines::one every control
/// character does), and it ends after `most` characters.
std::string clean(std::string_view text, std::size_t most, Lines lines = Lines::many);

/// Nothing when it is empty afterwards.
std::optional<std::string> clean_or_none(std::string_view text, std::size_t most, Lines lines = Lines::many);

}   // namespace waqtor::whatsapp::messaging
