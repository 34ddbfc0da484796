#include "whatsapp/transport/testing/service.hpp"

#include "whatsapp/binary/codec.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/noise/frame.hpp"
#include "whatsapp/noise/handshake.hpp"

#include <openssl/x509v3.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <filesystem>
#include <fstream>

namespace waqtor::whatsapp::transport::testing {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;
using Step = asio::awaitable<void>;

namespace {

/// A fresh self-signed certificate for 127.0.0.1, both parts as PEM.
std::pair<std::string, std::string> self_signed() {
    auto const key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>{EVP_EC_gen("P-256"), EVP_PKEY_free};
    auto const certificate = std::unique_ptr<X509, void (*)(X509*)>{X509_new(), X509_free};
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("test service"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    for (auto [kind, value] : {std::pair{NID_basic_constraints, "CA:TRUE"}, std::pair{NID_subject_alt_name, "IP:127.0.0.1"}}) {
        auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    auto const text = [](auto write) {
        auto const bio = std::unique_ptr<BIO, int (*)(BIO*)>{BIO_new(BIO_s_mem()), BIO_free};
        write(bio.get());
        char* data = nullptr;
        auto const size = BIO_get_mem_data(bio.get(), &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    return {text([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }),
            text([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

}   // namespace

struct Service::State {
    asio::io_context context;
    Tcp::endpoint any{asio::ip::make_address("127.0.0.1"), 0};
    Tcp::acceptor plain{context, any}, secure{context, any}, proxy{context, any}, silent{context, any};
    asio::ssl::context tls{asio::ssl::context::tls_server};
    std::filesystem::path ca =
        std::filesystem::temp_directory_path() / ("waqtor-" + crypto::to_hex(crypto::random_array<8>()) + ".pem");
    crypto::KeyPair root = crypto::KeyPair::generate(), intermediate = crypto::KeyPair::generate(),
                    own = crypto::KeyPair::generate();

    Answer answer = Answer::whole;
    unsigned status = 0;
    std::string login;
    crypto::PublicKey client;
    std::string payload, target;
    std::multimap<std::string, std::string> headers;
    Bytes routing;

    State() {
        auto const [certificate, key] = self_signed();
        tls.use_certificate_chain(asio::buffer(certificate));
        tls.use_private_key(asio::buffer(key), asio::ssl::context::pem);
        std::ofstream{ca} << certificate;
        start(accept(plain, false));
        start(accept(secure, true));
        start(accept_proxy());
        start(accept_silent());
    }
    ~State() { std::filesystem::remove(ca); }

    /// What fails here is a client that hangs up, which the tests do on purpose.
    void start(Step step) { asio::co_spawn(context, std::move(step), asio::detached); }

    Bytes chain() const {
        auto const now = SystemClock{}.now();
        auto const year = std::chrono::hours{24 * 365};
        return noise::make_chain(
            {.serial = 2, .issuer_serial = 1, .key = own.pub, .not_before = now - year, .not_after = now + year},
            intermediate.secret,
            {.serial = 1, .issuer_serial = 0, .key = intermediate.pub, .not_before = now - year, .not_after = now + year},
            root.secret);
    }

    Step accept(Tcp::acceptor& acceptor, bool with_tls) {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            if (with_tls)
                start(serve_tls(std::move(socket)));
            else
                start(serve(websocket::stream<Tcp::socket, false>{std::move(socket)}));
        }
    }
    Step serve_tls(Tcp::socket socket) {
        asio::ssl::stream<Tcp::socket> stream{std::move(socket), tls};
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await serve(websocket::stream<asio::ssl::stream<Tcp::socket>, false>{std::move(stream)});
    }

    template <class Stream> Step serve(Stream stream) {
        beast::flat_buffer buffer;
        http::request<http::string_body> request;
        co_await http::async_read(stream.next_layer(), buffer, request, asio::use_awaitable);
        target = std::string{request.target()};
        headers.clear();
        for (auto const& field : request) headers.emplace(field.name_string(), field.value());
        if (status != 0) {
            http::response<http::empty_body> refusal{static_cast<http::status>(status), 11};
            refusal.prepare_payload();
            co_await http::async_write(stream.next_layer(), refusal, asio::use_awaitable);
            co_return;
        }
        co_await stream.async_accept(request, asio::use_awaitable);
        stream.binary(true);
        noise::FrameReader reader{noise::Start::intro};
        noise::ServerHandshake handshake{own, chain()};
        Bytes out;
        (void)noise::append_frame(out, handshake.answer(co_await frame(stream, reader)).value());
        co_await stream.async_write(asio::buffer(out), asio::use_awaitable);
        auto finished = handshake.finish(co_await frame(stream, reader)).value();
        client = finished.client;
        payload = std::string{text_of(finished.payload)};
        routing = reader.routing_info();
        for (;;) {
            auto const ping = decode(finished.transport.decrypt(co_await frame(stream, reader)).value()).value();
            co_await pong(stream, finished.transport, ping.string("id"));
        }
    }

    template <class Stream> asio::awaitable<Bytes> frame(Stream& stream, noise::FrameReader& reader) {
        for (;;) {
            if (auto const next = reader.next().value()) co_return to_bytes(*next);
            beast::flat_buffer buffer;
            co_await stream.async_read(buffer, asio::use_awaitable);
            reader.feed({static_cast<std::uint8_t const*>(buffer.data().data()), buffer.size()});
        }
    }

    template <class Stream> Step pong(Stream& stream, noise::Transport& cipher, std::string id) {
        Bytes out;
        for (auto i = 0; i < (answer == Answer::twice_in_one ? 2 : 1); ++i)
            (void)noise::append_frame(out, cipher.encrypt(encode(Node{"pong", {{"id", id}}})).value());
        if (answer != Answer::in_pieces) {
            co_await stream.async_write(asio::buffer(out), asio::use_awaitable);
            co_return;
        }
        for (auto const& byte : out) co_await stream.async_write(asio::buffer(&byte, 1), asio::use_awaitable);
    }

    Step accept_silent() {
        std::vector<Tcp::socket> kept;
        for (;;) kept.push_back(co_await silent.async_accept(asio::use_awaitable));
    }

    Step accept_proxy() {
        for (;;) start(serve_proxy(co_await proxy.async_accept(asio::use_awaitable)));
    }
    Step serve_proxy(Tcp::socket client_socket) {
        std::uint8_t first = 0;
        co_await client_socket.async_receive(asio::buffer(&first, 1), Tcp::socket::message_peek, asio::use_awaitable);
        auto const to = co_await (first == 5 ? socks(client_socket) : connect(client_socket));
        Tcp::socket service{context};
        co_await service.async_connect(to, asio::use_awaitable);
        using namespace asio::experimental::awaitable_operators;
        co_await (pipe(client_socket, service) && pipe(service, client_socket));
    }
    Step pipe(Tcp::socket& from, Tcp::socket& to) {
        std::array<char, 4096> data;
        for (;;) {
            auto const size = co_await from.async_read_some(asio::buffer(data), asio::use_awaitable);
            co_await asio::async_write(to, asio::buffer(data, size), asio::use_awaitable);
        }
    }
    Tcp::endpoint loopback(std::uint16_t port) const { return {any.address(), port}; }

    asio::awaitable<Tcp::endpoint> connect(Tcp::socket& socket) {
        std::string head;
        co_await asio::async_read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", asio::use_awaitable);
        auto const wanted =
            login.empty() ? std::string{} : "Proxy-Authorization: Basic " + crypto::to_base64(bytes_of(login)) + "\r\n";
        auto const ok = head.starts_with("CONNECT 127.0.0.1:") && head.find(wanted) != std::string::npos;
        std::string const answer_line = ok ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 407 Login needed\r\nContent-Length: 0\r\n\r\n";
        co_await asio::async_write(socket, asio::buffer(answer_line), asio::use_awaitable);
        if (!ok) throw std::runtime_error{"refused"};
        co_return loopback(static_cast<std::uint16_t>(std::stoul(head.substr(18))));
    }

    asio::awaitable<Bytes> read(Tcp::socket& socket, std::size_t size) {
        Bytes out(size);
        co_await asio::async_read(socket, asio::buffer(out), asio::use_awaitable);
        co_return out;
    }
    Step write(Tcp::socket& socket, Bytes bytes) { co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable); }

    asio::awaitable<Tcp::endpoint> socks(Tcp::socket& socket) {
        auto const greeting = co_await read(socket, 3);
        std::uint8_t const method = login.empty() ? 0 : 2;
        co_await write(socket, {5, greeting[2] == method ? method : std::uint8_t{0xff}});
        if (greeting[2] != method) throw std::runtime_error{"refused"};
        if (method == 2) {
            auto const user = co_await read(socket, (co_await read(socket, 2))[1]);
            auto const password = co_await read(socket, (co_await read(socket, 1))[0]);
            auto const ok = std::string{text_of(user)} + ":" + std::string{text_of(password)} == login;
            co_await write(socket, {1, static_cast<std::uint8_t>(ok ? 0 : 1)});
            if (!ok) throw std::runtime_error{"refused"};
        }
        auto const head = co_await read(socket, 5);
        auto const rest = co_await read(socket, head[4] + 2u);
        co_await write(socket, {5, 0, 0, 1, 127, 0, 0, 1, 0, 0});
        co_return loopback(static_cast<std::uint16_t>(from_big_endian(ByteView{rest}.last(2))));
    }
};

Service::Service() : state_{std::make_unique<State>()} {}
Service::~Service() = default;
asio::io_context& Service::context() { return state_->context; }
std::uint16_t Service::port(bool secure) const { return (secure ? state_->secure : state_->plain).local_endpoint().port(); }
std::uint16_t Service::proxy_port() const { return state_->proxy.local_endpoint().port(); }
std::uint16_t Service::silent_port() const { return state_->silent.local_endpoint().port(); }
noise::TrustRoot Service::root() const { return {state_->root.pub, 0}; }
std::string Service::ca_file() const { return state_->ca.string(); }
void Service::answer_with(Answer answer) { state_->answer = answer; }
void Service::refuse_with(unsigned http_status) { state_->status = http_status; }
void Service::proxy_login(std::string login) { state_->login = std::move(login); }
crypto::PublicKey Service::last_client() const { return state_->client; }
std::string Service::last_payload() const { return state_->payload; }
std::string Service::last_target() const { return state_->target; }
std::multimap<std::string, std::string>& Service::last_headers() const { return state_->headers; }
Bytes Service::last_routing() const { return state_->routing; }
std::string Service::Request::operator[](std::string const& name) const {
    auto const found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

}   // namespace waqtor::whatsapp::transport::testing
