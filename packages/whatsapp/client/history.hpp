#pragma once
#include "whatsapp/client/app_state.hpp"
#include "whatsapp/messaging/history.hpp"

namespace waqtor::whatsapp {

/// Reads the history that the phone sends after linking: file by file, and of each file some hundred kilobytes at a time. How far
/// it has come is on disk with what was handed on, so it goes on there after a crash. On the strand.
class History {
public:
    History(Context& context, Directory& directory, Blobs& blobs) : context_{context}, directory_{directory}, blobs_{blobs} {}

    /// Notes a piece with the draft of the message that told of it.
    static void keep(Draft& draft, std::string const& id, messaging::HistoryNotice const& notice, Timestamp now);
    /// Reads everything that is noted. Returns early when the connection ends; a second call while it works returns at once.
    Task<void> work();
    /// Why pieces could not be read; the last ten since the client was made.
    std::vector<std::string> const& lost() const { return lost_; }

private:
    class Reading;

    Context& context_;
    Directory& directory_;
    Blobs& blobs_;
    bool busy_ = false;
    bool again_ = false;   // something was noted meanwhile
    std::vector<std::string> lost_;

    Task<bool> next();
    Task<void> read(Reading& reading);
    Task<void> take_people(Reading& reading);
    Task<void> take_messages(Reading& reading);
    Task<std::optional<Inbound>> inbound(Reading const& reading, messaging::HistoryMessage message);
};

}   // namespace waqtor::whatsapp
