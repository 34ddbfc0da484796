// What CampaignService tells of recipients: counts before, lists, reports, CSV; and test messages.
#include "core/campaigns/campaign_service.hpp"
#include "core/messages/template_text.hpp"
#include "core/text/normalise.hpp"

namespace waqtor {
namespace {
constexpr std::int64_t kBatch = 1000;

std::optional<std::string> field_of(ContactCardRow const& card, std::string const& name) {
    auto const found = card.fields.find(name);
    return found == card.fields.end() || found->second.empty() ? std::nullopt : std::optional{found->second};
}

/// One cell (RFC 4180). A leading = + - @ would be run as a formula by spreadsheets, except in a phone number.
std::string cell(std::string_view text) {
    std::string out;
    auto const phone = text.size() > 1 && text.front() == '+' && text.find_first_not_of("0123456789", 1) == text.npos;
    if (!text.empty() && !phone && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) out += '\'';
    out += text;
    if (out.find_first_of(",\"\r\n") == out.npos) return out;
    std::string quoted = "\"";
    for (auto c : out) quoted += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return quoted + '"';
}

std::string time_cell(std::optional<Timestamp> const& at) { return at ? to_iso(*at) : ""; }

Recipient shown(CampaignRow const& campaign, RecipientRow const& row) {
    auto const place = static_cast<std::size_t>(row.session);
    return {.contact = row.contact,
            .session = place < campaign.sessions.size() ? campaign.sessions[place] : SessionId{},
            .variant = variant_name(campaign, static_cast<std::size_t>(row.variant)),
            .status = row.state,
            .reason = row.reason.empty() ? std::nullopt : std::optional{row.reason},
            .message = row.message,
            .accepted_at = row.accepted_at,
            .sent_at = row.sent_at,
            .delivered_at = row.delivered_at,
            .read_at = row.read_at,
            .replied_at = row.replied_at,
            .opted_out_at = row.opted_out_at};
}

std::string csv_line(Recipient const& row) {
    std::string out;
    for (auto const& each :
         {row.contact.text(), row.name.value_or(""), row.phone.value_or(""), row.session.text(), row.variant,
          std::string{enum_name(row.status)}, row.reason.value_or(""), time_cell(row.accepted_at), time_cell(row.sent_at),
          time_cell(row.delivered_at), time_cell(row.read_at), time_cell(row.replied_at), time_cell(row.opted_out_at)})
        out += (out.empty() ? "" : ",") + cell(each);
    return out + "\r\n";
}
}   // namespace

Task<AudienceCounts> CampaignService::count(WorkspaceId workspace, CountAudience wish) {
    // Numbers that are no contacts yet are people as well; nothing is written here, so they are only counted.
    AudienceCounts out;
    out.recipients = static_cast<std::int64_t>(wish.audience.phones.value_or(std::vector<std::string>{}).size());
    std::vector<std::string> needed;
    for (auto const& content : wish.contents.value_or(std::vector<Content>{}))
        for (auto const& variable : variables_of(content.text.value_or("")))
            if (variable.needed && !wish.variables.value_or(std::map<std::string, std::string>{}).contains(variable.name))
                needed.push_back(variable.name);
    auto query = query_of(wish.audience);
    if (out.recipients > 0 && query.contacts.empty() && query.tags.empty() && !query.segment && !query.everyone) co_return out;
    ContactId after;
    while (true) {
        CO_TRY(auto const page, co_await parts_.db.read([this, workspace, query, after](Transaction& tx) {
            return parts_.contacts.audience(tx, workspace, query, after, kBatch);
        }));
        for (auto const& contact : page) {
            auto& column = contact.opted_out ? out.opted_out : contact.blocked ? out.blocked : out.recipients;
            ++column;
            if (contact.opted_out || contact.blocked) continue;
            for (auto const& name : needed)
                if (!field_of(contact, name)) ++out.missing[name];
        }
        if (std::ssize(page) < kBatch) co_return out;
        after = page.back().id;
    }
}

Task<Page<Recipient>> CampaignService::recipients(WorkspaceId workspace, ListRecipients wish) {
    return parts_.db.read([this, workspace, wish](Transaction& tx) -> Result<Page<Recipient>> {
        TRY(auto const campaign, parts_.store.find(tx, workspace, wish.id));
        TRY(auto const rows,
            parts_.store.recipients(tx, workspace, wish.id, wish.status, {wish.limit.value_or(50), wish.offset.value_or(0)}));
        Page<Recipient> out{{}, rows.total, rows.limit, rows.offset};
        for (auto const& row : rows.items) {
            auto& each = out.items.emplace_back(shown(campaign, row));
            auto const card = parts_.contacts.find(tx, workspace, row.contact);
            if (!card) continue;   // erased since
            each.name = field_of(*card, "name");
            each.phone = card->who.phone;
        }
        return out;
    });
}

Task<CampaignReport> CampaignService::report(WorkspaceId workspace, CampaignId campaign) {
    return parts_.db.read([this, workspace, campaign](Transaction& tx) -> Result<CampaignReport> {
        TRY(auto const row, parts_.store.find(tx, workspace, campaign));
        CampaignReport out;
        TRY(out.campaign, show(tx, row, true));
        TRY(out.reasons, parts_.store.by_reason(tx, workspace, campaign));
        for (std::size_t i = 0; i < row.variants.size(); ++i) out.variants.push_back({.name = variant_name(row, i)});
        TRY(auto const counts, parts_.store.by_variant(tx, workspace, campaign));
        for (auto const& count : counts) {
            if (static_cast<std::size_t>(count.variant) >= out.variants.size()) continue;
            auto& each = out.variants[static_cast<std::size_t>(count.variant)];
            auto const state = count.state;
            each.recipients += count.recipients;
            if (state == RecipientState::sent || state == RecipientState::delivered || state == RecipientState::read)
                each.sent += count.recipients;
            if (state == RecipientState::delivered || state == RecipientState::read) each.delivered += count.recipients;
            if (state == RecipientState::read) each.read += count.recipients;
            if (state == RecipientState::failed) each.failed += count.recipients;
            each.replied += count.replied;
            each.opted_out += count.opted_out;
        }
        return out;
    });
}

Task<std::string> CampaignService::csv(WorkspaceId workspace, CampaignId campaign) {
    CO_TRY(auto const row, co_await parts_.db.read([this, workspace, campaign](Transaction& tx) {
        return parts_.store.find(tx, workspace, campaign);
    }));
    std::string out =
        "\xef\xbb\xbf"
        "contact,name,phone,session,variant,status,reason,acceptedAt,sentAt,deliveredAt,readAt,repliedAt,optedOutAt\r\n";
    ContactId after;
    while (true) {
        CO_TRY(auto const some,
               co_await parts_.db.read([this, workspace, row, after](Transaction& tx) -> Result<std::vector<Recipient>> {
                   TRY(auto const rows, parts_.store.recipients_after(tx, workspace, row.id, after, kBatch));
                   std::vector<Recipient> shown_rows;
                   for (auto const& each : rows) {
                       auto& recipient = shown_rows.emplace_back(shown(row, each));
                       auto const card = parts_.contacts.find(tx, workspace, each.contact);
                       if (!card) continue;
                       recipient.name = field_of(*card, "name");
                       recipient.phone = card->who.phone;
                   }
                   return shown_rows;
               }));
        for (auto const& each : some) out += csv_line(each);
        if (std::ssize(some) < kBatch) co_return out;
        after = some.back().contact;
    }
}

Task<TestSent> CampaignService::test(Caller who, TestCampaign wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<TestSent> {
        TRY(auto const row, parts_.store.find(tx, who.workspace, wish.id));
        if (row.variants.empty()) return invalid("content", "is needed before the campaign can be tried");
        if (wish.variant && *wish.variant >= std::ssize(row.variants)) return invalid("variant", "there is no such wording");
        auto session = row.sessions.empty() ? SessionId{} : row.sessions.front();
        if (row.sessions.empty()) {
            auto const standard = parts_.sessions.standard(tx, who.workspace, who.sessions);
            if (!standard) return fail(Code::conflict, "There is no session to send from; link a number first");
            session = *standard;
        } else if (!who.sessions.empty() && std::ranges::find(who.sessions, session) == who.sessions.end())
            return fail(Code::forbidden, "The campaign sends from a session you may not use");
        TestSent out;
        for (auto const& phone : wish.to) {
            TRY(auto const contact, parts_.contacts.identify(tx, who.workspace, {.phone = phone}));
            TRY(auto const card, parts_.contacts.find(tx, who.workspace, contact));
            for (std::int64_t i = 0; i < std::ssize(row.variants); ++i) {
                if (wish.variant && i != *wish.variant) continue;
                TRY(auto content, personal(row.variants[static_cast<std::size_t>(i)].content, card, row.variables));
                TRY(auto const message,
                    parts_.outbox.accept(
                        tx, who.workspace,
                        {.session = session, .contact = card.id, .content = std::move(content), .origin = Origin::api}));
                out.messages.push_back(message);
            }
        }
        return out;
    });
}

Task<OptOutWords> CampaignService::set_opt_out_words(WorkspaceId workspace, OptOutWords wish) {
    OptOutWords folded;
    for (std::size_t i = 0; i < wish.words.size(); ++i) {
        auto word = fold_words(wish.words[i]);
        if (word.empty() || wish.words[i].size() > 100)
            co_return invalid(fmt::format("words[{}]", i), "must be a word of at most 100 bytes");
        folded.words.push_back(std::move(word));
    }
    CO_TRY_OK(co_await parts_.db.write(
        [this, workspace, folded](Transaction& tx) { return parts_.store.set_opt_out_words(tx, workspace, folded.words); }));
    co_return co_await opt_out_words(workspace);
}

}   // namespace waqtor
