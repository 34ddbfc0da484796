#pragma once
#include "core/base/json.hpp"

// What `waqtor demo --once` found; --json prints exactly this.

namespace waqtor {

struct DemoContacts {
    std::int64_t imported = 0;
    std::int64_t rejected = 0;
};
BOOST_DESCRIBE_STRUCT(DemoContacts, (), (imported, rejected))
template <>
inline constexpr std::array kFields<DemoContacts>{Field{"imported", "People taken from the list"},
                                                  Field{"rejected", "Rows that cannot be used"}};

struct DemoCampaign {
    std::int64_t recipients = 0;
    std::int64_t sent = 0;
    std::int64_t delivered = 0;
    std::int64_t read = 0;
    std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(DemoCampaign, (), (recipients, sent, delivered, read, failed))
template <>
inline constexpr std::array kFields<DemoCampaign>{
    Field{"recipients", "People the campaign was for"}, Field{"sent", "Taken by WhatsApp, also those delivered or read since"},
    Field{"delivered", "Delivered, also those read since"}, Field{"read", "Read"}, Field{"failed", "Not sent, for a reason"}};

/// Where WaQtor's records and what the phones saw differ.
struct DemoLedger {
    std::int64_t missing = 0;
    std::int64_t duplicate = 0;
    std::int64_t unknown = 0;
};
BOOST_DESCRIBE_STRUCT(DemoLedger, (), (missing, duplicate, unknown))
template <>
inline constexpr std::array kFields<DemoLedger>{Field{"missing", "Recorded by one side and never seen by the other"},
                                                Field{"duplicate", "Seen twice"},
                                                Field{"unknown", "Seen by a phone and not in WaQtor's records"}};

struct DemoReport {
    DemoContacts contacts;
    DemoCampaign campaign;
    std::int64_t replies = 0;
    std::int64_t bot_answers = 0;
    std::int64_t events = 0;
    DemoLedger ledger;
    double seconds = 0;
    double rss_mi_b = 0;   // JSON "rssMiB"

    bool agrees() const { return ledger.missing == 0 && ledger.duplicate == 0 && ledger.unknown == 0; }
};
BOOST_DESCRIBE_STRUCT(DemoReport, (), (contacts, campaign, replies, bot_answers, events, ledger, seconds, rss_mi_b))
template <>
inline constexpr std::array kFields<DemoReport>{
    Field{"contacts", "The import"},
    Field{"campaign", "The campaign"},
    Field{"replies", "Messages that customers wrote"},
    Field{"bot_answers", "Answers the bot gave"},
    Field{"events", "Rows in the event log"},
    Field{"ledger", "How WaQtor's records and the phones differ"},
    Field{"seconds", "Time it took"},
    Field{"rss_mi_b", "Memory of the process, server and sandbox together"},
};

}   // namespace waqtor
