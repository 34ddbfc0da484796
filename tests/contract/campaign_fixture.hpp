#pragma once
#include "account_fixture.hpp"
#include "core/campaigns/campaign_hook.hpp"
#include "core/campaigns/campaign_pump.hpp"
#include "core/campaigns/campaign_service.hpp"
#include "core/contacts/contact_book.hpp"
#include "fake_outbox.hpp"
#include "storage/sql/campaign_store.hpp"
#include "storage/sql/contact_store.hpp"
#include "storage/sql/event_log.hpp"
#include "storage/sql/tag_store.hpp"

namespace waqtor::testing {

/// Campaigns on real contacts, with an outbox that the test moves.
class CampaignTest : public AccountTest {
protected:
    CampaignTest() {
        must(exec(FakeOutbox::kSchema));
        outbox.tell(hook);
        sessions.known = {SessionId::make(clock.now()), SessionId::make(clock.now())};
    }

    ContactId person(int number) {
        return must(write([&](Transaction& tx) {
            return book.identify(tx, workspace,
                                 {.phone = fmt::format("+1555{:07}", number), .name = fmt::format("Person {}", number)});
        }));
    }
    std::vector<ContactId> people(int count) {
        std::vector<ContactId> out;
        for (int i = 0; i < count; ++i) out.push_back(person(i));
        return out;
    }
    Campaign draft(std::vector<ContactId> const& to, std::string text = "Salam {{name|friend}}") {
        return must(wait(service.create(
            who, {.name = "Eid", .content = Content{.text = std::move(text)}, .audience = Audience{.contacts = to}})));
    }
    Campaign started(std::vector<ContactId> const& to) { return must(wait(service.start(who, draft(to).id))); }
    Campaign now(CampaignId id) { return must(wait(service.get(workspace, id))); }
    /// Lets the pump work until it has nothing more to do at once.
    void pump_all() {
        while (must(wait(pump.step()))) {
        }
    }
    std::vector<FakeOutbox::Row> messages() {
        return must(read([&](Transaction& tx) { return outbox.all(tx); }));
    }
    void move(MessageId id, MessageState state, std::string reason = {}) {
        must(write([&](Transaction& tx) { return outbox.move(tx, workspace, id, state, reason); }));
    }
    void move_all(MessageState state) {
        for (auto const& message : messages())
            if (message.state == MessageState::accepted) move(message.id, state);
    }
    void says(ContactId contact, std::string text) {
        auto const message = ReceivedMessage{.id = MessageId::make(clock.now()),
                                             .session = sessions.known[0],
                                             .contact = contact,
                                             .chat = "1555@s.whatsapp.net",
                                             .at = clock.now(),
                                             .content = {.text = std::move(text)}};
        must(write([&](Transaction& tx) { return hook.received(tx, workspace, message); }));
    }
    std::vector<Recipient> recipients(CampaignId id, std::optional<RecipientState> state = {}) {
        return must(wait(service.recipients(workspace, {.id = id, .limit = 1000, .status = state}))).items;
    }
    /// Every counter equals what the rows say.
    void expect_counters_true(CampaignId id);
    std::vector<std::string> events() {
        std::vector<std::string> out;
        for (auto const& event :
             must(read([&](Transaction& tx) { return log.read(tx, workspace, {.limit = 1000, .types = {"campaign.*"}}); })).events)
            out.push_back(event.type);
        return out;
    }

    sql::SqlEventLog log{clock};
    sql::SqlContactStore contact_rows;
    sql::SqlTagStore tag_rows;
    sql::SqlSegmentStore segment_rows;
    ContactBook book{{db(), contact_rows, tag_rows, segment_rows, log, clock}};
    sql::SqlCampaignStore store;
    FakeOutbox outbox{clock};
    FakeSessions sessions;
    EventBus bus;
    CampaignParts parts{db(), store, book, outbox, sessions, log, bus, clock};
    CampaignService service{parts};
    CampaignHook hook{parts};
    CampaignPump pump{parts, {.listed = 10, .fed = 4, .in_outbox = 12, .progress_every = Milliseconds{0}}};
    Caller who{.workspace = workspace, .user = UserId::make(clock.now()), .role = Role::owner, .scopes = scopes_of(Role::owner)};
};

inline void CampaignTest::expect_counters_true(CampaignId id) {
    auto const counts = must(read([&](Transaction& tx) { return store.counts(tx, workspace, id); }));
    auto count = [&](std::string const& condition) {
        return must(all<std::int64_t>("SELECT count(*) FROM campaign_recipient WHERE campaign = $1 AND " + condition, id)).front();
    };
    EXPECT_EQ(counts.pending, count("state = 'pending'"));
    EXPECT_EQ(counts.accepted, count("state = 'accepted'"));
    EXPECT_EQ(counts.sent, count("state = 'sent'"));
    EXPECT_EQ(counts.delivered, count("state = 'delivered'"));
    EXPECT_EQ(counts.read, count("state = 'read'"));
    EXPECT_EQ(counts.failed, count("state = 'failed'"));
    EXPECT_EQ(counts.cancelled, count("state = 'cancelled'"));
    EXPECT_EQ(counts.skipped, count("state = 'skipped'"));
    EXPECT_EQ(counts.replied, count("replied_at IS NOT NULL"));
    EXPECT_EQ(counts.opted_out, count("opted_out_at IS NOT NULL"));
}

}   // namespace waqtor::testing
