#pragma once
#include <boost/describe/enum.hpp>

#include <atomic>
#include <cstdint>

namespace waqtor {

/// Places at which the crash suite (tests/crash) ends the process, one at a time: on each side of every commit that something
/// outside the database depends on.
enum class CrashPoint : std::uint8_t {
    commit_begins,        // a group of writes is complete, its COMMIT has not begun
    commit_done,          // it is on disk, nobody has been told
    message_accepted,     // an accepted message is on disk, the request not answered
    session_claimed,      // the lease is ours, the client not made
    campaign_listed,      // recipients are on disk
    campaign_fed,         // recipients have their messages in the outbox
    campaign_completed,   // its end is on disk
    send_encrypted,       // frame and ratchet are not on disk
    send_committed,       // they are, no byte has left
    send_written,         // the frame was handed to the socket
    ack_arrived,          // WhatsApp has the message, the database does not know
    ack_committed,        // it does
    inbound_decrypted,    // ratchet and message are not on disk
    inbound_committed,    // they are, the receipt has not left
    receipt_committed,    // a delivery is on disk, WhatsApp still holds the receipt
    bot_answered,         // replies and the cursor are on disk
};
BOOST_DESCRIBE_ENUM(CrashPoint, commit_begins, commit_done, message_accepted, session_claimed, campaign_listed, campaign_fed,
                    campaign_completed, send_encrypted, send_committed, send_written, ack_arrived, ack_committed, inbound_decrypted,
                    inbound_committed, receipt_committed, bot_answered)

/// Set by the crash suite's program alone, before main(); null in every other.
inline constinit std::atomic<void (*)(CrashPoint)> crash_hook{nullptr};

inline void crash_point(CrashPoint at) {
    if (auto* const hook = crash_hook.load(std::memory_order_relaxed)) hook(at);
}

}   // namespace waqtor
