#pragma once
#include "core/messages/message_service.hpp"

#include <map>
#include <set>

namespace waqtor {

/// One working session's way out: reads what is due in small batches, asks the governor, hands it to the sender. Lives as long as
/// one call of MessageService::dispatch, on the session's executor.
class Dispatcher {
public:
    Dispatcher(MessageService& service, SessionRef session, std::stop_token stop, asio::any_io_executor executor);

    asio::awaitable<void> run();

private:
    static constexpr std::int64_t kBatch = 64;
    static constexpr std::size_t kAtOnce = 64;   // messages under way, each to another chat: their commits and questions are shared
    static constexpr std::size_t kFilesAtOnce = 16;
    static constexpr std::int64_t kMostTries = 5;
    static constexpr Milliseconds kPoll{1000};   // for what other processes accept

    struct Batch {
        std::vector<DueMessage> due;
        std::vector<Addressee> recipients;   // of each
        SessionPace pace;
        GovernorLimits limits;
        std::optional<Timestamp> next{};   // when something is due, if nothing is now
    };
    struct Postponed {
        MessageId message;
        Timestamp until{};
        std::string why;
        std::int64_t tries = 0;
    };
    /// What to do after a message or a batch.
    struct Next {
        std::optional<Timestamp> rest_until{};   // nothing may leave before
    };

    Task<void> begin();
    Task<Batch> look();
    Task<Next> work(Batch& batch);
    /// What WhatsApp said of a message's number.
    struct Checked {
        MessageId message;
        ChatId chat;
        NumberCheck check;
    };
    Task<void> check_numbers(Batch& batch);
    Task<std::set<MessageId>> keep_checks(std::vector<Checked> checked);
    using Wave = std::vector<DueMessage const*>;
    Task<Next> send(Wave wave);
    asio::awaitable<std::vector<Result<void>>> hand_over(Wave const& wave);
    Task<Next> settle(DueMessage const& message, Error error);
    Task<void> finish(MessageId message, MessageState how, std::string reason);
    Task<void> postpone(std::vector<Postponed> all);
    /// False: stop.
    asio::awaitable<bool> rest(std::optional<Timestamp> until, bool woken_by_news);
    bool news();
    Timestamp now() const { return service_.parts_.clock.now(); }

    MessageService& service_;
    SessionRef session_;
    std::stop_token stop_;
    EventBus::Subscription bell_;
    std::stop_callback<std::function<void()>> on_stop_;
    std::uint32_t heard_ = 0;   // the doorbell as it was when last looked
    bool look_again_ = false;   // what rang may not have been on disk yet
};

}   // namespace waqtor
