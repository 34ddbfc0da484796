#include "core/contacts/import/numbers.hpp"

#include <algorithm>
#include <charconv>

namespace waqtor::import {

std::uint64_t digits_of(std::string_view e164) {
    std::uint64_t out = 0;
    std::from_chars(e164.data() + 1, e164.data() + e164.size(), out);
    return out;
}

std::optional<PhoneNumber> Numbers::next(std::int64_t line) {
    if (given_ == all_.size()) return std::nullopt;
    auto const& found = all_[given_++];
    if (found.digits == 0 || found.line != line) return std::nullopt;
    auto const of_none = found.country.front() == '\0';
    return PhoneNumber{.e164 = "+" + std::to_string(found.digits),
                       .country = of_none ? std::string{} : std::string{found.country.data(), found.country.size()},
                       .mobile = found.mobile};
}

void Numbers::add(std::int64_t line, std::optional<PhoneNumber> const& found) {
    if (all_.size() == kMost) return;
    auto& out = all_.emplace_back();
    if (!found || !std::in_range<std::int32_t>(line)) return;
    if (!found->country.empty() && found->country.size() != out.country.size()) return;
    out.digits = digits_of(found->e164);
    out.line = static_cast<std::int32_t>(line);
    std::ranges::copy(found->country, out.country.begin());
    out.mobile = found->mobile;
}

void SeenNumbers::keep(ImportId import, ImportSettings const& settings, Numbers numbers) {
    auto const lock = std::lock_guard{mutex_};
    std::erase_if(all_, [&](Seen const& seen) { return seen.import == import; });
    if (all_.size() == kMost) all_.pop_front();
    all_.push_back({import, settings, std::move(numbers)});
}

Numbers SeenNumbers::take(ImportId import, ImportSettings const& settings) {
    auto const lock = std::lock_guard{mutex_};
    auto const found = std::ranges::find(all_, import, &Seen::import);
    if (found == all_.end()) return {};
    auto const same = found->settings.country == settings.country && found->settings.columns == settings.columns;
    auto out = same ? std::move(found->numbers) : Numbers{};
    all_.erase(found);
    return out;
}

}   // namespace waqtor::import
