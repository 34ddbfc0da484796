#include "whatsapp/transport/channel.hpp"

#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/transport/within.hpp"

namespace waqtor::whatsapp::transport {

namespace {

constexpr std::size_t kLargestHandshake = 64U << 10;

/// Reads until a whole frame is there. A copy, since reading goes on behind it.
Task<Bytes> next_frame(WebSocket& socket, noise::FrameReader& reader) {
    for (;;) {
        CO_TRY(auto const frame, reader.next());
        if (frame) co_return to_bytes(*frame);
        CO_TRY(auto const received, co_await socket.receive());
        reader.feed(received);
    }
}

Task<std::unique_ptr<Channel>> shake_hands(std::unique_ptr<WebSocket> socket, Credentials credentials, Timestamp now) {
    noise::ClientHandshake handshake;
    noise::FrameReader reader{noise::Start::frame, kLargestHandshake};
    auto first = noise::intro(credentials.routing_info);
    CO_TRY_OK(noise::append_frame(first, handshake.hello()));
    CO_TRY_OK(co_await socket->send(std::move(first)));
    CO_TRY(auto const hello, co_await next_frame(*socket, reader));
    CO_TRY(auto finished, handshake.finish(hello, credentials.noise_key, credentials.root, now, credentials.payload));
    Bytes last;
    CO_TRY_OK(noise::append_frame(last, finished.message));
    CO_TRY_OK(co_await socket->send(std::move(last)));
    reader.set_largest(noise::kLargestFrame);
    co_return std::make_unique<Channel>(std::move(socket), std::move(reader), std::move(finished.transport));
}

}   // namespace

Task<std::unique_ptr<Channel>> Channel::open(Options options, Credentials credentials, Clock const& clock) {
    auto const deadline = options.deadline;
    if (!credentials.routing_info.empty()) {
        options.url += options.url.find('?') == std::string::npos ? "?ED=" : "&ED=";
        options.url += crypto::to_base64(credentials.routing_info, crypto::Base64::url_safe);
    }
    CO_TRY(auto socket, co_await WebSocket::open(std::move(options)));
    co_return co_await within(deadline, shake_hands(std::move(socket), std::move(credentials), clock.now()), "the handshake");
}

Task<void> Channel::send(Node node) {
    std::vector<Bytes> one;
    one.push_back(encode(node));
    co_return co_await send(std::move(one));
}

Task<void> Channel::send(std::vector<Bytes> encoded) {
    Bytes frames;
    for (auto const& stanza : encoded) {
        CO_TRY(auto const sealed, cipher_.encrypt(stanza));
        CO_TRY_OK(noise::append_frame(frames, sealed));
    }
    co_return co_await socket_->send(std::move(frames));
}

Task<Node> Channel::receive() {
    CO_TRY(auto const frame, co_await next_frame(*socket_, reader_));
    CO_TRY(auto const opened, cipher_.decrypt(frame));
    co_return decode(opened);
}

}   // namespace waqtor::whatsapp::transport
