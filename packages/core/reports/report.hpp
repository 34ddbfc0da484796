#pragma once
#include "core/base/described.hpp"
#include "core/messages/outbox.hpp"

// Figures over time, answered from the tables of messages, campaigns and the
// bot. Days are UTC.

namespace waqtor {

/// Messages of one day, by direction and state.
struct DayCount {
    std::int64_t day = 0;   // since 1970
    bool outgoing = false;
    MessageState state{};
    Origin origin{};
    std::int64_t messages = 0;
};
BOOST_DESCRIBE_STRUCT(DayCount, (), (day, outgoing, state, origin, messages))

/// How long people waited for an answer: from a message that came in to the
/// next that went out in the same chat.
struct WaitCount {
    std::int64_t answers = 0;
    std::int64_t milliseconds = 0;   // of all together
};
BOOST_DESCRIBE_STRUCT(WaitCount, (), (answers, milliseconds))

class ReportStore {
public:
    virtual ~ReportStore() = default;
    /// Messages made from `from` on and before `to`.
    virtual Result<std::vector<DayCount>> by_day(Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) = 0;
    virtual Result<WaitCount> waits(Transaction& tx, WorkspaceId workspace, Timestamp from, Timestamp to) = 0;
};

// Names as in WaQtor 2.3's API.
enum class ReportType : std::uint8_t { overview, campaigns, messages, smartbot };
BOOST_DESCRIBE_ENUM(ReportType, overview, campaigns, messages, smartbot)

struct ReportRequest {
    std::optional<ReportType> type{};
    std::optional<std::string> start_date{};
    std::optional<std::string> end_date{};
};
BOOST_DESCRIBE_STRUCT(ReportRequest, (), (type, start_date, end_date))
template <>
inline constexpr std::array kFields<ReportRequest>{
    Field{"type",
          "overview and messages count every message, campaigns those "
          "of campaigns, smartbot the bot's; overview by default"},
    Field{"start_date", "First day, 2026-12-01; 30 days before the last by default", 10, 30},
    Field{"end_date", "Last day; today by default", 10, 30},
};

struct DailyVolume {
    std::string date;
    std::int64_t sent = 0;
    std::int64_t delivered = 0;
    std::int64_t read = 0;
    std::int64_t failed = 0;
    std::int64_t received = 0;
};
BOOST_DESCRIBE_STRUCT(DailyVolume, (), (date, sent, delivered, read, failed, received))
template <>
inline constexpr std::array kFields<DailyVolume>{
    Field{"date", "The day"},
    Field{"sent", "Sent, also those delivered or read"},
    Field{"delivered", "Delivered, also those read"},
    Field{"read", "Read"},
    Field{"failed", "Failed"},
    Field{"received", "Messages that came in"},
};

struct TopCampaign {
    CampaignId id;
    std::string name;
    std::int64_t sent = 0;
    std::int64_t delivered = 0;
    double success_rate = 0;
};
BOOST_DESCRIBE_STRUCT(TopCampaign, (), (id, name, sent, delivered, success_rate))
template <>
inline constexpr std::array kFields<TopCampaign>{
    Field{"id", "The campaign"},
    Field{"name", "Its name"},
    Field{"sent", "Sent"},
    Field{"delivered", "Delivered"},
    Field{"success_rate", "Delivered of a hundred that were tried"},
};

struct Report {
    std::int64_t total_messages = 0;
    std::int64_t sent_messages = 0;
    std::int64_t delivered_messages = 0;
    std::int64_t read_messages = 0;
    std::int64_t failed_messages = 0;
    std::int64_t received_messages = 0;
    double campaign_success_rate = 0;
    std::optional<double> average_response_seconds{};
    std::vector<DailyVolume> daily_volume;
    std::vector<TopCampaign> top_campaigns;
};
BOOST_DESCRIBE_STRUCT(Report, (),
                      (total_messages, sent_messages, delivered_messages, read_messages, failed_messages, received_messages,
                       campaign_success_rate, average_response_seconds, daily_volume, top_campaigns))
template <>
inline constexpr std::array kFields<Report>{
    Field{"total_messages", "Messages that went out, whatever became of them"},
    Field{"sent_messages", "Sent, also those delivered or read"},
    Field{"delivered_messages", "Delivered, also those read"},
    Field{"read_messages", "Read"},
    Field{"failed_messages", "Failed"},
    Field{"received_messages", "Messages that came in"},
    Field{"campaign_success_rate",
          "Of a hundred campaign messages that were "
          "tried, so many were delivered"},
    Field{"average_response_seconds",
          "From a message that came in to the next that went out in its chat; "
          "absent when there was none"},
    Field{"daily_volume", "The same by day"},
    Field{"top_campaigns", "The five newest campaigns that have sent, best first"},
};

}   // namespace waqtor
