#pragma once
#include "core/base/result.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace waqtor::whatsapp {

/// Questions of one kind that are asked at the same time share one: the first few go at once, those that come while they are under
/// way go together after them. On the strand. Outlives whoever asks.
template <class Item, class Answer> class Together {
public:
    using Ask = std::function<Task<Answer>(std::vector<Item>)>;
    /// The answer to everything that was asked together; one's own items begin at `from` among them.
    struct Share {
        std::shared_ptr<Answer const> answer{};
        std::size_t from = 0;
    };

    /// At most `most` items go together, unless one asks for more; `at_once` questions may be under way.
    Together(asio::any_io_executor executor, std::size_t most, Ask ask, std::size_t at_once = 1)
        : executor_{std::move(executor)}, most_{most}, ask_{std::move(ask)}, at_once_{at_once} {}

    Task<Share> ask(std::vector<Item> items) {
        auto const mine =
            std::make_shared<Waiting>(std::move(items), asio::steady_timer{executor_, asio::steady_timer::time_point::max()});
        waiting_.push_back(mine);
        if (working_ < at_once_) {
            ++working_;
            asio::co_spawn(executor_, work(), asio::detached);   // ends with the last answer, for which somebody waits
        }
        while (!mine->outcome) co_await mine->answered.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return *std::move(mine->outcome);
    }

private:
    struct Waiting {
        std::vector<Item> items;
        asio::steady_timer answered;
        std::optional<Result<Share>> outcome{};
    };
    using Group = std::vector<std::shared_ptr<Waiting>>;

    asio::any_io_executor executor_;
    std::size_t most_;
    Ask ask_;
    std::deque<std::shared_ptr<Waiting>> waiting_;
    std::size_t at_once_;
    std::size_t working_ = 0;

    asio::awaitable<void> work() {
        while (!waiting_.empty()) co_await answer(next());
        waiting_.shrink_to_fit();
        --working_;
    }

    Group next() {
        Group out;
        for (std::size_t size = 0; !waiting_.empty(); waiting_.pop_front()) {
            size += waiting_.front()->items.size();
            if (!out.empty() && size > most_) break;
            out.push_back(std::move(waiting_.front()));
        }
        return out;
    }

    asio::awaitable<void> answer(Group group) {
        std::vector<Item> items;
        for (auto const& one : group) items.insert(items.end(), one->items.begin(), one->items.end());
        auto outcome = co_await asked(std::move(items));
        if (!outcome && group.size() > 1 && !row(outcome.error().code).retryable) {
            // One of them may have spoilt it for all: each for itself.
            for (auto const& one : group) co_await answer({one});
            co_return;
        }
        auto share = Result<Share>{};
        if (outcome)
            share->answer = std::make_shared<Answer const>(*std::move(outcome));
        else
            share = std::unexpected(std::move(outcome).error());
        for (auto const& one : group) {
            one->outcome = share;
            if (share) share->from += one->items.size();
            one->answered.cancel();
        }
    }

    Task<Answer> asked(std::vector<Item> items) {
        try {
            co_return co_await ask_(std::move(items));
        } catch (std::exception const& thrown) {
            co_return fail_with_cause(Code::internal, "The operation failed", thrown.what());
        }
    }
};

}   // namespace waqtor::whatsapp
