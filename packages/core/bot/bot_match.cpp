#include "core/bot/bot_match.hpp"

#include "core/text/normalise.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

namespace waqtor {
namespace {
constexpr std::int64_t kExpressionMemory = 1 << 20;

/// Letters of these words against those of the whole message.
double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::size_t letters(std::vector<std::string_view> const& words, std::size_t from, std::size_t count) {
    std::size_t out = 0;
    for (std::size_t i = from; i < from + count && i < words.size(); ++i) out += words[i].size();
    return out;
}
}   // namespace

BotText::BotText(std::string text)
    : raw{std::move(text)},
      folded{fold_words(raw)},
      cased{fold_words(raw, Case::kept)},
      words{words_of(folded)},
      cased_words{words_of(cased)},
      language{language_of(raw)} {}

CompiledRule::CompiledRule(BotRuleRow row) : row_{std::move(row)} {}
CompiledRule::~CompiledRule() = default;
CompiledRule::CompiledRule(CompiledRule&&) noexcept = default;
CompiledRule& CompiledRule::operator=(CompiledRule&&) noexcept = default;

Result<CompiledRule> CompiledRule::make(BotRuleRow row) {
    CompiledRule out{std::move(row)};
    for (std::size_t i = 0; i < out.row_.keywords.size(); ++i) {
        auto const field = fmt::format("keywords[{}]", i);
        Keyword keyword{.text = out.row_.keywords[i],
                        .folded = fold_words(out.row_.keywords[i], out.row_.case_sensitive ? Case::kept : Case::folded),
                        .expression = {}};
        if (keyword.text.size() > 1000) return invalid(field, "is longer than 1000 bytes");
        if (out.row_.match_type == BotMatch::regex) {
            RE2::Options options;
            options.set_max_mem(kExpressionMemory);
            options.set_log_errors(false);
            options.set_case_sensitive(out.row_.case_sensitive);
            keyword.expression = std::make_shared<RE2>(keyword.text, options);
            if (!keyword.expression->ok()) return invalid(field, "is no valid regular expression: " + keyword.expression->error());
        } else if (keyword.folded.empty())
            return invalid(field, "has no letters to compare");
        out.keywords_.push_back(std::move(keyword));
    }
    return out;
}

std::optional<BotHit> CompiledRule::match(BotText const& text) const {
    std::optional<BotHit> best;
    for (auto const& keyword : keywords_) {
        auto hit = row_.match_type == BotMatch::regex ? match_expression(text, keyword) : match_words(text, keyword);
        if (hit && (!best || hit->score > best->score)) best = std::move(hit);
    }
    return best;
}

std::optional<BotHit> CompiledRule::match_words(BotText const& text, Keyword const& keyword) const {
    auto const& words = row_.case_sensitive ? text.cased_words : text.words;
    auto const phrase = words_of(keyword.folded);
    if (words == phrase) return BotHit{keyword.text, 1.0};
    if (row_.match_type == BotMatch::exact || phrase.size() > words.size()) return std::nullopt;
    auto const stands_at = [&](std::size_t from) {
        return std::equal(phrase.begin(), phrase.end(), words.begin() + static_cast<std::ptrdiff_t>(from),
                          [](auto one, auto other) { return same_word(other, one); });
    };
    auto const last = words.size() - phrase.size();
    auto const at = row_.match_type == BotMatch::contains     ? find_words(words, phrase)
                    : row_.match_type == BotMatch::startsWith ? (stands_at(0) ? 0 : std::string_view::npos)
                                                              : (stands_at(last) ? last : std::string_view::npos);
    if (at == std::string_view::npos) return std::nullopt;
    auto const covered = share(letters(words, at, phrase.size()), letters(words, 0, words.size()));
    return BotHit{keyword.text, (row_.match_type == BotMatch::contains ? 0.5 : 0.6) + 0.39 * covered};
}

std::optional<BotHit> CompiledRule::match_expression(BotText const& text, Keyword const& keyword) const {
    auto const groups = static_cast<std::size_t>(keyword.expression->NumberOfCapturingGroups());
    std::vector<re2::StringPiece> found(std::min<std::size_t>(groups, 20) + 1);
    if (!keyword.expression->Match(text.raw, 0, text.raw.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size())))
        return std::nullopt;
    BotHit out{keyword.text, 0.55 + 0.39 * share(found[0].size(), text.raw.size())};
    for (std::size_t i = 1; i < found.size(); ++i) out.captures[std::to_string(i)] = std::string{found[i].data(), found[i].size()};
    for (auto const& [name, number] : keyword.expression->NamedCapturingGroups())
        if (auto const place = static_cast<std::size_t>(number); place < found.size())
            out.captures[name] = std::string{found[place].data(), found[place].size()};
    return out;
}

}   // namespace waqtor
