// What a client asks for, and the answers.
#include "core/base/json.hpp"
#include "server/realtime/client.hpp"

#include <boost/asio/co_spawn.hpp>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kMonitored = 500;               // clients in a frame; /api/ws-monitor shows all
constexpr auto kForgiven = std::chrono::minutes{1};   // without a warning

/// The `id` of a frame that cannot be read otherwise, so that the error still finds who asked.
std::optional<std::string> id_of(json::value const& frame) {
    auto const* object = frame.if_object();
    auto const* id = object ? object->if_contains("id") : nullptr;
    if (!id || !id->is_string() || id->get_string().size() > 256) return std::nullopt;
    return std::string{id->get_string()};
}

Result<Ask> ask_of(json::value const& frame) {
    auto const* object = frame.if_object();
    if (!object) return invalid("body", "must be an object");
    auto const* type = object->if_contains("type");
    if (!type) return invalid("type", "is required");
    auto const ask = type->is_string() ? enum_from<Ask>(std::string_view{type->get_string()}) : std::nullopt;
    if (!ask) return invalid("type", "must be one of " + enum_names<Ask>());
    return *ask;
}
}   // namespace

void Client::say(std::string_view type, json::value const& data, std::optional<std::string> id) {
    auto const text =
        frame_text({.type = type, .data = json::serialize(data), .at = shard_.parts().clock.now(), .id = std::move(id)});
    push_frame(Opcode::text, text);
}

void Client::say_error(Error const& error, std::optional<std::string> id) {
    json::object data{{"code", row(error.code).name}, {"message", error.message}};
    if (!error.details.empty()) {
        data["field"] = error.details.front().field;
        json::array details;
        for (auto const& [field, problem] : error.details) details.push_back({{"field", field}, {"problem", problem}});
        data["details"] = std::move(details);
    }
    say("error", data, std::move(id));
}

/// Warns a client that sends too much, then ends its connection.
bool Client::within_rate() {
    auto const now = Steady::now();
    if (bucket_.take(now) && place_.take(now)) return true;
    auto& parts = shard_.parts();
    note(parts.counters.rate_limited, Incident::rate_limited, "too many messages");
    if (now - std::exchange(warned_, now) > kForgiven) warnings_ = 0;
    if (++warnings_ >= parts.settings.violations)
        close(CloseCode::policy, "rate limit exceeded");
    else
        say("rate_limit_warning", json::object{{"retryAfterMs", std::max<std::int64_t>(bucket_.wait(now).count(), 1)},
                                               {"warningsLeft", parts.settings.violations - warnings_}});
    return false;
}

void Client::on_text(std::string_view text) {
    auto& parts = shard_.parts();
    ++parts.counters.received;
    ++received_;
    if (!within_rate()) return;
    if (text.size() > parts.settings.message_bytes) {
        note(parts.counters.oversized, Incident::oversized, "a message of " + std::to_string(text.size()) + " bytes");
        return say_error(
            {.code = Code::too_large, .message = "A message may have " + std::to_string(parts.settings.message_bytes) + " bytes"},
            std::nullopt);
    }
    auto const frame = parse_json(text);
    if (!frame) return say_error(frame.error(), std::nullopt);
    run(*frame);
}

void Client::run(json::value const& frame) {
    auto const id = id_of(frame);
    auto const ask = ask_of(frame);
    if (!ask) return say_error(ask.error(), id);
    switch (*ask) {
        case Ask::subscribe: return subscribe(frame, true);
        case Ask::unsubscribe: return subscribe(frame, false);
        case Ask::ping: {
            auto const ping = read_json<PingFrame>(frame);
            if (!ping) return say_error(ping.error(), id);
            auto data = json::object{};
            if (ping->timestamp) data["timestamp"] = *ping->timestamp;
            return say("pong", data, ping->id);
        }
        case Ask::get_state: {
            auto const wish = read_json<GetState>(frame);
            if (!wish) return say_error(wish.error(), id);
            if (state_) return say_error({.code = Code::conflict, .message = "The state is being read already"}, id);
            state_ = std::make_unique<StateWish>(StateWish{.id = wish->id, .data = {}});
            return catch_up();
        }
        case Ask::resume: {
            auto const wish = read_json<Resume>(frame);
            if (!wish) return say_error(wish.error(), id);
            return resume(*wish);
        }
        case Ask::get_monitor: {
            auto wish = read_json<GetMonitor>(frame);
            if (!wish) return say_error(wish.error(), id);
            return monitor(*std::move(wish));
        }
    }
}

void Client::monitor(GetMonitor wish) {
    if (!caller_.scopes.has(Scope::metrics_read))
        return say_error({.code = Code::forbidden, .message = "You may not see the monitor"}, wish.id);
    if (std::exchange(monitoring_, true))
        return say_error({.code = Code::conflict, .message = "The monitor is being read already"}, wish.id);
    asio::co_spawn(shard_.executor(), answer_monitor(std::move(wish)), [self = shared_from_this()](std::exception_ptr thrown) {
        self->monitoring_ = false;
        if (self->gone_) return;
        if (thrown) self->close(CloseCode::internal, "the server failed");
        self->flush();
    });
}

asio::awaitable<void> Client::answer_monitor(GetMonitor wish) {
    auto found = co_await shard_.parts().monitor(caller_.workspace, wish.history.value_or(false));
    if (found.clients.size() > kMonitored) found.clients.resize(kMonitored);
    auto const text =
        frame_text({.type = "monitor", .data = json_text(found), .at = shard_.parts().clock.now(), .id = std::move(wish.id)});
    push_frame(Opcode::text, text);
}

void Client::subscribe(json::value const& frame, bool add) {
    auto const wish = read_json<Subscribe>(frame);
    if (!wish) return say_error(wish.error(), id_of(frame));
    auto const done = add ? subscriptions_.add(*wish, shard_.parts().settings.subscriptions) : subscriptions_.remove(*wish);
    if (!done) return say_error(done.error(), wish->id);
    auto shown = subscriptions_.shown();
    shown.seq = position_;
    say("ack", write_json(shown), wish->id);
    if (resume_) catch_up();   // it waited for this
}

/// From this event on. Best asked for before the first subscribe: then nothing comes twice.
void Client::resume(Resume const& wish) {
    resume_ = std::make_unique<ResumeWish>(ResumeWish{.after = wish.after});
    say("ack", json::object{{"after", wish.after}}, wish.id);
    live_ = false;
    position_ = wish.after;
    catch_up();
}

}   // namespace waqtor::realtime
