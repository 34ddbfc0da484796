#include "server/realtime/subscriptions.hpp"

#include "core/base/format.hpp"

#include <algorithm>

namespace waqtor::realtime {
namespace {
bool fits(std::string_view pattern, std::string_view type) {
    if (pattern == "*") return true;
    if (pattern.ends_with(".*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == type;
}

std::unexpected<Error> forbidden(std::string field, std::string problem) {
    auto error = invalid(std::move(field), std::move(problem)).error();
    error.code = Code::forbidden;
    return std::unexpected(std::move(error));
}

std::string item(std::string_view list, std::size_t index) { return std::string{list} + "[" + std::to_string(index) + "]"; }
}   // namespace

TopicSet Subscriptions::authorise(Caller const& caller) {
    allowed_ = topics_for(caller);
    only_sessions_ = caller.sessions;
    user_ = caller.user;
    TopicSet lost;
    for (auto topic : open_.list())
        if (!allowed_.has(topic)) lost.add(topic), open_.remove(topic);
    std::erase_if(rules_, [&](Rule const& rule) {
        auto const topic = rule.topic ? *rule.topic : topic_of(rule.pattern);
        auto const gone = !allowed_.has(topic) && rule.pattern != "*";
        if (gone) lost.add(topic);
        return gone;
    });
    return lost;
}

Result<std::vector<Subscriptions::Rule>> Subscriptions::rules_of(Subscribe const& wish) const {
    std::vector<Rule> out;
    auto const sessions = wish.sessions.value_or(std::vector<SessionId>{});
    auto const topics = wish.topics.value_or(std::vector<std::string>{});
    for (std::size_t i = 0; i < topics.size(); ++i) {
        auto const all = topics[i] == "*";
        auto const topic = enum_from<Topic>(topics[i]);
        if (!all && !topic) return invalid(item("topics", i), "must be * or one of " + enum_names<Topic>());
        if (!all && !allowed_.has(*topic)) return forbidden(item("topics", i), "You may not see this topic");
        for (auto one : all ? allowed_.list() : std::vector{*topic}) out.push_back({one, {}, sessions});
    }
    auto const events = wish.events.value_or(std::vector<std::string>{});
    for (std::size_t i = 0; i < events.size(); ++i) {
        auto const& pattern = events[i];
        if (pattern != "*" && !matches(Format::event_type, pattern))
            return invalid(item("events", i), "must be an event type like message.sent, a pattern like message.*, or *");
        if (pattern != "*" && !allowed_.has(topic_of(pattern))) return forbidden(item("events", i), "You may not see these events");
        out.push_back({std::nullopt, pattern, sessions});
    }
    return out;
}

Result<void> Subscriptions::add(Subscribe const& wish, std::size_t most) {
    TRY(auto fresh, rules_of(wish));
    if (fresh.empty()) return invalid("topics", "name a topic or an event");
    auto const sessions = wish.sessions.value_or(std::vector<SessionId>{});
    if (!only_sessions_.empty())
        for (std::size_t i = 0; i < sessions.size(); ++i)
            if (std::ranges::find(only_sessions_, sessions[i]) == only_sessions_.end())
                return forbidden(item("sessions", i), "You may not see this session");
    if (rules_.size() + fresh.size() > most) return invalid("topics", "there are too many subscriptions");
    for (auto& rule : fresh) {
        // The same topic or pattern again replaces its sessions.
        std::erase_if(rules_, [&](Rule const& old) { return old.topic == rule.topic && old.pattern == rule.pattern; });
        if (rule.topic && rule.sessions.empty())
            open_.add(*rule.topic);
        else {
            if (rule.topic) open_.remove(*rule.topic);
            rules_.push_back(std::move(rule));
        }
    }
    return {};
}

Result<void> Subscriptions::remove(Subscribe const& wish) {
    TRY(auto gone, rules_of(wish));
    if (gone.empty()) {
        open_ = {};
        std::vector<Rule>{}.swap(rules_);
    }
    for (auto const& rule : gone) {
        if (rule.topic) open_.remove(*rule.topic);
        std::erase_if(rules_, [&](Rule const& old) { return old.topic == rule.topic && old.pattern == rule.pattern; });
    }
    return {};
}

bool Subscriptions::may_see(Broadcast const& broadcast) const {
    if (!allowed_.has(broadcast.topic) || (broadcast.user && *broadcast.user != user_)) return false;
    if (only_sessions_.empty()) return true;
    return broadcast.session && std::ranges::find(only_sessions_, *broadcast.session) != only_sessions_.end();
}

bool Subscriptions::wants(Broadcast const& broadcast) const {
    auto const wanted = open_.has(broadcast.topic) || std::ranges::any_of(rules_, [&](Rule const& rule) {
                            if (rule.topic ? *rule.topic != broadcast.topic : !fits(rule.pattern, broadcast.type)) return false;
                            if (rule.sessions.empty()) return true;
                            return broadcast.session && std::ranges::find(rule.sessions, *broadcast.session) != rule.sessions.end();
                        });
    return wanted && may_see(broadcast);
}

Subscribed Subscriptions::shown() const {
    auto topics = open_;
    Subscribed out;
    for (auto const& rule : rules_) {
        if (rule.topic)
            topics.add(*rule.topic);
        else
            out.events.push_back(rule.pattern);
    }
    out.topics = topics.list();
    return out;
}

}   // namespace waqtor::realtime
