#pragma once
#include "core/campaigns/campaign.hpp"

// What happens to campaigns. A progress event comes at most once a second for each campaign; what became of each message is in the
// message events.

namespace waqtor {

struct CampaignChange {
    CampaignId campaign;
    std::string reason{};
};
BOOST_DESCRIBE_STRUCT(CampaignChange, (), (campaign, reason))
template <>
inline constexpr std::array kFields<CampaignChange>{Field{"campaign", "The campaign"},
                                                    Field{"reason", "Why, when it was not asked for"}};

struct CampaignCreated : CampaignChange {
    static constexpr std::string_view kName = "campaign.created";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign was made";
};
struct CampaignUpdated : CampaignChange {
    static constexpr std::string_view kName = "campaign.updated";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign's definition was changed";
};
struct CampaignScheduled : CampaignChange {
    static constexpr std::string_view kName = "campaign.scheduled";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign will start by itself";
};
struct CampaignStarted : CampaignChange {
    static constexpr std::string_view kName = "campaign.started";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign began to send, or goes on after a pause or with those that failed";
};
struct CampaignPaused : CampaignChange {
    static constexpr std::string_view kName = "campaign.paused";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign was paused, by a person or by its stop rules";
};
struct CampaignCompleted : CampaignChange {
    static constexpr std::string_view kName = "campaign.completed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "Every message of a campaign was sent, failed or was skipped";
};
struct CampaignCancelled : CampaignChange {
    static constexpr std::string_view kName = "campaign.cancelled";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign was cancelled; what was not sent will not be";
};
struct CampaignFailed : CampaignChange {
    static constexpr std::string_view kName = "campaign.failed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign could not be carried out";
};
struct CampaignRemoved : CampaignChange {
    static constexpr std::string_view kName = "campaign.removed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "A campaign was deleted";
};
BOOST_DESCRIBE_STRUCT(CampaignCreated, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignUpdated, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignScheduled, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignStarted, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignPaused, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignCompleted, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignCancelled, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignFailed, (CampaignChange), ())
BOOST_DESCRIBE_STRUCT(CampaignRemoved, (CampaignChange), ())
template <> inline constexpr auto kFields<CampaignCreated> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignUpdated> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignScheduled> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignStarted> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignPaused> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignCompleted> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignCancelled> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignFailed> = kFields<CampaignChange>;
template <> inline constexpr auto kFields<CampaignRemoved> = kFields<CampaignChange>;

struct CampaignProgressed {
    static constexpr std::string_view kName = "campaign.progressed";
    static constexpr int kVersion = 1;
    static constexpr std::string_view kHelp = "Recipients of a campaign moved on; at most once a second";
    CampaignId campaign;
    std::int64_t total = 0;
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
};
BOOST_DESCRIBE_STRUCT(CampaignProgressed, (),
                      (campaign, total, pending, accepted, sent, delivered, read, failed, cancelled, skipped, opted_out, replied))
template <>
inline constexpr std::array kFields<CampaignProgressed>{
    Field{"campaign", "The campaign"},
    Field{"total", "Recipients"},
    Field{"pending", "Not yet in the outbox"},
    Field{"accepted", "In the outbox"},
    Field{"sent", "Sent, also those delivered or read since"},
    Field{"delivered", "Delivered, also those read since"},
    Field{"read", "Read"},
    Field{"failed", "Not sent, for a reason"},
    Field{"cancelled", "Taken back before they were sent"},
    Field{"skipped", "Never tried: opted out, blocked, or the same person twice"},
    Field{"opted_out", "People who opted out after it"},
    Field{"replied", "People who answered"},
};

using CampaignEvents =
    boost::mp11::mp_list<CampaignCreated, CampaignUpdated, CampaignScheduled, CampaignStarted, CampaignPaused, CampaignCompleted,
                         CampaignCancelled, CampaignFailed, CampaignRemoved, CampaignProgressed>;

}   // namespace waqtor
