#include "demo_job.hpp"

#include "core/trust/token.hpp"
#include "demo_shop.hpp"
#include "local_caller.hpp"

#include <fstream>
#include <set>
#include <thread>

namespace waqtor::demo {
namespace {
constexpr auto kLook = std::chrono::milliseconds{20};
constexpr auto kMost = std::chrono::minutes{10};   // for one step; a list of 100,000 people takes some
constexpr auto kQuiet = std::chrono::milliseconds{1500};

double rss_mib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::round(std::stod(line.substr(6)) / 102.4) / 10;
    return 0;
}
}   // namespace

Result<void> Job::until(std::string_view what, std::function<Result<bool>()> done) {
    auto const end = std::chrono::steady_clock::now() + kMost;
    for (;;) {
        TRY(auto const is_done, done());
        if (is_done) return {};
        if (std::chrono::steady_clock::now() > end)
            return fail(Code::unavailable, fmt::format("Waited {} minutes until {}", kMost.count(), what));
        std::this_thread::sleep_for(kLook);
    }
}

Result<std::string> Job::open_shop() {
    auto const password = make_token("");
    TRY_OK(run_here(house_.features.accounts.create_owner(std::string{kOwnerEmail}, Secret{password}, "Shop owner", "Demo shop")));
    TRY(owner_, local_caller(house_, ""));
    return password;
}

Result<void> Job::link() {
    auto& sessions = house_.features.sessions;
    sandbox_.add_phone(std::string{kShopNumber}, "Demo shop");
    TRY(auto const made, run_here(sessions.create(owner_, {.client_id = "shop", .name = "Demo shop"})));
    session_ = made.id;
    auto const which = session_.text();
    TRY_OK(until("the session shows a QR code", [&]() -> Result<bool> {
        TRY(auto const now, run_here(sessions.get(owner_, which)));
        if (now.state == SessionState::FAILED) return fail(Code::unavailable, "The session failed: " + now.why.value_or(""));
        return now.has_qr;
    }));
    TRY(auto const code, run_here(sessions.qr(owner_, which)));
    TRY_OK(sandbox_.scan(std::string{kShopNumber}, code.qr));
    return until("the number is linked", [&]() -> Result<bool> {
        TRY(auto const now, run_here(sessions.get(owner_, which)));
        if (now.state == SessionState::FAILED) return fail(Code::unavailable, "The session failed: " + now.why.value_or(""));
        return now.state == SessionState::WORKING;
    });
}

/// Nothing new happens for a while, and nothing waits.
Result<void> Job::quiet() {
    auto last = std::int64_t{-1};
    auto since = std::chrono::steady_clock::now();
    return until("all messages have arrived", [&]() -> Result<bool> {
        TRY(auto const seq,
            run_here(house_.db->read([&](Transaction& tx) { return house_.features.log.last(tx, owner_.workspace); })));
        auto const now = std::chrono::steady_clock::now();
        if (std::exchange(last, seq) != seq) since = now;
        if (now - since < kQuiet) return false;
        TRY(auto const waiting, run_here(house_.db->read([&](Transaction& tx) {
                return house_.features.message_rows.next_due(tx, {owner_.workspace, session_});
            })));
        return !waiting.has_value();
    });
}

Result<std::vector<MessageRow>> Job::messages(bool outgoing) {
    std::vector<MessageRow> out;
    for (std::int64_t offset = 0;; offset += 1000) {
        TRY(auto page, run_here(house_.db->read([&](Transaction& tx) {
                return house_.features.message_rows.list(tx, owner_.workspace, {.outgoing = outgoing}, {1000, offset});
            })));
        if (page.items.empty()) return out;
        std::ranges::move(page.items, std::back_inserter(out));
    }
}

Result<void> Job::reconcile(DemoReport& report) {
    std::vector<sandbox::Expected> expected;
    TRY(auto const sent, messages(true));
    for (auto const& message : sent) {
        if (message.state < MessageState::sent || message.state > MessageState::played || !message.contact) continue;
        TRY(auto const person, run_here(house_.db->read([&](Transaction& tx) {
                return house_.features.contact_book.find(tx, owner_.workspace, *message.contact);
            })));
        expected.push_back({message.whatsapp_id, person.who.phone.value_or("")});
    }
    auto const tally = sandbox_.tally(std::move(expected));

    // What phones wrote to the shop, against what was stored.
    auto const own = sandbox_.linked_devices(std::string{kShopNumber});
    std::set<std::string> written;
    for (auto const& entry : sandbox_.ledger())
        if (entry.way == sandbox::Way::to_device && entry.tag == "message" && own &&
            std::ranges::find(*own, entry.device) != own->end() && !entry.peer.starts_with(kShopNumber.substr(1)))
            written.insert(entry.id);
    TRY(auto const received, messages(false));
    std::multiset<std::string> stored;
    for (auto const& message : received) stored.insert(message.whatsapp_id);
    std::int64_t lost = 0;
    std::int64_t twice = 0;
    for (auto const& id : written) {
        lost += stored.contains(id) ? 0 : 1;
        twice += stored.count(id) > 1 ? 1 : 0;
    }
    report.replies = static_cast<std::int64_t>(received.size());
    report.ledger = {static_cast<std::int64_t>(tally.missing) + lost, static_cast<std::int64_t>(tally.duplicate) + twice,
                     static_cast<std::int64_t>(tally.unknown)};
    return {};
}

Result<DemoReport> Job::report() {
    DemoReport out;
    out.contacts = contacts_;
    TRY_OK(count(out));
    TRY_OK(reconcile(out));
    TRY(out.events, run_here(house_.db->read([&](Transaction& tx) { return house_.features.log.last(tx, owner_.workspace); })));
    out.seconds = std::round(std::chrono::duration<double>{std::chrono::steady_clock::now() - started_}.count() * 10) / 10;
    out.rss_mi_b = rss_mib();
    return out;
}

}   // namespace waqtor::demo
