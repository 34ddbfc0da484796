#include "whatsapp/client/sessions.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/signal/ratchet.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace waqtor::whatsapp {

namespace {
constexpr std::size_t kMostStarted = 64;   // devices whose keys are asked for together
}   // namespace

Sessions::Sessions(Context& context)
    : context_{context},
      cipher_{context.account.identity, context.vault},
      starts_{context.executor, kMostStarted, [this](std::vector<Jid> devices) { return start_missing(std::move(devices)); }} {}

/// Starts several at once.
class Sessions::Start final : public Vault::Job {
public:
    Start(signal::Cipher& cipher, std::vector<Found> found, std::optional<crypto::Signatures> checked = {})
        : cipher_{cipher}, found_{std::move(found)}, checked_{std::move(checked)} {}

    Task<void> prepare(Draft& draft) override {
        for (auto const& [device, fetched] : found_) {
            auto started = co_await cipher_.start(device, fetched.bundle, checked_ ? &*checked_ : nullptr);
            // A wrong signature is that device's own matter; a store that cannot be read is everybody's.
            if (!started && refusal_of(started.error())) continue;
            if (!started) co_return std::unexpected(std::move(started).error());
            draft.changes.merge(std::move(started->changes));
            ++done;
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);   // others of this thread have their turn
        }
        co_return Result<void>{};
    }

    std::size_t done = 0;

private:
    signal::Cipher& cipher_;
    std::vector<Found> found_;
    std::optional<crypto::Signatures> checked_;
};

/// A companion's keys must be vouched for by its account, whose own key is that of device 0 when we know it.
Task<bool> Sessions::trusted(Found const& one, std::vector<Found> const& all, crypto::Signatures* together) {
    if (one.device.device == 0) co_return true;
    if (one.bundle.signed_identity.empty()) co_return false;
    auto const phone = one.device.without_device();
    std::optional<crypto::PublicKey> account_key;
    if (auto const found = std::ranges::find(all, phone, &Found::device); found != all.end()) {
        account_key = found->bundle.bundle.identity;
    } else {
        CO_TRY(account_key, co_await context_.vault.identity(phone));
    }
    co_return pairing::verify_device(one.bundle.signed_identity, one.bundle.bundle.identity, account_key, together).has_value();
}

Task<void> Sessions::start(std::vector<Jid> devices) {
    auto const line = context_.line;
    if (!line) co_return fail(Code::unavailable, "The session is not connected to WhatsApp");
    auto wanted = Node{"key"};
    for (auto const& device : devices) wanted.add(Node{"user", {{"jid", device}}});
    CO_TRY(auto const answer, co_await line->ask(Node{"iq", {{"type", "get"}, {"xmlns", "encrypt"}}, std::move(wanted)}));
    std::vector<Found> found;
    if (auto const* list = answer.child("list"))
        for (auto const& user : list->children()) {
            auto const jid = user.jid("jid");
            auto bundle = read_bundle(user);
            if (jid && bundle && std::ranges::find(devices, *jid) != devices.end()) found.push_back({*jid, *std::move(bundle)});
        }
    crypto::Signatures signatures;
    for (auto const& one : found) {
        CO_TRY_OK(co_await trusted(one, found, &signatures));
        (void)signal::is_signed(one.bundle.bundle, &signatures);
    }
    signatures.run();
    std::vector<Found> good;
    for (auto const& one : found) {
        CO_TRY(auto const trust, co_await trusted(one, found, &signatures));
        if (trust) good.push_back(one);
    }
    if (good.empty()) co_return Result<void>{};
    co_return co_await context_.vault.run(std::make_shared<Start>(cipher_, std::move(good), std::move(signatures)));
}

Task<std::vector<Jid>> Sessions::without_session(std::vector<Jid> devices) {
    CO_TRY(auto const records, co_await context_.vault.sessions(devices));
    std::vector<Jid> out;
    for (std::size_t i = 0; i < devices.size(); ++i)
        if (records[i].empty()) out.push_back(devices[i]);
    co_return out;
}

Task<void> Sessions::ensure(std::vector<Jid> devices) {
    CO_TRY(auto missing, co_await without_session(std::move(devices)));
    if (missing.empty()) co_return Result<void>{};
    CO_TRY_OK(co_await starts_.ask(std::move(missing)));
    co_return Result<void>{};
}

/// Somebody else may have asked for one of them just before.
Task<Sessions::Done> Sessions::start_missing(std::vector<Jid> devices) {
    std::ranges::sort(devices);
    auto const twice = std::ranges::unique(devices);
    devices.erase(twice.begin(), twice.end());
    CO_TRY(auto missing, co_await without_session(std::move(devices)));
    if (!missing.empty()) CO_TRY_OK(co_await start(std::move(missing)));
    co_return Done{};
}

Task<void> Sessions::start(Jid device, FetchedBundle bundle) {
    std::vector<Found> one;
    one.push_back({device, std::move(bundle)});
    CO_TRY(auto const trust, co_await trusted(one.front(), one));
    if (!trust) co_return refuse(Refusal::adv_account_signature, "a device's keys are not signed by its account");
    auto const job = std::make_shared<Start>(cipher_, std::move(one));
    CO_TRY_OK(co_await context_.vault.run(job));
    if (job->done == 0) co_return refuse(Refusal::prekey_signature, "a device's prekey is not signed by it");
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
