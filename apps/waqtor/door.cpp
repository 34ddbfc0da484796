#include "door.hpp"

#include "local_caller.hpp"
#include "residents.hpp"
#include "server/outbound/api_client.hpp"
#include "server/router/router.hpp"

#include <unistd.h>

#include <iostream>

namespace waqtor {
namespace {

/// The error of an answer, as if it had happened here.
Error error_of(std::string const& text, unsigned status) {
    Error out{.code = Code::internal, .message = fmt::format("The server answered with status {}", status)};
    auto const parsed = parse_json(text);
    auto const* error = parsed && parsed->is_object() ? parsed->as_object().if_contains("error") : nullptr;
    if (error == nullptr || !error->is_object()) return out;
    auto const& shown = error->as_object();
    auto const text_of = [](json::object const& from, std::string_view name) {
        auto const* found = from.if_contains(name);
        return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
    };
    auto const code = text_of(shown, "code");
    for (auto const& one : kErrors)
        if (one.name == code) out.code = one.code;
    out.message = text_of(shown, "message");
    if (auto const* details = shown.if_contains("details"); details != nullptr && details->is_array())
        for (auto const& detail : details->as_array())
            if (detail.is_object())
                out.details.push_back({text_of(detail.as_object(), "field"), text_of(detail.as_object(), "problem")});
    return out;
}

Result<std::string> body_of(ApiAnswer answer) {
    if (answer.status < 400) return std::move(answer.body);
    return std::unexpected(error_of(answer.body, answer.status));
}

class FarDoor final : public Door {
public:
    explicit FarDoor(ApiClient client) : client_{std::move(client)} {}
    Result<std::string> ask(std::string_view method, std::string const& target, std::string body,
                            std::string const& content_type) override {
        TRY(auto answer,
            run_here(client_.ask({.method = method, .target = target, .body = std::move(body), .content_type = content_type})));
        return body_of(std::move(answer));
    }

private:
    ApiClient client_;
};

/// Whoever has the data folder may do everything in it.
class OwnerOnly final : public Authenticator {
public:
    explicit OwnerOnly(Caller who) : who_{std::move(who)} { who_.proof = Proof::bearer; }
    Task<Caller> authenticate(Credentials) override { co_return who_; }

private:
    Caller who_;
};

class NearDoor final : public Door {
public:
    NearDoor(std::unique_ptr<House> house, Caller who, std::optional<FolderLock> lock)
        : house_{std::move(house)}, lock_{std::move(lock)}, owner_{std::move(who)}, api_{RouterOptions{.authenticator = &owner_}} {
        declare_api(api_, house_->features);
        if (!lock_) return;
        auto& features = house_->features;
        jobs_.emplace(house_->pool);
        jobs_->start(features.contact_imports.run(features.ending.get_token()), [&features] { features.ending.request_stop(); });
    }
    ~NearDoor() override { jobs_.reset(); }

    Result<std::string> ask(std::string_view method, std::string const& target, std::string body,
                            std::string const& content_type) override {
        auto const mark = std::min(target.find('?'), target.size());
        auto const path = target.substr(0, mark);
        auto const query = target.substr(std::min(mark + 1, target.size()));
        Request request{.method = method_from(method),
                        .method_text = method,
                        .path = path,
                        .query = query,
                        .host = "localhost",
                        .body = body,
                        .headers = {},
                        .address = "127.0.0.1",
                        .request_id = "command"};
        if (!body.empty()) request.headers.push_back({"content-type", content_type});
        auto answer = run_here(api_.handle(request));
        return body_of({answer.status, std::string{answer.bytes()}});
    }

private:
    std::unique_ptr<House> house_;
    std::optional<FolderLock> lock_;
    OwnerOnly owner_;
    Router api_;
    std::optional<Residents> jobs_;
};
}   // namespace

void DoorWish::add_flags(CLI::App& command) {
    command.add_option("--server", server, "Address of a server, http://127.0.0.1:8080; the data folder here by default");
    command.add_option("--api-key", key, "A key of that server (also WAQTOR_REMOTE_KEY)")->envname("WAQTOR_REMOTE_KEY");
    command.add_option("--workspace", workspace, "Id or name, when there are several in the data folder");
}

Result<std::unique_ptr<Door>> Door::open(Settings const& settings, DoorWish const& wish) {
    if (!wish.server.empty()) {
        TRY(auto client, ApiClient::to(wish.server, wish.key));
        return std::make_unique<FarDoor>(std::move(client));
    }
    TRY_OK(House::find(settings));   // the lock would make the folder
    std::optional<FolderLock> lock;
    if (wish.carries_out) {
        auto taken = FolderLock::take(settings.data());
        if (taken)
            lock.emplace(*std::move(taken));
        else if (taken.error().code != Code::conflict)
            return std::unexpected(taken.error());
    }
    TRY(auto house, House::open(settings, Opening::find));
    TRY(auto who, local_caller(*house, wish.workspace));
    return std::make_unique<NearDoor>(std::move(house), std::move(who), std::move(lock));
}

Result<json::value> Door::call(std::string_view method, std::string const& target, json::value const& body) {
    TRY(auto const text, ask(method, target, body.is_null() ? std::string{} : json::serialize(body)));
    TRY(auto answer, parse_json(text));
    auto* data = answer.is_object() ? answer.as_object().if_contains("data") : nullptr;
    return data != nullptr ? std::move(*data) : std::move(answer);
}

std::string query_text(std::string_view text) {
    std::string out;
    for (auto c : text) {
        auto const plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view{"-._~*"}.contains(c);
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string progress_line(std::int64_t done, std::int64_t total, std::string_view what) {
    constexpr std::int64_t kWidth = 30;
    auto const part = total > 0 ? std::clamp<std::int64_t>(done, 0, total) : 0;
    auto const filled = static_cast<std::size_t>(total > 0 ? kWidth * part / total : 0);
    return fmt::format("[{}{}] {:3} %  {} of {} {}", std::string(filled, '#'), std::string(kWidth - filled, ' '),
                       total > 0 ? 100 * part / total : 0, done, total, what);
}

Progress::Progress(Output const& output) : shows_{!output.json && ::isatty(STDERR_FILENO) == 1} {}

void Progress::show(std::int64_t done, std::int64_t total, std::string_view what) {
    if (!shows_) return;
    std::cerr << "\r\x1b[K" << progress_line(done, total, what) << std::flush;
    dirty_ = true;
}

void Progress::clear() {
    if (std::exchange(dirty_, false)) std::cerr << "\r\x1b[K" << std::flush;
}

}   // namespace waqtor
