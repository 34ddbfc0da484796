#include "core/bot/bot_service.hpp"

#include "core/base/time_zone.hpp"
#include "core/bot/bot_events.hpp"
#include "core/messages/content_rules.hpp"

#include <fmt/format.h>

namespace waqtor {
namespace {

BotRule shown(BotRuleRow const& row) {
    auto const reply = read_json<Content>(row.reply).value_or(Content{});
    return {.id = row.id,
            .name = row.name,
            .keywords = row.keywords,
            .reply_message = reply.text.value_or(""),
            .reply = reply,
            .match_type = row.match_type,
            .case_sensitive = row.case_sensitive,
            .language = row.language,
            .priority = row.priority,
            .enabled = row.enabled,
            .in_groups = row.in_groups,
            .hours = row.hours,
            .cooldown_seconds = row.cooldown_seconds,
            .typing_delay = row.typing_delay,
            .sessions = row.sessions,
            .created_at = row.created_at,
            .updated_at = row.updated_at,
            .trigger_count = row.trigger_count,
            .last_triggered = row.last_triggered_at};
}

template <class T, class U> void take(T& into, std::optional<U> const& from) {
    if (from) into = *from;
}

/// What both wishes have. `needs_reply`: a rule without one makes no sense.
template <class W> Result<void> fill(BotRuleRow& row, W const& wish, bool needs_reply) {
    take(row.match_type, wish.match_type);
    take(row.case_sensitive, wish.case_sensitive);
    take(row.language, wish.language);
    take(row.priority, wish.priority);
    take(row.enabled, wish.enabled);
    take(row.in_groups, wish.in_groups);
    take(row.hours, wish.hours);
    take(row.cooldown_seconds, wish.cooldown_seconds);
    take(row.typing_delay, wish.typing_delay);
    take(row.sessions, wish.sessions);
    if (!row.language.empty() && row.language != "ar" && row.language != "en") return invalid("language", "must be ar or en");
    if (wish.reply && wish.reply_message) return invalid("reply", "give either reply or replyMessage");
    if (wish.reply_message) row.reply = write_json(Content{.text = *wish.reply_message}).as_object();
    if (wish.reply) {
        if (auto const checked = check_content(*wish.reply); !checked) return checked;
        row.reply = write_json(*wish.reply).as_object();
    }
    if (needs_reply && row.reply.empty()) return invalid("replyMessage", "is required");
    for (auto const& keyword : row.keywords)
        if (keyword.empty()) return invalid("keywords", "must not have empty ones");
    TRY_OK(CompiledRule::make(row));
    return {};
}

Result<void> check(BotSettings const& settings) {
    if (settings.time_zone) TRY_OK(TimeZone::find(*settings.time_zone));
    for (auto const& hours : settings.opening_hours.value_or(std::vector<OpeningHours>{})) {
        for (auto day : hours.days)
            if (day < 1 || day > 7) return invalid("openingHours", "days are 1 to 7");
        for (auto const* time : {&hours.from, &hours.to})
            if (auto const local = local_from_iso("2026-01-01T" + *time); !local && *time != "24:00")
                return invalid("openingHours", "times are like 09:00");
    }
    return {};
}

template <class T> void overlay(std::optional<T>& value, std::optional<T> const& wish) {
    if (wish) value = wish;
}
}   // namespace

std::vector<CompiledRule> compile(std::vector<BotRuleRow> const& rows) {
    std::vector<CompiledRule> out;
    for (auto const& row : rows)
        if (auto rule = CompiledRule::make(row)) out.push_back(*std::move(rule));   // was checked when it was stored
    return out;
}

Result<BotInput> bot_input(BotParts const& parts, Transaction& tx, WorkspaceId workspace, SessionId session,
                           std::optional<ContactId> contact) {
    BotInput out{.session = session, .now = parts.clock.now()};
    TRY(out.settings, parts.store.settings(tx, workspace));
    if (!contact) return out;
    TRY(out.contact, parts.contacts.find(tx, workspace, *contact));
    TRY(out.chat, parts.store.chat(tx, workspace, session, out.contact->id));
    TRY(out.recent, parts.store.recent(tx, workspace, out.contact->id, out.now - std::chrono::hours{24}));
    return out;
}

Task<BotRule> BotService::create(WorkspaceId workspace, CreateBotRule wish) {
    auto const now = parts_.clock.now();
    BotRuleRow row{.id = BotRuleId::make(now),
                   .workspace = workspace,
                   .name = wish.name,
                   .keywords = wish.keywords,
                   .created_at = now,
                   .updated_at = now};
    CO_TRY_OK(fill(row, wish, true));
    CO_TRY_OK(co_await parts_.db.write([this, row](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.store.add(tx, row));
        TRY_OK(parts_.events.append(tx, row.workspace, BotRuleCreated{row.id}));
        return {};
    }));
    co_return shown(row);
}

Task<BotRule> BotService::update(WorkspaceId workspace, UpdateBotRule wish) {
    return parts_.db.write([this, workspace, wish](Transaction& tx) -> Result<BotRule> {
        TRY(auto row, parts_.store.find(tx, workspace, wish.id));
        take(row.name, wish.name);
        take(row.keywords, wish.keywords);
        TRY_OK(fill(row, wish, true));
        row.updated_at = parts_.clock.now();
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, workspace, BotRuleUpdated{row.id}));
        return shown(row);
    });
}

Task<BotRule> BotService::toggle(WorkspaceId workspace, BotRuleId rule) {
    return parts_.db.write([this, workspace, rule](Transaction& tx) -> Result<BotRule> {
        TRY(auto row, parts_.store.find(tx, workspace, rule));
        row.enabled = !row.enabled;
        row.updated_at = parts_.clock.now();
        TRY_OK(parts_.store.save(tx, row));
        TRY_OK(parts_.events.append(tx, workspace, BotRuleUpdated{row.id}));
        return shown(row);
    });
}

