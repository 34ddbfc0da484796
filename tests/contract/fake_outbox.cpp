#include "fake_outbox.hpp"

namespace waqtor::testing {

Result<MessageId> FakeOutbox::accept(Transaction& tx, WorkspaceId, NewMessage const& message) {
    if (refuses) return fail(*refuses, "refused");
    if (breaks_after == 0) return fail(Code::unavailable, "the database broke");
    if (breaks_after > 0) --breaks_after;
    auto const id = MessageId::make(clock_.now());
    TRY_OK(sql::of(tx).exec(
        "INSERT INTO fake_outbox (id, session, contact, campaign, origin, text, state) VALUES ($1, $2, $3, $4, $5, $6, 'accepted')",
        id, message.session, message.contact, message.campaign, message.origin, message.content.text.value_or("")));
    return id;
}

Result<std::vector<FakeOutbox::Row>> FakeOutbox::all(Transaction& tx) {
    return sql::of(tx).all<Row>("SELECT id, session, contact, campaign, origin, text, state FROM fake_outbox ORDER BY id");
}

Result<void> FakeOutbox::move(Transaction& tx, WorkspaceId workspace, MessageId message, MessageState state, std::string reason) {
    TRY(auto const row,
        sql::of(tx).one<Row>("SELECT id, session, contact, campaign, origin, text, state FROM fake_outbox WHERE id = $1", message));
    TRY_OK(sql::of(tx).exec("UPDATE fake_outbox SET state = $2 WHERE id = $1", message, state));
    if (!hook_) return {};
    return hook_->progressed(tx, workspace,
                             {row.id, row.session, row.contact, row.campaign, state, std::move(reason), clock_.now()});
}

Result<std::int64_t> FakeOutbox::cancel(Transaction& tx, WorkspaceId workspace, std::string_view column, std::string const& id,
                                        std::string_view why) {
    TRY(auto const ids,
        sql::of(tx).all<MessageId>(fmt::format("SELECT id FROM fake_outbox WHERE state = 'accepted' AND {} = $1", column), id));
    for (auto const& each : ids) TRY_OK(move(tx, workspace, each, MessageState::cancelled, std::string{why}));
    return std::ssize(ids);
}

Result<std::int64_t> FakeOutbox::cancel_for_contact(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                    std::string_view why) {
    return cancel(tx, workspace, "contact", contact.text(), why);
}

Result<std::int64_t> FakeOutbox::cancel_for_campaign(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                     std::string_view why) {
    return cancel(tx, workspace, "campaign", campaign.text(), why);
}

}   // namespace waqtor::testing
