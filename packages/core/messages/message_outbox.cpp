#include "core/messages/content_rules.hpp"
#include "core/messages/message_events.hpp"
#include "core/messages/message_service.hpp"

#include <fmt/format.h>
#include <sodium.h>

// Accepting and cancelling.

namespace waqtor {
namespace {
constexpr std::int64_t kMostCancelled = 1000;   // in one transaction

/// An id as WhatsApp's own companions make them.
std::string new_whatsapp_id() {
    std::array<std::uint8_t, 9> random{};
    randombytes_buf(random.data(), random.size());
    std::string out = "3EB0";
    for (auto byte : random) out += fmt::format("{:02X}", byte);
    return out;
}

Result<std::string> address_of(Person const& who) {
    if (who.phone && who.phone->size() > 1) return who.phone->substr(1) + "@s.whatsapp.net";
    if (who.lid && !who.lid->empty()) return *who.lid + "@lid";
    return fail(Code::invalid, "Nothing is known of this contact that WhatsApp can send to: it has no phone number");
}
}   // namespace

MessageId MessageService::next_id(Timestamp now) {
    auto const wanted = static_cast<std::uint64_t>(now.time_since_epoch().count()) << 12;
    auto last = last_id_.load();
    std::uint64_t next = 0;
    do next = std::max(wanted, last + 1);
    while (!last_id_.compare_exchange_weak(last, next));
    auto id = MessageId::make(Timestamp{Milliseconds{static_cast<std::int64_t>(next >> 12)}});
    id.uuid.bytes[6] = static_cast<std::uint8_t>(0x70 | ((next >> 8) & 0x0f));
    id.uuid.bytes[7] = static_cast<std::uint8_t>(next & 0xff);
    return id;
}

Result<MessageRow> MessageService::accept_row(Transaction& tx, WorkspaceId workspace, NewMessage const& message) {
    if (!sessions_) return fail(Code::unavailable, "Sessions are not ready yet");
    TRY_OK(sessions_->require(tx, {workspace, message.session}));
    std::optional<ContactCardRow> to;
    if (!message.address) {
        TRY(to, parts_.contacts.find(tx, workspace, message.contact));
    }
    return accept_known(tx, workspace, message, to ? &*to : nullptr, MessageId::make(parts_.clock.now()));
}

Result<MessageRow> MessageService::accept_known(Transaction& tx, WorkspaceId workspace, NewMessage const& message,
                                                ContactCardRow const* to, MessageId id) {
    TRY_OK(check_content(message.content));
    auto const now = parts_.clock.now();
    ChatRow wish{.id = ChatId::make(now), .workspace = workspace, .session = message.session, .last_at = now};
    if (message.address) {
        if (!message.address->ends_with("@g.us")) return invalid("address", "must be a group's: …@g.us");
        wish.peer = wish.address = *message.address;
        wish.is_group = true;
    } else {
        if (to->blocked) return fail(Code::forbidden, "This contact is blocked");
        if (to->opted_out && message.origin == Origin::campaign) return fail(Code::forbidden, "This contact has opted out");
        TRY(wish.address, address_of(to->who));
        wish.peer = to->id.text();
        wish.contact = to->id;
    }
    TRY(auto const chat, parts_.messages.open_chat(tx, wish));
    MessageRow row{
        .id = id,
        .workspace = workspace,
        .session = message.session,
        .chat = chat.id,
        .contact = chat.contact,
        .outgoing = true,
        .whatsapp_id = new_whatsapp_id(),
        .type = message.content.type,
        .content = content_text(message.content),
        .folded = searchable(message.content),
        .target = message.content.target ? std::optional{message.content.target->id} : std::nullopt,
        .origin = message.origin,
        .campaign = message.campaign,
        .lane = message.origin == Origin::campaign ? 1 : 0,
        .state = MessageState::accepted,
        .reason = {},
        .created_at = now,
        .due_at = std::max(now, message.not_before.value_or(now)),
        .wait = message.not_before && *message.not_before > now ? std::optional<std::string>{"scheduled"} : std::nullopt};
    TRY_OK(parts_.messages.add(tx, row));
    TRY_OK(parts_.events.append(tx, workspace, MessageAccepted{{row.id, row.session, row.chat, row.contact, row.campaign, {}}}));
    wake(tx, {workspace, row.session});
    return row;
}

Result<MessageId> MessageService::accept(Transaction& tx, WorkspaceId workspace, NewMessage const& message) {
    TRY(auto const row, accept_row(tx, workspace, message));
    return row.id;
}

void MessageService::wake(Transaction& tx, SessionRef session) {
    ++doorbell(session.session);
    tx.wakes(session.workspace);
}

Result<std::int64_t> MessageService::cancel_all(Transaction& tx, WorkspaceId workspace, std::vector<MessageStanding> const& all,
                                                std::string_view why) {
    for (auto const& one : all) TRY_OK(end(tx, workspace, one, MessageState::cancelled, std::string{why}));
    return std::ssize(all);
}

Result<std::int64_t> MessageService::cancel_for_contact(Transaction& tx, WorkspaceId workspace, ContactId contact,
                                                        std::string_view why) {
    TRY(auto const all, parts_.messages.waiting(tx, workspace, contact, kMostCancelled));
    return cancel_all(tx, workspace, all, why);
}

Result<std::int64_t> MessageService::cancel_for_campaign(Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                                         std::string_view why) {
    TRY(auto const all, parts_.messages.waiting(tx, workspace, campaign, kMostCancelled));
    return cancel_all(tx, workspace, all, why);
}

Result<void> MessageService::cancel(Transaction& tx, WorkspaceId workspace, MessageId message, std::string_view why) {
    TRY(auto const row, parts_.messages.find(tx, workspace, message));
    if (row.state == MessageState::cancelled && row.outgoing) return {};
    if (!row.outgoing || row.state != MessageState::accepted)
        return fail(Code::conflict, fmt::format("It cannot be cancelled any more: it is {}", enum_name(row.state)));
    return end(tx, workspace,
               {row.id, row.session, row.chat, row.contact, row.campaign, row.type, row.origin, row.state, row.target},
               MessageState::cancelled, std::string{why});
}

Result<void> MessageService::merged(Transaction& tx, WorkspaceId workspace, ContactId heir, ContactId gone) {
    return parts_.messages.merge_contacts(tx, workspace, gone, heir);
}

Result<void> MessageService::opted_out(Transaction& tx, WorkspaceId workspace, ContactId contact) {
    TRY_OK(cancel_for_contact(tx, workspace, contact, "opted_out"));
    return {};
}

}   // namespace waqtor
