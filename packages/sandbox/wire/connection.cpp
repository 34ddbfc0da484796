#include "sandbox/wire/connection.hpp"

#include "sandbox/service/service.hpp"
#include "whatsapp/binary/codec.hpp"

namespace waqtor::sandbox {

namespace {
constexpr auto kLinger = Milliseconds{2'000};
}

Connection::Connection(Service& service, std::unique_ptr<Wire> wire) : service_{service}, wire_{std::move(wire)} {}

void Connection::received(ByteView bytes) {
    if (state_ == State::closed) return;
    auto const keep = shared_from_this();
    frames_.feed(bytes);
    while (state_ != State::closed) {
        auto const next = frames_.next();
        if (!next) return fail_with(next.error());
        if (!*next) return;
        if (auto const done = frame(**next); !done) return fail_with(done.error());
    }
}

Result<void> Connection::frame(ByteView payload) {
    switch (state_) {
        case State::hello: {
            handshake_ = std::make_unique<noise::ServerHandshake>(service_.new_handshake());
            TRY(auto const answer, handshake_->answer(payload));
            write_frame(answer);
            state_ = State::finish;
            return {};
        }
        case State::finish: {
            TRY(auto finished, handshake_->finish(payload));
            handshake_.reset();
            noise_key_ = finished.client;
            transport_ = std::move(finished.transport);
            state_ = State::stanzas;
            return service_.connected(shared_from_this(), finished.payload);
        }
        case State::stanzas: {
            TRY(auto const plain, transport_->decrypt(payload));
            TRY(auto const stanza, whatsapp::decode(plain));
            service_.stanza(*this, stanza);
            return {};
        }
        case State::closed: return {};
    }
    return {};
}

void Connection::fail_with(Error const& error) {
    service_.note_fault(*this, error.message);
    close();
}

void Connection::write_frame(ByteView payload) {
    Bytes out;
    if (noise::append_frame(out, payload)) wire_->write(std::move(out));
}

void Connection::send(Node const& stanza) {
    if (state_ != State::stanzas) return;
    auto const sealed = transport_->encrypt(whatsapp::encode(stanza));
    if (sealed) write_frame(*sealed);
}

void Connection::close() { end(Milliseconds{0}); }

void Connection::end_with(Node const& reason) {
    send(reason);
    end(kLinger);
}

void Connection::end(Milliseconds linger) {
    if (state_ == State::closed) return;
    state_ = State::closed;
    wire_->close(linger);
    service_.disconnected(*this);
}

void Connection::ended() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    service_.disconnected(*this);
}

}   // namespace waqtor::sandbox
