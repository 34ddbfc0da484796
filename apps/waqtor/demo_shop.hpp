#pragma once
#include "sandbox/phone/behaviour.hpp"

#include <string>
#include <string_view>
#include <vector>

// A made-up shop: what it sells, what customers ask, what its bot answers.

namespace waqtor::demo {

inline constexpr std::string_view kShopNumber = "+966500009999";
inline constexpr std::string_view kOwnerEmail = "owner@shop.example";

/// Fifty customers with Arabic and English names, as a CSV file with a header.
std::string sample_contacts();

/// The campaign's text, with {{name}}.
std::string_view campaign_text();

/// Keyword and answer of the shop's rules, in both languages.
struct RuleText {
    std::string_view name;
    std::vector<std::string> keywords;
    std::string_view reply;
};
std::vector<RuleText> const& rules();

/// How the customer with this number behaves: all read, most answer something, some what the bot knows.
sandbox::Behaviour behaviour_of(std::string_view number);
/// A few per cent of numbers are not on WhatsApp.
bool on_whatsapp(std::string_view number);

}   // namespace waqtor::demo
