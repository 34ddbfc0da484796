#include "server/http/connection.hpp"

#include "server/http/request_id.hpp"
#include "server/http/target.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace waqtor {
namespace {
/// TCP knows that the client closed even while bytes it sent before lie unread.
bool peer_is_gone(int fd) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
}
}   // namespace

Connection::Connection(ConnectionWorld& world, std::string peer)
    : world_{world}, peer_{std::move(peer)}, peer_is_proxy_{world.peers.trusted(peer_)}, deadline_{Steady::now()} {
    request_.stop = stop_.get_token();
}

void Connection::check(Steady::time_point now) {
    if (phase_ == Phase::handling) {
        if (now - looked_ < std::chrono::seconds{1}) return;
        looked_ = now;
        if (peer_is_gone(socket().native_handle())) stop_.request_stop();
        return;
    }
    if (now < deadline_ || expired_) return;
    expired_ = true;
    boost::system::error_code ignored;
    if (phase_ == Phase::head || phase_ == Phase::body)
        socket().cancel(ignored);   // run() answers 408
    else
        socket().close(ignored);
}

void Connection::drain() {
    draining_ = true;
    boost::system::error_code ignored;
    if (phase_ == Phase::idle || phase_ == Phase::start) socket().close(ignored);
    stop_.request_stop();
}

void Connection::abort() {
    boost::system::error_code ignored;
    socket().close(ignored);
    stop_.request_stop();
    cancellation_.emit(asio::cancellation_type::terminal);
}

Result<void> Connection::fill_request(Head const& head, bool tls) {
    if (head.request_id.empty())
        make_request_id(request_.request_id);
    else
        request_.request_id = head.request_id;
    request_.method = head.method;
    request_.method_text = head.method_text;
    request_.host = head.host;
    if (head.target.size() > world_.settings.uri_bytes) return fail(Code::uri_too_long, "The address is too long");
    TRY(auto const target, parse_target(head.target, scratch_));
    if (target.path == "*" && head.method != Method::options) return fail(Code::malformed, "The address must start with '/'");
    request_.path = target.path;
    request_.query = target.query;
    request_.address = peer_;
    request_.secure = tls;
    if (!peer_is_proxy_) return {};
    request_.address = world_.peers.client_of(request_, peer_);
    request_.secure = tls || same_ignoring_case(request_.header("x-forwarded-proto"), "https");
    if (!world_.peers.allowed(request_.address)) return fail(Code::forbidden, "This address may not use the server");
    return {};
}

void Connection::report(unsigned status, Code code, std::string_view route) {
    if (!world_.observer) return;
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began_);
    world_.observer->answered({.method = method_name(request_.method),
                               .route = route,
                               .status = status,
                               .code = code,
                               .took = took,
                               .bytes_in = request_.body.size(),
                               .bytes_out = answered_bytes_,
                               .request_id = request_.request_id});
}

}   // namespace waqtor
