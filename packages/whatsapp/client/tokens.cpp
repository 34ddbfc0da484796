#include "whatsapp/client/tokens.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kMostTogether = 100;
constexpr auto kGather = std::chrono::seconds{1};

std::int64_t week(Timestamp at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch() / messaging::kTokenBucket;
}

}   // namespace

bool Tokens::wrote_to(Jid const& person) {
    if (!person.is_person() || context_.account.is_me(person)) return false;
    auto const now = week(context_.clock.now());
    if (known_.size() >= kMostKnown) known_.clear();
    auto& known = known_[bare(person)];
    if (known == now) return false;
    known = now;
    due_.insert(bare(person));
    return !busy_;
}

asio::awaitable<void> Tokens::work(std::shared_ptr<Line> line) {
    if (busy_) co_return;
    busy_ = true;
    while (!due_.empty() && !line->closed()) {
        using namespace asio::experimental::awaitable_operators;
        asio::steady_timer timer{context_.executor, kGather};
        co_await (timer.async_wait(asio::as_tuple(asio::use_awaitable)) || line->ended());
        if (line->closed()) break;
        std::vector<Jid> people;
        while (!due_.empty() && people.size() < kMostTogether) people.push_back(due_.extract(due_.begin()).value());
        if (co_await give(line, people)) continue;
        for (auto const& one : people) known_.erase(one);   // with the next message to them
    }
    busy_ = false;
}

Task<void> Tokens::give(std::shared_ptr<Line> line, std::vector<Jid> people) {
    auto const now = context_.clock.now();
    std::vector<Jid> due;
    for (auto const& one : people) {
        CO_TRY(auto const issued, co_await directory_.token_issued(one));
        if (messaging::token_is_due(issued, now)) due.push_back(one);
    }
    if (due.empty()) co_return Result<void>{};
    CO_TRY_OK(co_await line->ask(messaging::issue_tokens(due, now)));
    Draft draft;
    for (auto const& one : due) CO_TRY_OK(co_await directory_.note_token_issued(draft, one, now));
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

}   // namespace waqtor::whatsapp
