#include "core/bot/bot_decide.hpp"

#include "core/base/time_zone.hpp"
#include "core/text/normalise.hpp"

#include <fmt/format.h>

namespace waqtor {
namespace {
constexpr std::array<std::string_view, 8> kHumanWords{"human", "agent", "real person", "representative",
                                                      "موظف",  "انسان", "شخص حقيقي",   "خدمه العملاء"};

bool asks_for_person(BotText const& text, BotSettings const& settings) {
    auto const stands = [&](std::string_view phrase) { return find_words(text.words, words_of(phrase)) != std::string_view::npos; };
    if (text.words.size() > 8) return false;   // a story with the word in it
    if (std::ranges::any_of(kHumanWords, stands)) return true;
    for (auto const& word : settings.human_words.value_or(std::vector<std::string>{}))
        if (auto const folded = fold_words(word); !folded.empty() && stands(folded)) return true;
    return false;
}

/// Minutes since midnight of "09:30"; nothing when it is no time.
std::optional<int> minutes_of(std::string_view text) {
    auto const digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
    auto const hours = (text[0] - '0') * 10 + text[1] - '0';
    auto const minutes = (text[3] - '0') * 10 + text[4] - '0';
    return hours > 24 || minutes > 59 ? std::nullopt : std::optional{hours * 60 + minutes};
}

/// Why the bot says nothing, before any rule is looked at; empty when rules may be looked at.
std::string_view gate(BotInput const& input, BotText const& text) {
    if (!input.settings.enabled.value_or(true)) return "disabled";
    if (text.words.empty() && text.raw.empty()) return "no_text";
    if (input.stored_at - input.written_at > kBotOldMessage || input.now - input.stored_at > kBotOldEvent) return "too_old";
    if (input.contact && input.contact->blocked) return "blocked";
    if ((input.contact && input.contact->opted_out) || input.opt_out) return "opted_out";
    if (input.chat && input.chat->paused_until && *input.chat->paused_until > input.now) return "paused";
    return {};
}

/// The other side answers like a machine: the same text again and again, or replies within two seconds, six in a row.
bool looks_like_bot(BotInput const& input) {
    if (input.chat && input.chat->same_texts >= kBotSameTexts) return true;
    if (input.recent.size() < 6) return false;
    for (std::size_t i = 0; i + 1 < 6; ++i)
        if (input.recent[i].at - input.recent[i + 1].at >= std::chrono::seconds{2}) return false;
    return input.now - input.recent[0].at < std::chrono::seconds{2};
}

bool too_many(BotInput const& input) {
    auto const since = [&](Milliseconds ago) {
        return std::ranges::count_if(input.recent, [&](auto const& each) { return each.at > input.now - ago; });
    };
    return since(std::chrono::minutes{10}) >= input.settings.most_in_ten_minutes.value_or(8) ||
           since(std::chrono::hours{24}) >= input.settings.most_in_a_day.value_or(30);
}

/// Why a rule that matched does not apply here.
std::string_view refusal(BotRuleRow const& rule, BotInput const& input, BotText const& text) {
    if (!rule.enabled) return "disabled";
    if (input.group && !rule.in_groups) return "group";
    if (!rule.sessions.empty() && (!input.session_known || std::ranges::find(rule.sessions, input.session) == rule.sessions.end()))
        return "session";
    auto const language = text.language.empty() && input.contact ? input.contact->language : text.language;
    if (!rule.language.empty() && !language.empty() && rule.language != language) return "language";
    if (rule.hours != BotHours::always && is_open(input.settings, input.now) != (rule.hours == BotHours::open)) return "hours";
    return {};
}

Result<Content> fill(Content content, BotInput const& input, TemplateValues captures) {
    if (!content.text) return content;
    if (input.contact)
        for (auto const& [name, value] : input.contact->fields)
            if (!value.empty()) captures.try_emplace(name, value);
    TRY(content.text, render(*content.text, captures));
    return content;
}

struct Ranked {
    CompiledRule const* rule;
    BotHit hit;
};

std::vector<Ranked> rank(BotInput const& input, BotText const& text, std::vector<CompiledRule> const& rules,
                         std::vector<BotCandidate>& shown) {
    std::vector<Ranked> out;
    for (auto const& rule : rules) {
        auto hit = rule.match(text);
        if (!hit) continue;
        auto const why = refusal(rule.row(), input, text);
        shown.push_back({rule.row().id, rule.row().name, hit->keyword, hit->score, rule.row().priority,
                         why.empty() ? std::nullopt : std::optional{std::string{why}}});
        if (why.empty()) out.push_back({&rule, *std::move(hit)});
    }
    // Among equals the oldest rule wins, always the same one: ids rise with time.
    std::ranges::sort(out, [](Ranked const& a, Ranked const& b) {
        return std::tuple{-a.rule->row().priority, -a.hit.score, -std::ssize(a.hit.keyword), a.rule->row().id} <
               std::tuple{-b.rule->row().priority, -b.hit.score, -std::ssize(b.hit.keyword), b.rule->row().id};
    });
    std::ranges::sort(shown, [](BotCandidate const& a, BotCandidate const& b) {
        return std::tuple{a.refused.has_value(), -a.priority, -a.score, a.rule} <
               std::tuple{b.refused.has_value(), -b.priority, -b.score, b.rule};
    });
    return out;
}

BotDecision say(BotDecision out, BotInput const& input, std::string reason, std::string text) {
    auto content = fill({.text = std::move(text)}, input, {});
    out.answers = content.has_value();
    out.reason = content ? std::move(reason) : "missing_variable";
    if (content) out.reply = *std::move(content);
    out.reply_hash = text_mark(out.reply.text.value_or(""));
    return out;
}

BotDecision without_rule(BotDecision out, BotInput const& input) {
    auto const told = input.chat && input.chat->away_at && input.now - *input.chat->away_at < kBotAwayGap;
    if (!input.group && !told && input.settings.away_message && !is_open(input.settings, input.now)) {
        out.away = true;
        return say(std::move(out), input, "away", *input.settings.away_message);
    }
    out.reason = "no_rule";
    return out;
}
}   // namespace

std::string text_mark(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;   // FNV-1a: the same in every process
    for (auto c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
}

bool is_open(BotSettings const& settings, Timestamp at) {
    if (!settings.opening_hours || settings.opening_hours->empty()) return true;
    auto const zone = TimeZone::find(settings.time_zone.value_or("UTC")).value_or(TimeZone{});
    auto const local = zone.to_local(at);
    auto const today = std::chrono::floor<std::chrono::days>(local);
    auto const minute = static_cast<int>((local - today) / std::chrono::minutes{1});
    auto const weekday = static_cast<std::int64_t>(std::chrono::weekday{today}.iso_encoding());
    for (auto const& [days, from_text, to_text] : *settings.opening_hours) {
        auto const from = minutes_of(from_text);
        auto const to = minutes_of(to_text);
        if (!from || !to) continue;
        auto const on = [&](std::int64_t day) { return std::ranges::find(days, day) != days.end(); };
        auto const yesterday = weekday == 1 ? 7 : weekday - 1;
        if (*from < *to ? on(weekday) && minute >= *from && minute < *to
                        : (on(weekday) && minute >= *from) || (on(yesterday) && minute < *to))
            return true;
    }
    return false;
}

BotDecision decide(BotInput const& input, BotText const& text, std::vector<CompiledRule> const& rules) {
    BotDecision out;
    auto const ranked = rank(input, text, rules, out.candidates);
    if (auto const why = gate(input, text); !why.empty()) {
        out.reason = why;
        return out;
    }
    if (looks_like_bot(input)) {
        out.reason = "suspected_bot";
        out.pause = kBotMute;
        return out;
    }
    if (!input.group && asks_for_person(text, input.settings)) {
        out.pause = std::chrono::hours{input.settings.human_pause_hours.value_or(12)};
        out.reason = "handover";
        if (input.settings.handover_message) return say(std::move(out), input, "handover", *input.settings.handover_message);
        return out;
    }
    if (too_many(input)) {
        out.reason = "too_many_replies";
        return out;
    }
    if (ranked.empty()) return without_rule(std::move(out), input);

    auto const& [best, hit] = ranked.front();
    out.rule = best;
    out.keyword = hit.keyword;
    auto const cooldown = std::chrono::seconds{best->row().cooldown_seconds};
    auto const since = [&](Milliseconds gap) { return [&, gap](BotReplyRow const& each) { return each.at > input.now - gap; }; };
    auto content = read_json<Content>(best->row().reply);
    if (content) content = fill(*std::move(content), input, hit.captures);
    if (!content) {
        out.reason = "missing_variable";
        return out;
    }
    out.reply = *std::move(content);
    out.reply_hash = text_mark(out.reply.text.value_or(""));
    auto const same_rule = [&](auto const& each) { return each.rule == best->row().id && since(cooldown)(each); };
    auto const same_text = [&](auto const& each) { return each.text_hash == out.reply_hash && since(kBotSameTextGap)(each); };
    if (std::ranges::any_of(input.recent, same_rule))
        out.reason = "cooldown";
    else if (std::ranges::any_of(input.recent, same_text))
        out.reason = "same_text";
    else {
        out.answers = true;
        out.reason = "rule";
    }
    return out;
}

}   // namespace waqtor
