#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/noise/frame.hpp"
#include "whatsapp/noise/handshake.hpp"
#include "whatsapp/testing/vectors.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace waqtor::whatsapp::noise {
namespace {

using crypto::KeyPair;
using crypto::to_hex;
using testing::hex;
using testing::text;
using testing::operator""_hex;

Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

struct Vector {
    boost::json::value const file = testing::vectors("noise.json");
    boost::json::object const& row = file.as_object();

    KeyPair pair(std::string_view name) const { return KeyPair::from(crypto::secret32(hex(row, name))); }
    Timestamp now() const { return at(row.at("now").as_int64()); }
    TrustRoot root() const { return {*crypto::PublicKey::parse(hex(row, "root")), 0}; }
};

TEST(Noise, ClientSendsTheSameBytesAsBaileys) {
    Vector const v;
    ClientHandshake client{v.pair("client_ephemeral")};
    EXPECT_EQ(to_hex(client.hello()), text(v.row, "client_hello"));
    auto finished = client.finish(hex(v.row, "server_hello"), v.pair("client_static"), v.root(), v.now(), hex(v.row, "payload"));
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(to_hex(finished->message), text(v.row, "client_finish"));
    for (auto const& frame : v.row.at("frames").as_array())
        EXPECT_EQ(to_hex(*finished->transport.encrypt(hex(frame.as_object(), "plain"))), text(frame.as_object(), "from_client"));
}

TEST(Noise, ServerAcceptsBaileysAndAnswersTheSameBytes) {
    Vector const v;
    ServerHandshake server{v.pair("server_static"), hex(v.row, "chain"), v.pair("server_ephemeral")};
    auto const hello = server.answer(hex(v.row, "client_hello"));
    ASSERT_TRUE(hello) << hello.error().message;
    EXPECT_EQ(to_hex(*hello), text(v.row, "server_hello"));
    auto finished = server.finish(hex(v.row, "client_finish"));
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->client, v.pair("client_static").pub);
    EXPECT_EQ(to_hex(finished->payload), text(v.row, "payload"));
    for (auto const& frame : v.row.at("frames").as_array())
        EXPECT_EQ(to_hex(*finished->transport.decrypt(hex(frame.as_object(), "from_client"))), text(frame.as_object(), "plain"));
}

/// Both ends with a chain that a test can spoil before it is signed.
struct Connection {
    KeyPair root = KeyPair::generate();
    KeyPair intermediate = KeyPair::generate();
    KeyPair server = KeyPair::generate();
    KeyPair device = KeyPair::generate();
    Certificate middle{.serial = 7, .issuer_serial = 0, .key = intermediate.pub, .not_before = at(1000), .not_after = at(2000)};
    Certificate leaf{.serial = 8, .issuer_serial = 7, .key = server.pub, .not_before = at(1000), .not_after = at(2000)};
    TrustRoot trusted{root.pub, 0};
    Timestamp now = at(1500);

    Result<ServerHandshake::Finished> run(std::optional<Transport>* client_side = nullptr) {
        ClientHandshake client;
        ServerHandshake responder{server, make_chain(leaf, intermediate.secret, middle, root.secret)};
        TRY(auto const hello, responder.answer(client.hello()));
        TRY(auto finished, client.finish(hello, device, trusted, now, bytes_of("payload")));
        if (client_side) *client_side = finished.transport;
        return responder.finish(finished.message);
    }
    std::optional<Refusal> refused() {
        auto const result = run();
        return result ? std::nullopt : refusal_of(result.error());
    }
};

TEST(Noise, BothDirectionsWorkAndAFrameCannotBeReplayed) {
    std::optional<Transport> client;
    Connection connection;
    auto server = connection.run(&client);
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(server->client, connection.device.pub);
    EXPECT_EQ(text_of(server->payload), "payload");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(text_of(*server->transport.decrypt(*client->encrypt(bytes_of("up")))), "up");
        EXPECT_EQ(text_of(*client->decrypt(*server->transport.encrypt(bytes_of("down")))), "down");
    }
    auto const frame = *client->encrypt(bytes_of("once"));
    EXPECT_TRUE(server->transport.decrypt(frame));
    EXPECT_EQ(refusal_of(server->transport.decrypt(frame).error()), Refusal::message_mac);
}

TEST(Noise, EachFaultOfTheCertificatesIsRefusedByName) {
    struct Row {
        char const* what;
        void (*spoil)(Connection&);
        Refusal why;
    };
    Row const rows[] = {
        {"another root", [](Connection& c) { c.trusted.key = KeyPair::generate().pub; }, Refusal::certificate_signature},
        {"the real root", [](Connection& c) { c.trusted = TrustRoot::whatsapp(); }, Refusal::certificate_signature},
        {"leaf signed by another", [](Connection& c) { c.intermediate = KeyPair::generate(); }, Refusal::certificate_signature},
        {"root of another serial", [](Connection& c) { c.trusted.serial = 1; }, Refusal::certificate_serial},
        {"intermediate of another issuer", [](Connection& c) { c.middle.issuer_serial = 3; }, Refusal::certificate_serial},
        {"leaf of another issuer", [](Connection& c) { c.leaf.issuer_serial = 0; }, Refusal::certificate_serial},
        {"too early", [](Connection& c) { c.now = at(999); }, Refusal::certificate_expired},
        {"intermediate expired", [](Connection& c) { c.middle.not_after = at(1499); }, Refusal::certificate_expired},
        {"leaf expired", [](Connection& c) { c.leaf.not_after = at(1499); }, Refusal::certificate_expired},
        {"leaf not yet valid", [](Connection& c) { c.leaf.not_before = at(1501); }, Refusal::certificate_expired},
        {"leaf for another key", [](Connection& c) { c.leaf.key = KeyPair::generate().pub; }, Refusal::certificate_key},
    };
    EXPECT_EQ(Connection{}.refused(), std::nullopt);
    for (auto const& row : rows) {
        Connection connection;
        row.spoil(connection);
        EXPECT_EQ(connection.refused(), row.why) << row.what;
    }
}