Task<BotRule> BotService::get(WorkspaceId workspace, BotRuleId rule) {
    return parts_.db.read([this, workspace, rule](Transaction& tx) -> Result<BotRule> {
        TRY(auto const row, parts_.store.find(tx, workspace, rule));
        return shown(row);
    });
}

Task<std::vector<BotRule>> BotService::list(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) -> Result<std::vector<BotRule>> {
        TRY(auto const rows, parts_.store.rules(tx, workspace));
        std::vector<BotRule> out;
        for (auto const& row : rows) out.push_back(shown(row));
        return out;
    });
}

Task<void> BotService::remove(WorkspaceId workspace, BotRuleId rule) {
    return parts_.db.write([this, workspace, rule](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.store.remove(tx, workspace, rule));
        TRY_OK(parts_.events.append(tx, workspace, BotRuleRemoved{rule}));
        return {};
    });
}

Task<BotSettings> BotService::settings(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) { return parts_.store.settings(tx, workspace); });
}

Task<BotSettings> BotService::set_settings(WorkspaceId workspace, BotSettings wish) {
    CO_TRY_OK(check(wish));
    co_return co_await parts_.db.write([this, workspace, wish](Transaction& tx) -> Result<BotSettings> {
        TRY(auto settings, parts_.store.settings(tx, workspace));
        boost::mp11::mp_for_each<Members<BotSettings>>([&](auto d) { overlay(settings.*d.pointer, wish.*d.pointer); });
        TRY_OK(parts_.store.set_settings(tx, workspace, settings));
        return settings;
    });
}

Task<BotStats> BotService::stats(WorkspaceId workspace) {
    return parts_.db.read([this, workspace](Transaction& tx) -> Result<BotStats> {
        TRY(auto rows, parts_.store.rules(tx, workspace));
        BotStats out{.total_rules = std::ssize(rows)};
        for (auto const& row : rows) {
            ++(row.enabled ? out.enabled_rules : out.disabled_rules);
            out.total_triggers += row.trigger_count;
        }
        std::ranges::sort(rows, {}, [](BotRuleRow const& row) { return std::pair{-row.trigger_count, row.id}; });
        for (auto const& row : rows)
            if (out.top_rules.size() < 5) out.top_rules.push_back({row.id, row.name, row.trigger_count});
        return out;
    });
}

Task<Page<BotReply>> BotService::history(WorkspaceId workspace, PageRequest page) {
    return parts_.db.read([this, workspace, page](Transaction& tx) -> Result<Page<BotReply>> {
        TRY(auto const rows, parts_.store.history(tx, workspace, page));
        auto const text_of = [&](MessageId id) {
            auto const message = parts_.messages.find(tx, workspace, id);
            auto const content = message ? parse_json(message->content) : std::unexpected(message.error());
            auto const read = content ? read_json<Content>(*content) : std::unexpected(content.error());
            return read ? read->text.value_or("") : std::string{};
        };
        Page<BotReply> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) {
            auto& each = out.items.emplace_back(BotReply{.id = row.id,
                                                         .rule_id = row.rule,
                                                         .keyword = row.keyword,
                                                         .recipient = {},
                                                         .session = row.session,
                                                         .contact = row.contact,
                                                         .message_id = row.message,
                                                         .message = text_of(row.message),
                                                         .original_message = text_of(row.inbound),
                                                         .timestamp = row.at});
            if (row.rule)
                if (auto const rule = parts_.store.find(tx, workspace, *row.rule)) each.rule_name = rule->name;
            if (auto const contact = parts_.contacts.find(tx, workspace, row.contact))
                each.recipient = contact->who.phone.value_or("");
        }
        return out;
    });
}

Task<void> BotService::clear_history(WorkspaceId workspace) {
    return parts_.db.write([this, workspace](Transaction& tx) { return parts_.store.clear_history(tx, workspace); });
}

Task<void> BotService::resume(WorkspaceId workspace, SessionId session, ContactId contact) {
    return parts_.db.write([this, workspace, session, contact](Transaction& tx) -> Result<void> {
        TRY(auto chat, parts_.store.chat(tx, workspace, session, contact));
        if (!chat) return fail(Code::not_found, "The bot knows no such chat");
        chat->paused_until.reset();
        chat->paused_why.clear();
        chat->same_texts = 0;
        return parts_.store.put_chat(tx, *chat);
    });
}

Task<BotExplanation> BotService::test(WorkspaceId workspace, TestBot wish) {
    return parts_.db.read([this, workspace, wish](Transaction& tx) -> Result<BotExplanation> {
        TRY(auto input, bot_input(parts_, tx, workspace, wish.session.value_or(SessionId{}), wish.contact));
        input.session_known = wish.session.has_value();
        input.group = wish.group.value_or(false);
        input.text = wish.text;
        if (wish.at) input.now = *wish.at;
        input.stored_at = input.written_at = input.now;
        TRY(input.opt_out, parts_.is_opt_out(tx, workspace, wish.text));
        TRY(auto const rows, parts_.store.rules(tx, workspace));
        auto const rules = compile(rows);
        BotText const text{wish.text};
        auto decision = decide(input, text, rules);
        return BotExplanation{.answers = decision.answers,
                              .reason = decision.reason,
                              .normalised = text.folded,
                              .language = text.language,
                              .rule = decision.rule ? std::optional{decision.rule->row().id} : std::nullopt,
                              .reply = decision.answers ? decision.reply.text : std::nullopt,
                              .candidates = std::move(decision.candidates)};
    });
}

}   // namespace waqtor
