#include "whatsapp/messaging/media_transfer.hpp"

#include "sandbox/sandbox.hpp"
#include "sandbox/service/stanzas.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <fstream>
#include <future>

/// Files go up to the sandbox's media store over TLS and come back.
namespace waqtor::whatsapp::messaging {
namespace {

namespace fs = std::filesystem;

struct MediaTransfer : ::testing::Test {
    fs::path folder = make_folder();
    sandbox::Sandbox sandbox{{.folder = folder}};
    asio::thread_pool pool{2};
    SystemClock clock;
    MediaHosts hosts = told_hosts();
    TransferOptions options{
        .https = {.tls = transport::Tls::make((folder / "ca.pem").string()).value(), .patience = std::chrono::seconds{30}},
        .files = pool.get_executor()};

    ~MediaTransfer() override {
        pool.join();
        fs::remove_all(folder);
    }

    static fs::path make_folder() {
        auto name = (fs::temp_directory_path() / "waqtor-media-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        return name;
    }

    /// As the service tells them to a logged-in device.
    MediaHosts told_hosts() {
        Result<MediaHosts> told = fail(waqtor::Code::unavailable, "not asked");
        sandbox.add_phone("15550101", "Amal");
        sandbox.on_service([&](sandbox::Service& service) {
            auto& device = *service.world.account({.user = "15550101", .server = Server::user})->device(0);
            auto const query = media_hosts_query();
            auto const answer = sandbox::answer_media_conn(service, device, query);
            told = parse_media_hosts(Node{"iq", {{"type", "result"}}, answer->children}, clock.now());
        });
        return told.value();
    }

    template <class T> Result<T> run(Task<T> task) {
        asio::io_context io;
        auto done = asio::co_spawn(io, std::move(task), asio::use_future);
        io.run();
        return done.get();
    }

    fs::path file(std::size_t size, char const* name = "plain") {
        auto const bytes = crypto::random_bytes(size);
        std::ofstream{folder / name, std::ios::binary} << text_of(bytes);
        return folder / name;
    }
    static std::string content(fs::path const& path) {
        std::ifstream in{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    Result<media::Hashes> fetch(RemoteFile from, media::Kind kind, std::optional<std::uint64_t> size = {}) {
        return run(download_media(std::move(from), kind, folder / "back", size, hosts, options));
    }
};

TEST_F(MediaTransfer, FilesOfEverySizeComeBackAsTheyWere) {
    for (std::size_t const size : {0UL, 1UL, 16UL, 65'536UL, 262'144UL, 1'000'003UL}) {
        SCOPED_TRACE(size);
        auto const up = run(upload_media(file(size), media::Kind::image, hosts, options));
        ASSERT_TRUE(up) << up.error().message << " " << up.error().cause;
        EXPECT_EQ(up->size, size);
        auto const down = fetch(up->remote, media::Kind::image, size);
        ASSERT_TRUE(down) << down.error().message << " " << down.error().cause;
        EXPECT_EQ(crypto::to_base64(down->file), up->remote.file_sha256);
        EXPECT_TRUE(content(folder / "plain") == content(folder / "back"));
    }
}

TEST_F(MediaTransfer, WhatDoesNotFitIsRefusedAndLeavesNoFile) {
    auto const up = run(upload_media(file(5000), media::Kind::document, hosts, options)).value();
    auto const spoil = [&](std::string RemoteFile::* member) {
        auto wrong = up.remote;
        wrong.*member = crypto::to_base64(crypto::random_bytes(32));
        return fetch(std::move(wrong), media::Kind::document).error();
    };
    EXPECT_EQ(refusal_of(spoil(&RemoteFile::media_key)), Refusal::media_mac);
    EXPECT_EQ(refusal_of(spoil(&RemoteFile::file_sha256)), Refusal::media_hash);
    EXPECT_EQ(refusal_of(spoil(&RemoteFile::file_enc_sha256)), Refusal::media_hash);
    EXPECT_EQ(refusal_of(fetch(up.remote, media::Kind::image).error()), Refusal::media_mac);   // other keys
    EXPECT_EQ(refusal_of(fetch(up.remote, media::Kind::document, 4999).error()), Refusal::media_size);
    auto gone = up.remote;
    gone.direct_path = "/v/t62/0_sandbox.enc";
    EXPECT_EQ(fetch(gone, media::Kind::document).error().code, waqtor::Code::gone);
    auto small = options;
    small.most = 4000;
    EXPECT_EQ(run(download_media(up.remote, media::Kind::document, folder / "back", {}, hosts, small)).error().code,
              waqtor::Code::too_large);
    EXPECT_EQ(run(upload_media(folder / "plain", media::Kind::document, hosts, small)).error().code, waqtor::Code::too_large);
    EXPECT_EQ(run(upload_media(folder / "none", media::Kind::document, hosts, options)).error().code, waqtor::Code::invalid);
    for (auto const& entry : fs::directory_iterator{folder}) EXPECT_FALSE(entry.path().filename().string().starts_with("back"));
}

TEST_F(MediaTransfer, TheNextHostIsTriedButNotAfterALoginWasRefused) {
    auto two = hosts;
    two.hosts.insert(two.hosts.begin(), "127.0.0.1:1");
    auto const up = run(upload_media(file(100), media::Kind::audio, two, options));
    ASSERT_TRUE(up) << up.error().message;
    EXPECT_TRUE(run(download_media(up->remote, media::Kind::audio, folder / "back", 100, two, options)));
    two.hosts.pop_back();
    EXPECT_EQ(run(upload_media(folder / "plain", media::Kind::audio, two, options)).error().code, waqtor::Code::unavailable);
    auto expired = hosts;
    expired.auth = "yesterday";
    EXPECT_EQ(run(upload_media(folder / "plain", media::Kind::audio, expired, options)).error().code, waqtor::Code::forbidden);
}

TEST_F(MediaTransfer, AForeignCertificateIsNotTrusted) {
    options.https.tls = transport::Tls::make().value();   // the system's roots
    EXPECT_EQ(run(upload_media(file(100), media::Kind::audio, hosts, options)).error().code, waqtor::Code::unavailable);
}

TEST_F(MediaTransfer, TheWholeTransferHasADeadline) {
    options.deadline = std::chrono::milliseconds{1};
    EXPECT_EQ(run(upload_media(file(3'000'000), media::Kind::video, hosts, options)).error().code, waqtor::Code::timeout);
}

TEST(MediaHostsAnswer, MustNameHosts) {
    EXPECT_FALSE(parse_media_hosts(Node{"iq"}, {}));
    auto const answer = [](char const* host) {
        return Node{"iq",
                    {},
                    Node{"media_conn",
                         {{"auth", "a"}, {"ttl", "60"}, {"auth_ttl", "30"}},
                         Node{"host", {{"hostname", Value{std::string_view{host}}}}}}};
    };
    EXPECT_FALSE(parse_media_hosts(answer("evil/path"), {}));
    auto const good = parse_media_hosts(answer("mmg.example"), Timestamp{});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->until, Timestamp{std::chrono::seconds{30}});
}

}   // namespace
}   // namespace waqtor::whatsapp::messaging
