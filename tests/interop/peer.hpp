#pragma once
#include "sandbox/sandbox.hpp"

#include <boost/json.hpp>

#include <sys/types.h>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>

namespace waqtor::interop {

enum class Library { baileys, zapo, whatsmeow, waqtor };
std::string_view name_of(Library library);

/// How long a foreign client may take for one step, also on a busy machine.
inline constexpr auto kPatience = std::chrono::seconds{90};

/// A sandbox with a folder for what clients must trust.
class Ground {
public:
    explicit Ground(sandbox::Options options = {});
    ~Ground();
    sandbox::Sandbox& operator*() { return *sandbox_; }
    sandbox::Sandbox* operator->() { return sandbox_.get(); }
    std::filesystem::path const& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
    std::unique_ptr<sandbox::Sandbox> sandbox_;
};

/// A foreign client in its own process. Every function throws std::runtime_error, so that the test fails, when the client is not
/// installed, ends, answers an error or takes longer than kPatience.
class Peer {
public:
    /// `database`: where our own client keeps everything, so that it survives kill(); the others have none.
    Peer(Library library, Ground& ground, std::string database = {});
    Peer(Peer const&) = delete;
    Peer& operator=(Peer const&) = delete;
    ~Peer();

    /// Sends one request and waits for its answer; events that come meanwhile are kept.
    boost::json::object call(std::string_view op, boost::json::object fields = {});
    /// Sends one request and does not wait for its answer.
    int post(std::string_view op, boost::json::object fields = {});
    /// Takes in what is there within that time; false when nothing came.
    bool look(std::chrono::milliseconds most);
    /// What was said and not taken out yet: events, and answers to post().
    std::deque<boost::json::object> const& kept() const { return kept_; }
    /// The first event of that name that fits, among those kept and those to come; it is taken out.
    boost::json::object expect(std::string_view event, std::function<bool(boost::json::object const&)> fits = {});
    /// The event whose `key` is `value`.
    boost::json::object expect(std::string_view event, std::string_view key, std::string_view value);

    /// Connects. `root` is the Noise root to trust, in hex; the sandbox's own when empty.
    void start(std::string root = {});
    /// From nothing to logged in as a device of `number`: shows a QR code, the phone scans it.
    void link(std::string const& number);

    /// Sends text and gives the message's id.
    std::string send_text(std::string const& to, std::string const& text);
    /// Waits for that text and gives the event.
    boost::json::object expect_text(std::string const& text) { return expect("text", "text", text); }

    /// Ends the connection, and comes back later with the same credentials.
    void away();
    void back();

    /// kill -9, and the end of the process.
    void kill_now();

    std::string jid;   // with device, after link()
    std::string lid;

private:
    Library library_;
    Ground& ground_;
    pid_t process_ = -1;
    int to_ = -1;
    int from_ = -1;
    int last_id_ = 0;
    std::string buffer_;
    std::deque<boost::json::object> kept_;

    boost::json::object next_line(std::chrono::steady_clock::time_point deadline, std::string const& waiting_for);
    [[noreturn]] void fail(std::string const& why) const;
};

}   // namespace waqtor::interop
