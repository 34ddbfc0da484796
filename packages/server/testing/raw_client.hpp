#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace waqtor::server_testing {

struct RawAnswer {
    unsigned status = 0;
    std::string head;   // with the status line
    std::string body;   // chunks put together
    /// The first header of this name; empty when there is none.
    std::string header(std::string_view name) const;
};

/// A TCP client that sends exactly the bytes it is told to and waits without a limit.
class RawClient {
public:
    explicit RawClient(unsigned short port, std::string const& from = "127.0.0.1");
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(RawClient const&) = delete;

    void send(std::string_view bytes);
    /// One answer; nothing when the connection ended before one came whole. `no_body`: it answers a HEAD.
    std::optional<RawAnswer> receive(bool no_body = false);
    /// Everything up to the end of the connection.
    std::string receive_all();
    /// Says that no more will be sent.
    void finish();
    /// True when the connection ends without another byte.
    bool ended();
    void close();

private:
    bool read_more();

    int fd_ = -1;
    std::string unread_;
};

}   // namespace waqtor::server_testing
