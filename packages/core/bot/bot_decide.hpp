#pragma once
#include "core/bot/bot_match.hpp"
#include "core/contacts/contact_directory.hpp"

namespace waqtor {

/// All that a decision depends on: the same input, the same answer.
struct BotInput {
    SessionId session{};
    bool session_known = true;   // false in the test console when none was named
    bool group = false;
    std::string text;
    Timestamp written_at{};
    Timestamp stored_at{};
    Timestamp now{};
    bool opt_out = false;   // the text is an opt-out word
    std::optional<ContactCardRow> contact{};
    BotSettings settings{};
    std::optional<BotChatRow> chat{};
    std::vector<BotReplyRow> recent{};   // to this person within a day, newest first
};

struct BotDecision {
    bool answers = false;
    std::string reason;   // see BotExplanation
    CompiledRule const* rule = nullptr;
    std::string keyword{};
    Content reply{};
    std::string reply_hash{};
    std::optional<Milliseconds> pause{};   // be quiet in this chat from now on, for `reason`
    bool away = false;                     // the away message goes out
    std::vector<BotCandidate> candidates{};
};

/// Looks at a message and says what to do. Touches nothing.
BotDecision decide(BotInput const& input, BotText const& text, std::vector<CompiledRule> const& rules);

/// A short mark of a text, to see it again without keeping it.
std::string text_mark(std::string_view text);

/// True while the shop is open; always when it has no hours.
bool is_open(BotSettings const& settings, Timestamp at);

/// Limits of the guards that are not settings.
inline constexpr auto kBotSameRuleGap = std::chrono::seconds{30};
inline constexpr auto kBotSameTextGap = std::chrono::minutes{10};
inline constexpr auto kBotAwayGap = std::chrono::hours{6};
inline constexpr auto kBotMute = std::chrono::hours{1};
inline constexpr auto kBotOldMessage = std::chrono::seconds{120};
inline constexpr auto kBotOldEvent = std::chrono::minutes{10};
inline constexpr std::int64_t kBotSameTexts = 3;

}   // namespace waqtor