TEST(Noise, EveryFlippedBitOfTheHandshakeIsRefused) {
    Vector const v;
    auto hello = hex(v.row, "server_hello");
    for (std::size_t i = 0; i < hello.size(); ++i) {
        hello[i] ^= 0x10;
        ClientHandshake client{v.pair("client_ephemeral")};
        auto const result = client.finish(hello, v.pair("client_static"), v.root(), v.now(), {});
        EXPECT_FALSE(result) << "byte " << i << " of ServerHello";
        hello[i] ^= 0x10;
    }
    auto last = hex(v.row, "client_finish");
    for (std::size_t i = 0; i < last.size(); ++i) {
        last[i] ^= 0x10;
        ServerHandshake server{v.pair("server_static"), hex(v.row, "chain"), v.pair("server_ephemeral")};
        ASSERT_TRUE(server.answer(hex(v.row, "client_hello")));
        EXPECT_FALSE(server.finish(last)) << "byte " << i << " of ClientFinish";
        last[i] ^= 0x10;
    }
}

TEST(Noise, AServerNamesTheResumePatternItDoesNotServe) {
    ServerHandshake server{KeyPair::generate(), {}};
    // ClientHello{ephemeral, static}: an IK resume.
    auto const key = std::string(64, '1');
    auto const hello = crypto::from_hex(
        "1244"
        "0a20" +
        key + "1220" + key);
    EXPECT_EQ(refusal_of(server.answer(*hello).error()), Refusal::handshake);
    EXPECT_EQ(refusal_of(server.answer("00"_hex).error()), Refusal::handshake);
    EXPECT_EQ(refusal_of(server.answer({}).error()), Refusal::handshake);
}

TEST(Frame, IntroIsWhatBaileysSends) {
    Vector const v;
    auto out = intro();
    ASSERT_TRUE(append_frame(out, bytes_of("hello")));
    EXPECT_EQ(to_hex(out), text(v.row, "intro"));
    EXPECT_EQ(to_hex(intro("0102"_hex)),
              "454400010000020102"
              "57410603");
}

TEST(Frame, AStreamIsCutByLengthWhereverItIsSplit) {
    auto const routing = "0102030405"_hex;
    auto stream = intro(routing);
    std::vector<Bytes> const payloads{{}, "aa"_hex, Bytes(70'000, 7), "bb"_hex};
    for (auto const& payload : payloads) ASSERT_TRUE(append_frame(stream, payload));
    for (std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{1000}, stream.size()}) {
        FrameReader reader{Start::intro};
        std::vector<Bytes> seen;
        for (std::size_t from = 0; from < stream.size(); from += step) {
            reader.feed(ByteView{stream}.subspan(from, std::min(step, stream.size() - from)));
            for (;;) {
                auto const next = reader.next();
                ASSERT_TRUE(next);
                if (!*next) break;
                seen.push_back(to_bytes(**next));
            }
        }
        EXPECT_EQ(seen, payloads) << "in steps of " << step;
        EXPECT_EQ(reader.routing_info(), routing);
        EXPECT_EQ(reader.buffered(), 0u);
    }
}

TEST(Frame, HostileStreamsAreRefusedEarly) {
    auto const refused = [](Bytes const& stream, Start start, std::size_t largest) {
        FrameReader reader{start, largest};
        reader.feed(stream);
        auto const next = reader.next();
        return next ? std::nullopt : refusal_of(next.error());
    };
    EXPECT_EQ(refused("47"_hex, Start::intro, 100), Refusal::malformed);           // GET /
    EXPECT_EQ(refused("57410602"_hex, Start::intro, 100), Refusal::malformed);     // another dictionary
    EXPECT_EQ(refused("45440001ffffff"_hex, Start::intro, 100), Refusal::limit);   // 16 MiB of routing information
    EXPECT_EQ(refused("4544000100000101"
                      "57410604"_hex,
                      Start::intro, 100),
              Refusal::malformed);
    EXPECT_EQ(refused("000065"_hex, Start::frame, 100), Refusal::limit);
    EXPECT_EQ(refused("000064"_hex, Start::frame, 100), std::nullopt);
    Bytes out;
    EXPECT_EQ(append_frame(out, Bytes(kLargestFrame + 1)).error().code, Code::too_large);
}

}   // namespace
}   // namespace waqtor::whatsapp::noise
