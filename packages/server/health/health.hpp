#pragma once
#include "core/base/time.hpp"
#include "server/router/router.hpp"

#include <mutex>

namespace waqtor {

/// Whether the server can do its work, from named checks. Ask from any thread; add checks before serving.
class Readiness {
public:
    /// Succeeds, or says why not in words for an operator (no secrets, no SQL).
    using Check = std::function<Task<void>()>;

    /// A check that takes longer than `limit` counts as failed, and is not asked anew before it has ended.
    explicit Readiness(Clock const& clock, Milliseconds limit = std::chrono::seconds{2}) : clock_{clock}, limit_{limit} {}

    void add(std::string name, Check check) { checks_.push_back({std::move(name), std::move(check)}); }
    /// From now on the answer is no: a load balancer should send nobody here.
    void stop() { stopping_ = true; }
    /// What is wrong, empty when nothing is. Asked again at most once a second.
    asio::awaitable<std::vector<FieldProblem>> problems();
    std::vector<std::string> names() const;

private:
    struct Named {
        std::string name;
        Check check;
        std::shared_ptr<std::atomic<bool>> running = std::make_shared<std::atomic<bool>>(false);
    };
    Task<void> ask(Named const& one) const;

    Clock const& clock_;
    Milliseconds limit_;
    std::vector<Named> checks_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::optional<Timestamp> asked_;
    std::vector<FieldProblem> last_;
};

/// GET /health: the process answers. GET /ready: 200, or 503 with a detail for each check that fails. Open to everybody.
void declare_health_routes(Router& api, Readiness& readiness, Clock const& clock, std::string version);

}   // namespace waqtor
