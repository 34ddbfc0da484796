#pragma once
#include "core/campaigns/campaign_store.hpp"

// What the API takes and shows of campaigns. The names of WaQtor 2.3 are kept where it had them (totalRecipients, sentCount, …).

namespace waqtor {

/// When it starts by itself: a moment, or a time on the clocks of a zone.
struct Schedule {
    std::optional<Timestamp> at{};
    std::optional<std::string> local{};
    std::optional<std::string> time_zone{};
};
BOOST_DESCRIBE_STRUCT(Schedule, (), (at, local, time_zone))
template <>
inline constexpr std::array kFields<Schedule>{
    Field{"at", "The moment; or give local and timeZone"},
    Field{"local", "Time on the clock there: 2026-12-01T09:00", 16, 19},
    Field{"time_zone", "IANA name: Asia/Riyadh", 1, 64},
};

struct CreateCampaign {
    std::string name;
    std::optional<Content> content{};
    std::optional<std::vector<Variant>> variants{};
    std::optional<std::vector<SessionId>> sessions{};
    std::optional<Audience> audience{};
    std::optional<std::map<std::string, std::string>> variables{};
    std::optional<Schedule> schedule{};
    std::optional<StopRules> stop{};
};
BOOST_DESCRIBE_STRUCT(CreateCampaign, (), (name, content, variants, sessions, audience, variables, schedule, stop))
template <>
inline constexpr std::array kFields<CreateCampaign>{
    Field{"name", "Shown in the dashboard", 1, 120, Format::single_line},
    Field{"content", "What is sent; {{name}} and {{name|default}} in its text are variables"},
    Field{"variants", "Several wordings instead of one content; each recipient gets one of them", 1, 10},
    Field{"sessions", "The numbers it is sent from; each recipient hears from one of them. One that works by default", 0, 100},
    Field{"audience", "Who gets it"},
    Field{"variables", "Values for variables that a contact has none for"},
    Field{"schedule", "When it starts by itself"},
    Field{"stop", "When it pauses by itself"},
};

struct UpdateCampaign {
    CampaignId id;
    std::optional<std::string> name{};
    std::optional<Content> content{};
    std::optional<std::vector<Variant>> variants{};
    std::optional<std::vector<SessionId>> sessions{};
    std::optional<Audience> audience{};
    std::optional<std::map<std::string, std::string>> variables{};
    std::optional<Schedule> schedule{};
    std::optional<StopRules> stop{};
};
BOOST_DESCRIBE_STRUCT(UpdateCampaign, (), (id, name, content, variants, sessions, audience, variables, schedule, stop))
template <>
inline constexpr std::array kFields<UpdateCampaign>{
    Field{"id", "The campaign"},
    Field{"name", "Shown in the dashboard", 1, 120, Format::single_line},
    Field{"content", "What is sent"},
    Field{"variants", "Several wordings instead of one content", 1, 10},
    Field{"sessions", "The numbers it is sent from", 0, 100},
    Field{"audience", "Who gets it"},
    Field{"variables", "Values for variables that a contact has none for"},
    Field{"schedule", "When it starts by itself; an empty object takes it back"},
    Field{"stop", "When it pauses by itself"},
};

struct Campaign {
    CampaignId id;
    std::string name;
    CampaignStatus status{};
    std::optional<std::string> reason{};
    std::vector<Variant> variants;
    std::vector<SessionId> sessions;
    std::optional<Audience> audience{};
    std::map<std::string, std::string> variables;
    StopRules stop;
    std::optional<Timestamp> scheduled_at{};
    std::optional<std::string> time_zone{};
    bool counting = false;
    std::int64_t total_recipients = 0;
    std::int64_t pending_count = 0;
    std::int64_t accepted_count = 0;
    std::int64_t sent_count = 0;
    std::int64_t delivered_count = 0;
    std::int64_t read_count = 0;
    std::int64_t failed_count = 0;
    std::int64_t cancelled_count = 0;
    std::int64_t skipped_count = 0;
    std::int64_t opted_out_count = 0;
    std::int64_t replied_count = 0;
    Timestamp created_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> started_at{};
    std::optional<Timestamp> completed_at{};
};
BOOST_DESCRIBE_STRUCT(Campaign, (),
                      (id, name, status, reason, variants, sessions, audience, variables, stop, scheduled_at, time_zone, counting,
                       total_recipients, pending_count, accepted_count, sent_count, delivered_count, read_count, failed_count,
                       cancelled_count, skipped_count, opted_out_count, replied_count, created_at, updated_at, started_at,
                       completed_at))
template <>
inline constexpr std::array kFields<Campaign>{
    Field{"id", "The campaign"},
    Field{"name", "Its name"},
    Field{"status", "Where it stands"},
    Field{"reason", "Why it paused or failed by itself"},
    Field{"variants", "Its wordings"},
    Field{"sessions", "The numbers it is sent from"},
    Field{"audience", "Who gets it; not in lists"},
    Field{"variables", "Values for variables that a contact has none for"},
    Field{"stop", "When it pauses by itself"},
    Field{"scheduled_at", "When it starts by itself"},
    Field{"time_zone", "The zone that time was given in"},
    Field{"counting", "True while its recipients are still being listed"},
    Field{"total_recipients", "Recipients; 0 before it starts"},
    Field{"pending_count", "Not yet in the outbox"},
    Field{"accepted_count", "In the outbox"},
    Field{"sent_count", "Sent, also those delivered or read since"},
    Field{"delivered_count", "Delivered, also those read since"},
    Field{"read_count", "Read"},
    Field{"failed_count", "Not sent, for a reason"},
    Field{"cancelled_count", "Taken back before they were sent"},
    Field{"skipped_count", "Never tried: opted out, blocked, or the same person twice"},
    Field{"opted_out_count", "People who opted out after it"},
    Field{"replied_count", "People who answered"},
    Field{"created_at", "When it was made"},
    Field{"updated_at", "When it was changed by a person"},
    Field{"started_at", "When it first started"},
    Field{"completed_at", "When it ended"},
};

struct WhichCampaign {
    CampaignId id;
};
BOOST_DESCRIBE_STRUCT(WhichCampaign, (), (id))
template <> inline constexpr std::array kFields<WhichCampaign>{Field{"id", "The campaign"}};

struct ListCampaigns {
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    std::optional<CampaignStatus> status{};
};
BOOST_DESCRIBE_STRUCT(ListCampaigns, (), (limit, offset, status))
template <>
inline constexpr std::array kFields<ListCampaigns>{
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
    Field{"status", "Only campaigns in this status"},
};

struct ListRecipients {
    CampaignId id;
    std::optional<std::int64_t> limit{};
    std::optional<std::int64_t> offset{};
    std::optional<RecipientState> status{};
};
BOOST_DESCRIBE_STRUCT(ListRecipients, (), (id, limit, offset, status))
template <>
inline constexpr std::array kFields<ListRecipients>{
    Field{"id", "The campaign"},
    Field{"limit", "At most this many; 50 by default", 1, 1000},
    Field{"offset", "Skip this many", 0, 1'000'000'000},
    Field{"status", "Only recipients in this state"},
};

struct Recipient {
    ContactId contact;
    std::optional<std::string> name{};
    std::optional<std::string> phone{};
    SessionId session;
    std::string variant;
    RecipientState status{};
    std::optional<std::string> reason{};
    std::optional<MessageId> message{};
    std::optional<Timestamp> accepted_at{};
    std::optional<Timestamp> sent_at{};
    std::optional<Timestamp> delivered_at{};
    std::optional<Timestamp> read_at{};
    std::optional<Timestamp> replied_at{};
    std::optional<Timestamp> opted_out_at{};
};
BOOST_DESCRIBE_STRUCT(Recipient, (),
                      (contact, name, phone, session, variant, status, reason, message, accepted_at, sent_at, delivered_at, read_at,
                       replied_at, opted_out_at))
template <>
inline constexpr std::array kFields<Recipient>{
    Field{"contact", "Who"},
    Field{"name", "Their name now"},
    Field{"phone", "Their number now"},
    Field{"session", "The number they hear from"},
    Field{"variant", "Which wording"},
    Field{"status", "What became of it"},
    Field{"reason", "Why it failed or was skipped"},
    Field{"message", "The message"},
    Field{"accepted_at", "When it went into the outbox"},
    Field{"sent_at", "When WhatsApp took it"},
    Field{"delivered_at", "When it reached them"},
    Field{"read_at", "When they read it"},
    Field{"replied_at", "When they answered"},
    Field{"opted_out_at", "When they opted out after it"},
};

struct CountAudience {
    Audience audience;
    std::optional<std::vector<Content>> contents{};
    std::optional<std::map<std::string, std::string>> variables{};
};
BOOST_DESCRIBE_STRUCT(CountAudience, (), (audience, contents, variables))
template <>
inline constexpr std::array kFields<CountAudience>{
    Field{"audience", "Who"},
    Field{"contents", "What would be sent, to learn who lacks a value for its variables", 0, 10},
    Field{"variables", "Values for variables that a contact has none for"},
};

struct AudienceCounts {
    std::int64_t recipients = 0;
    std::int64_t opted_out = 0;
    std::int64_t blocked = 0;
    std::map<std::string, std::int64_t> missing;
};
BOOST_DESCRIBE_STRUCT(AudienceCounts, (), (recipients, opted_out, blocked, missing))
template <>
inline constexpr std::array kFields<AudienceCounts>{
    Field{"recipients", "People who would get it"},
    Field{"opted_out", "People who would not, because they opted out"},
    Field{"blocked", "People who would not, because they are blocked"},
    Field{"missing", "For each variable without a default: how many of the recipients have no value for it"},
};

struct TestCampaign {
    CampaignId id;
    std::vector<std::string> to;
    std::optional<std::int64_t> variant{};
};
BOOST_DESCRIBE_STRUCT(TestCampaign, (), (id, to, variant))
template <>
inline constexpr std::array kFields<TestCampaign>{
    Field{"id", "The campaign"},
    Field{"to", "Numbers that get it now, E.164", 1, 5, Format::phone},
    Field{"variant", "Which wording, from 0; all by default", 0, 9},
};

struct TestSent {
    std::vector<MessageId> messages;
};
BOOST_DESCRIBE_STRUCT(TestSent, (), (messages))
template <> inline constexpr std::array kFields<TestSent>{Field{"messages", "The messages that were accepted"}};

struct VariantReport {
    std::string name;
    std::int64_t recipients = 0;
    std::int64_t sent = 0;
    std::int64_t delivered = 0;
    std::int64_t read = 0;
    std::int64_t failed = 0;
    std::int64_t replied = 0;
    std::int64_t opted_out = 0;
};
BOOST_DESCRIBE_STRUCT(VariantReport, (), (name, recipients, sent, delivered, read, failed, replied, opted_out))
template <>
inline constexpr std::array kFields<VariantReport>{
    Field{"name", "Which wording"},
    Field{"recipients", "Who was chosen for it"},
    Field{"sent", "Sent"},
    Field{"delivered", "Delivered"},
    Field{"read", "Read"},
    Field{"failed", "Failed"},
    Field{"replied", "People who answered"},
    Field{"opted_out", "People who opted out after it"},
};

struct CampaignReport {
    Campaign campaign;
    std::vector<VariantReport> variants;
    std::vector<ReasonCount> reasons;
};
BOOST_DESCRIBE_STRUCT(CampaignReport, (), (campaign, variants, reasons))
template <>
inline constexpr std::array kFields<CampaignReport>{
    Field{"campaign", "The campaign with its counts"},
    Field{"variants", "The same by wording"},
    Field{"reasons", "Why messages failed or were not sent, most frequent first"},
};

struct SetCampaignStatus {
    CampaignId id;
    CampaignStatus status{};
};
BOOST_DESCRIBE_STRUCT(SetCampaignStatus, (), (id, status))
template <>
inline constexpr std::array kFields<SetCampaignStatus>{
    Field{"id", "The campaign"},
    Field{"status", "running starts or resumes it, paused, cancelled, scheduled and draft do what they say"},
};

struct OptOutWords {
    std::vector<std::string> words;
};
BOOST_DESCRIBE_STRUCT(OptOutWords, (), (words))
template <>
inline constexpr std::array kFields<OptOutWords>{
    Field{"words", "Words that opt a person out when they are the whole message, besides STOP, إيقاف, إلغاء and their like", 0, 50},
};

}   // namespace waqtor
