#pragma once
#include "core/base/json.hpp"
#include "core/messages/outbox.hpp"

// A campaign: one message to many, each of whom gets it once. The words: a recipient is one contact of one campaign.

namespace waqtor {

using SegmentId = Id<struct SegmentTag>;

enum class CampaignStatus : std::uint8_t { draft, scheduled, running, paused, completed, cancelled, failed };
BOOST_DESCRIBE_ENUM(CampaignStatus, draft, scheduled, running, paused, completed, cancelled, failed)

/// Where one recipient stands. `accepted` is in the outbox; `skipped` never got there, with a reason (opted_out, blocked, …).
enum class RecipientState : std::uint8_t { pending, accepted, sent, delivered, read, failed, cancelled, skipped };
BOOST_DESCRIBE_ENUM(RecipientState, pending, accepted, sent, delivered, read, failed, cancelled, skipped)

/// One wording. A recipient always gets the same one of a campaign.
struct Variant {
    std::optional<std::string> name{};
    std::optional<std::int64_t> weight{};
    Content content;
};
BOOST_DESCRIBE_STRUCT(Variant, (), (name, weight, content))
template <>
inline constexpr std::array kFields<Variant>{
    Field{"name", "Shown in reports; A, B, … by default", 1, 40, Format::single_line},
    Field{"weight", "Share of the recipients, in proportion to the other weights; 1 by default", 1, 100},
    Field{"content", "What is sent; {{name}} and {{name|default}} in its text are variables"},
};

/// Who gets it. More than one given: the union.
struct Audience {
    std::optional<std::vector<ContactId>> contacts{};
    std::optional<std::vector<std::string>> phones{};
    std::optional<std::vector<std::string>> tags{};
    std::optional<SegmentId> segment{};
    std::optional<bool> everyone{};
};
BOOST_DESCRIBE_STRUCT(Audience, (), (contacts, phones, tags, segment, everyone))
template <>
inline constexpr std::array kFields<Audience>{
    Field{"contacts", "These contacts", 0, 10'000},
    Field{"phones", "These numbers, E.164; they become contacts", 0, 10'000, Format::phone},
    Field{"tags", "Contacts with any of these tags", 0, 100},
    Field{"segment", "Contacts of this segment"},
    Field{"everyone", "Every contact of the workspace"},
};

/// When a running campaign pauses by itself.
struct StopRules {
    std::optional<std::int64_t> failure_percent{};
    std::optional<std::int64_t> opt_out_percent{};
    std::optional<std::int64_t> after{};
};
BOOST_DESCRIBE_STRUCT(StopRules, (), (failure_percent, opt_out_percent, after))
template <>
inline constexpr std::array kFields<StopRules>{
    Field{"failure_percent", "Pause when so many of a hundred messages fail; 25 by default, 100 means never", 1, 100},
    Field{"opt_out_percent", "Pause when so many of a hundred people opt out; 5 by default, 100 means never", 1, 100},
    Field{"after", "Not before so many messages have an outcome; 20 by default", 1, 100'000},
};

struct CampaignRow {
    CampaignId id;
    WorkspaceId workspace;
    std::string name;
    CampaignStatus status = CampaignStatus::draft;
    std::string reason{};   // why it paused or failed by itself
    std::vector<Variant> variants;
    std::vector<SessionId> sessions;
    std::map<std::string, std::string> variables{};
    json::object stop;   // StopRules
    std::optional<Timestamp> scheduled_at{};
    std::string time_zone{};
    bool frozen = false;        // every recipient has its row
    ContactId frozen_after{};   // contacts up to this one have their rows
    bool busy = false;          // the pump has something to do for it
    UserId created_by;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> started_at{};
    std::optional<Timestamp> completed_at{};
    std::optional<Timestamp> removed_at{};   // hidden; its rows go bit by bit
};
BOOST_DESCRIBE_STRUCT(CampaignRow, (),
                      (id, workspace, name, status, reason, variants, sessions, variables, stop, scheduled_at, time_zone, frozen,
                       frozen_after, busy, created_by, created_at, updated_at, started_at, completed_at, removed_at))

/// How many recipients are in each state, kept in the transactions that change them. The base is what there was when it last
/// started: the stop rules look at what came after.
struct CampaignCounts {
    std::int64_t pending = 0;
    std::int64_t accepted = 0;
    std::int64_t sent = 0;
    std::int64_t delivered = 0;
    std::int64_t read = 0;
    std::int64_t failed = 0;
    std::int64_t cancelled = 0;
    std::int64_t skipped = 0;
    std::int64_t opted_out = 0;
    std::int64_t replied = 0;
    std::int64_t base_reached = 0;
    std::int64_t base_failed = 0;
    std::int64_t base_opted_out = 0;
    std::int64_t changes = 0;   // rises with every change

    std::int64_t reached() const { return sent + delivered + read; }
    std::int64_t total() const { return pending + accepted + reached() + failed + cancelled + skipped; }
    auto operator<=>(CampaignCounts const&) const = default;
};
BOOST_DESCRIBE_STRUCT(CampaignCounts, (),
                      (pending, accepted, sent, delivered, read, failed, cancelled, skipped, opted_out, replied, base_reached,
                       base_failed, base_opted_out, changes))

struct RecipientRow {
    CampaignId campaign;
    ContactId contact;
    std::int64_t session = 0;   // place in the campaign's sessions
    std::int64_t variant = 0;   // place in its variants
    RecipientState state = RecipientState::pending;
    std::string reason{};
    std::optional<MessageId> message{};
    std::optional<Timestamp> accepted_at{};
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> delivered_at{};
    std::optional<Timestamp> read_at{};
    std::optional<Timestamp> replied_at{};
    std::optional<Timestamp> opted_out_at{};
};
BOOST_DESCRIBE_STRUCT(RecipientRow, (),
                      (campaign, contact, session, variant, state, reason, message, accepted_at, sent_at, delivered_at, read_at,
                       replied_at, opted_out_at))

/// Which of several weighted things a recipient gets: the same one whenever it is asked. `salt` separates unrelated choices.
std::size_t sticky_choice(CampaignId campaign, ContactId contact, std::uint64_t salt, std::vector<std::int64_t> const& weights);

/// The name of a variant: its own, or A, B, … by its place.
std::string variant_name(CampaignRow const& campaign, std::size_t variant);

}   // namespace waqtor
