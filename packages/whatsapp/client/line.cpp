#include "whatsapp/client/line.hpp"

#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/secret.hpp"

#include <charconv>

namespace waqtor::whatsapp {

namespace {

constexpr std::string_view kAnswered = "answered ";
constexpr std::size_t kMostAtOnce = 64;   // stanzas in one WebSocket message

Code code_for(unsigned number) {
    switch (number) {
        case 401:
        case 403: return Code::forbidden;
        case 404: return Code::not_found;
        case 409: return Code::conflict;
        case 429: return Code::rate_limited;
        default: return number >= 500 ? Code::unavailable : Code::invalid;
    }
}

std::unexpected<Error> refused(Node const& answer) {
    auto const* error = answer.child("error");
    auto const number = error ? static_cast<unsigned>(error->number("code").value_or(0)) : 0U;
    return fail_with_cause(code_for(number), "WhatsApp refused the request",
                           std::string{kAnswered} + std::to_string(number) + " " + (error ? error->string("text") : ""));
}

}   // namespace

std::optional<unsigned> answered_code(Error const& error) {
    if (!error.cause.starts_with(kAnswered)) return std::nullopt;
    unsigned number = 0;
    auto const* const end = error.cause.data() + error.cause.size();
    if (std::from_chars(error.cause.data() + kAnswered.size(), end, number).ec != std::errc{}) return std::nullopt;
    return number;
}

Line::Line(asio::any_io_executor executor, std::unique_ptr<transport::Channel> channel, Clock const& clock)
    : executor_{std::move(executor)},
      channel_{std::move(channel)},
      clock_{clock},
      to_write_{executor_},
      written_{executor_},
      closing_{executor_},
      ended_{executor_},
      prefix_{crypto::to_hex(crypto::random_array<3>()) + "."} {}

void Line::send(Node const& node) { send_encoded(encode(node)); }

void Line::send_encoded(Bytes stanza) {
    if (closed_) return;
    queued_ += stanza.size();
    queue_.push_back(std::move(stanza));
    to_write_.ring();
}

asio::awaitable<void> Line::room() {
    while (!closed_ && queued_ >= kMostQueued) co_await written_.wait();
}

asio::awaitable<void> Line::flushed() {
    while (!closed_ && (writing_ || !queue_.empty())) co_await written_.wait();
}

asio::awaitable<void> Line::wait_closed(std::chrono::milliseconds most) {
    closing_.expires_after(most);
    co_await closing_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> Line::ended() {
    while (!closed_) co_await ended_.wait();
}

asio::awaitable<void> Line::write() {
    while (!closed_) {
        if (queue_.empty()) {
            queue_.shrink_to_fit();
            co_await to_write_.wait();
            continue;
        }
        std::vector<Bytes> now;
        while (!queue_.empty() && now.size() < kMostAtOnce) {
            queued_ -= queue_.front().size();
            now.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        writing_ = true;
        auto const sent = co_await channel_->send(std::move(now));
        writing_ = false;
        if (!sent) close(sent.error());
        written_.ring();
    }
}

Task<Node> Line::ask(Node iq, std::chrono::milliseconds deadline) {
    if (closed_) co_return fail_with_cause(Code::unavailable, "There is no connection to WhatsApp", why().message);
    auto const id = next_id();
    auto const question = std::make_shared<Question>(executor_);
    questions_.emplace(id, question);
    iq.set("id", id);
    if (!iq.has("to")) iq.set("to", server_jid());
    send(iq);
    question->timer.expires_after(deadline);
    co_await question->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    questions_.erase(id);
    if (question->answer) {
        if (question->answer->attr("type") == "error") co_return refused(*question->answer);
        co_return std::move(*question->answer);
    }
    if (closed_) co_return fail_with_cause(Code::unavailable, "The connection to WhatsApp was lost", why().message);
    co_return fail(Code::timeout, "WhatsApp did not answer in time");
}

bool Line::answers(Node& node) {
    if (!node.is("iq")) return false;
    auto const type = node.attr("type");
    if (type != "result" && type != "error") return false;
    if (auto const found = questions_.find(node.attr("id")); found != questions_.end()) {
        found->second->answer = std::move(node);
        found->second->timer.cancel();
    }
    return true;   // or too late: nobody waits any more
}

Task<Node> Line::receive() {
    for (;;) {
        if (closed_) co_return std::unexpected(*closed_);
        auto node = co_await channel_->receive();
        if (closed_) co_return std::unexpected(*closed_);
        if (!node) co_return node;
        last_frame_ = clock_.now();
        if (!answers(*node)) co_return node;
    }
}

void Line::close(Error why) {
    if (closed_) return;
    closed_ = std::move(why);
    channel_->abort();
    queue_.clear();
    queued_ = 0;
    for (auto& [_, question] : questions_) question->timer.cancel();
    to_write_.ring();
    written_.ring();
    closing_.cancel();
    ended_.ring();
}

}   // namespace waqtor::whatsapp
