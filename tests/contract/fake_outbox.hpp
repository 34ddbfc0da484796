#pragma once
#include "core/messages/outbox.hpp"
#include "core/messages/sender.hpp"
#include "storage/sql/transaction.hpp"

namespace waqtor::testing {

/// An outbox that keeps its messages in a table of the same database, so that what is rolled back is gone here too. Messages wait
/// until the test moves them.
class FakeOutbox final : public Outbox {
public:
    static constexpr auto kSchema =
        "CREATE TABLE fake_outbox (id TEXT PRIMARY KEY, session TEXT, contact TEXT, campaign TEXT, origin TEXT, text TEXT, state "
        "TEXT)";
    struct Row {
        MessageId id;
        SessionId session;
        ContactId contact;
        std::optional<CampaignId> campaign{};
        Origin origin{};
        std::string text;
        MessageState state{};
    };
    explicit FakeOutbox(Clock const& clock) : clock_{clock} {}
    void tell(MessageHook& hook) { hook_ = &hook; }

    Result<MessageId> accept(Transaction& tx, WorkspaceId, NewMessage const& message) override;
    Result<std::int64_t> cancel_for_contact(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                            std::string_view why) override;
    Result<std::int64_t> cancel_for_campaign(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                             std::string_view why) override;
    /// Moves a message and tells the hook, in one transaction, as the real one does.
    Result<void> move(Transaction& tx, WorkspaceId workspace, MessageId message, MessageState state, std::string reason = {});
    Result<std::vector<Row>> all(Transaction& tx);

    std::optional<Code> refuses{};   // every accept fails with this
    int breaks_after = -1;           // accepts until the database "breaks"

private:
    Result<std::int64_t> cancel(Transaction& tx, WorkspaceId workspace, std::string_view column, std::string const& id,
                                std::string_view why);
    Clock const& clock_;
    MessageHook* hook_ = nullptr;
};
BOOST_DESCRIBE_STRUCT(FakeOutbox::Row, (), (id, session, contact, campaign, origin, text, state))

/// Sessions that exist without being anything.
class FakeSessions final : public SessionDirectory {
public:
    std::vector<SessionId> known;
    Result<void> require(Transaction&, SessionRef session) override {
        if (std::ranges::find(known, session.session) != known.end()) return {};
        return fail(Code::not_found, "no such session");
    }
    Result<SessionId> standard(Transaction&, WorkspaceId, std::vector<SessionId> const& among) override {
        for (auto const& each : known)
            if (among.empty() || std::ranges::find(among, each) != among.end()) return each;
        return fail(Code::not_found, "no session");
    }
};

}   // namespace waqtor::testing
