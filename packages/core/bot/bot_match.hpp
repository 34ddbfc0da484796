#pragma once
#include "core/bot/bot.hpp"
#include "core/messages/template_text.hpp"

#include <memory>

namespace re2 {
class RE2;
}

namespace waqtor {

/// A message as rules see it, made once.
struct BotText {
    explicit BotText(std::string text);
    std::string raw;
    std::string folded;
    std::string cased;   // folded but for the case
    std::vector<std::string_view> words;
    std::vector<std::string_view> cased_words;
    std::string language;
    BotText(BotText const&) = delete;
    BotText& operator=(BotText const&) = delete;
};

struct BotHit {
    std::string keyword;
    double score = 0;            // 0…1; 1 is the whole message, word for word
    TemplateValues captures{};   // of a regular expression: "1", "2", … and by name
};

/// A rule made ready: keywords folded, expressions compiled (linear time, bounded memory).
class CompiledRule {
public:
    /// Code::invalid names the keyword that is no valid expression, or has nothing to compare.
    static Result<CompiledRule> make(BotRuleRow row);
    ~CompiledRule();
    CompiledRule(CompiledRule&&) noexcept;
    CompiledRule& operator=(CompiledRule&&) noexcept;

    BotRuleRow const& row() const { return row_; }
    /// The best of its keywords, if any fits.
    std::optional<BotHit> match(BotText const& text) const;

private:
    struct Keyword {
        std::string text;
        std::string folded;
        std::shared_ptr<re2::RE2> expression;
    };
    explicit CompiledRule(BotRuleRow row);
    std::optional<BotHit> match_words(BotText const& text, Keyword const& keyword) const;
    std::optional<BotHit> match_expression(BotText const& text, Keyword const& keyword) const;

    BotRuleRow row_;
    std::vector<Keyword> keywords_;
};

}   // namespace waqtor
