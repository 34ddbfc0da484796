// Our reader against Beast's stream on the same bytes: the same messages come out, and the same code ends a broken connection.
#include "server/realtime/codec/deflate.hpp"
#include "server/realtime/codec/frame_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/impl/read.hpp>

#include <gtest/gtest.h>

#include <random>

namespace waqtor::realtime {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;

struct Outcome {
    std::vector<std::string> messages;
    unsigned code = 0;   // that the reader ends the connection with; 0: it did not, 1: it did without saying why
};

std::ostream& operator<<(std::ostream& out, Outcome const& one) {
    for (auto const& message : one.messages) out << message.size() << ":" << message.substr(0, 40) << ' ';
    return out << "code " << one.code;
}

/// Beast calls a close reason that is not UTF-8 a protocol error; RFC 6455 §7.4.1 has 1007 for it.
bool agree(Outcome const& ours, Outcome const& beasts) {
    return ours.messages == beasts.messages && (ours.code == beasts.code || (ours.code == 1007 && beasts.code == 1002));
}

/// What is wrong inside compressed data is noticed at another place by each: only what came out must not differ.
bool do_not_differ(Outcome const& ours, Outcome const& beasts) {
    auto const size = std::min(ours.messages.size(), beasts.messages.size());
    return std::equal(ours.messages.begin(), ours.messages.begin() + static_cast<std::ptrdiff_t>(size), beasts.messages.begin());
}

Outcome ours(std::string bytes, std::size_t step, bool deflate) {
    FrameReader reader{FrameReader::From::client, {.message = 70'000}};
    Inflater inflater;
    Outcome out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        auto in = std::span{bytes}.subspan(at, std::min(step, bytes.size() - at));
        while (true) {
            auto const got = reader.next(in, deflate ? &inflater : nullptr);
            if (!got) {
                out.code = static_cast<unsigned>(got.error().code);
                return out;
            }
            if (!*got) break;
            auto const& [opcode, payload] = **got;
            if (opcode == Opcode::close) return out;
            if (opcode == Opcode::text || opcode == Opcode::binary)
                out.messages.push_back((opcode == Opcode::text ? "t" : "b") + std::string{payload});
        }
    }
    return out;
}

/// The code of the close frame a server wrote; 0 when there is none. Pongs may stand before it.
unsigned close_code_in(std::string_view written) {
    auto bytes = std::string{written};
    FrameReader reader{FrameReader::From::server, {}};
    auto in = std::span{bytes};
    while (true) {
        auto const got = reader.next(in);
        if (!got || !*got) return 0;
        if ((*got)->opcode != Opcode::close) continue;
        auto const payload = (*got)->payload;
        return payload.size() < 2 ? 1005U : static_cast<unsigned char>(payload[0]) * 256U + static_cast<unsigned char>(payload[1]);
    }
}

class Beast {
public:
    explicit Beast(bool deflate) : server_{io_}, client_{io_} {
        server_.next_layer().connect(client_);
        beast::websocket::permessage_deflate options;
        options.server_enable = deflate;
        options.server_no_context_takeover = options.client_no_context_takeover = true;
        server_.set_option(options);
        server_.read_message_max(70'000);
        server_.control_callback([this](beast::websocket::frame_type type, beast::string_view) {
            closed_ = closed_ || type == beast::websocket::frame_type::close;
        });
        server_.async_accept([](beast::error_code) {});
        auto const request =
            std::string{
                "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"} +
            (deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" : "\r\n");
        client_.write_some(asio::buffer(request));
        io_.run();
        client_.clear();
    }

    Outcome read(std::string const& bytes) {
        client_.write_some(asio::buffer(bytes));
        client_.close();
        Outcome out;
        read_next(out);
        io_.restart();
        io_.run();
        if (auto const said = closed_ ? 0 : close_code_in(client_.str())) out.code = said;
        return out;
    }

private:
    void read_next(Outcome& out) {
        server_.async_read(buffer_, [this, &out](beast::error_code failure, std::size_t) {
            if (failure) {
                if (failure != asio::error::eof && failure != beast::websocket::error::closed) out.code = 1;
                return;
            }
            out.messages.push_back((server_.got_text() ? "t" : "b") + beast::buffers_to_string(buffer_.data()));
            buffer_.clear();
            read_next(out);
        });
    }

    asio::io_context io_;
    beast::websocket::stream<beast::test::stream, true> server_;
    beast::test::stream client_;
    beast::flat_buffer buffer_;
    bool closed_ = false;
};

/// Frames as a client may send them, mostly right.
class Maker {
public:
    explicit Maker(unsigned seed) : random_{seed} {}

    /// `damaged` is set when a bit was turned somewhere.
    std::string stream(bool deflate, bool& damaged) {
        std::string out;
        auto const frames = below(8) + 1;
        for (auto i = 0U; i < frames; ++i) add_message(out, deflate);
        damaged = below(3) == 0;
        if (damaged) {
            auto const at = below(static_cast<unsigned>(std::min<std::size_t>(out.size(), 200)));
            out[at] = static_cast<char>(static_cast<unsigned char>(out[at]) ^ (1U << below(8)));
        }
        return out;
    }

private:
    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

    std::string words(bool text) {
        static constexpr std::array<std::string_view, 7> kPieces{
            "a", "hello ", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82", "سلام", "0123456789abcdef"};
        std::string out;
        auto const size = below(4) == 0 ? below(400) : below(12);
        for (auto i = 0U; i < size; ++i)
            out += text ? std::string{kPieces[below(kPieces.size())]} : std::string(1, static_cast<char>(below(256)));
        return out;
    }

    void add_message(std::string& out, bool deflate) {
        if (below(6) == 0)
            return append_masked_frame(out, below(2) ? Opcode::ping : Opcode::pong, words(false).substr(0, 125), key());
        if (below(30) == 0) {
            std::string payload{"\x03\xe8"};
            return append_masked_frame(out, Opcode::close, below(2) ? payload + words(true).substr(0, 60) : payload, key());
        }
        auto const text = below(3) > 0;
        auto payload = words(text);
        auto packed = deflate && below(2) ? deflater_.compress(payload) : std::string{};
        auto const compressed = !packed.empty();
        if (compressed) payload = std::move(packed);
        auto opcode = text ? Opcode::text : Opcode::binary;
        auto first = true;
        while (below(3) == 0) {
            auto const cut = below(static_cast<unsigned>(payload.size()) + 1);
            append_masked_frame(out, opcode, payload.substr(0, cut), key(), {.fin = false, .rsv1 = first && compressed});
            if (below(4) == 0) append_masked_frame(out, Opcode::ping, "p", key());
            payload.erase(0, cut);
            opcode = Opcode::continuation;
            first = false;
        }
        append_masked_frame(out, opcode, payload, key(), {.rsv1 = first && compressed});
    }
    std::uint32_t key() { return static_cast<std::uint32_t>(random_()); }

    std::mt19937 random_;
    Deflater deflater_;
};

void compare(bool deflate, unsigned seeds) {
    for (auto seed = 0U; seed < seeds; ++seed) {
        auto damaged = false;
        auto const bytes = Maker{seed}.stream(deflate, damaged);
        auto const expected = Beast{deflate}.read(bytes);
        for (auto step : {bytes.size(), std::size_t{1}, std::size_t{1 + seed % 50}})
            ASSERT_PRED2(deflate && damaged ? do_not_differ : agree, ours(bytes, step, deflate), expected)
                << "seed " << seed << " in steps of " << step;
    }
}

TEST(BeastOracle, AgreesOnPlainStreams) { compare(false, 3000); }
TEST(BeastOracle, AgreesOnCompressedStreams) { compare(true, 3000); }

}   // namespace
}   // namespace waqtor::realtime
