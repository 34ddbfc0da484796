// Files, polls and votes between two clients of ours; tests/interop has foreign ones on the other end.
#include "core/messages/media_store.hpp"
#include "ground.hpp"

#include <stdlib.h>

namespace waqtor::engine {
namespace {

class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "waqtor-content-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path const& path() const { return path_; }
    /// Files that stand outside their place: what was not finished.
    int left_over() const {
        auto count = 0;
        for (auto const& entry : std::filesystem::directory_iterator{path_}) count += entry.is_regular_file() ? 1 : 0;
        return count;
    }

private:
    std::filesystem::path path_;
};

/// Two linked numbers, each with a media store of its own.
struct Two {
    Ground ground;
    Folder amals, badrs;
    FileMediaStore at_amal{amals.path()}, at_badr{badrs.path()};
    Device amal{ground, [this](auto& parts) { parts.files = &at_amal; }};
    Device badr{ground, [this](auto& parts) { parts.files = &at_badr; }};

    Two() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        amal.link(kAmal);
        badr.link(kBadr);
    }
    Content image(std::string const& bytes) {
        return {.type = MessageType::image, .media = Media{.file = at_amal.put(bytes).value(), .mime_type = "image/png"}};
    }
    Inbound arrived(Device& at, std::string const& id) {
        return at.heard.wait("received", [&](auto const& event) { return event.inbound.id == id; }).inbound;
    }
    Result<std::string> fetch(Media media, MessageType type = MessageType::image) {
        return badr.run(badr.client().download(type, std::move(media)));
    }
    int uploads() {
        auto count = 0;
        for (auto const& entry : ground->ledger())
            count += entry.way == sandbox::Way::from_device && entry.tag == "iq" && entry.type.ends_with("w:m") ? 1 : 0;
        return count;
    }
};

TEST(EngineContent, AFileGoesFromStoreToStoreAndToThePhone) {
    Two two;
    std::string bytes(3'000'001, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
    auto const sent = two.amal.send(address(kBadr), two.image(bytes));
    ASSERT_TRUE(sent) << sent.error().message << sent.error().cause;
    auto const media = *two.arrived(two.badr, two.amal.last_id).content.media;
    EXPECT_EQ(media.size, 3'000'001);
    EXPECT_FALSE(media.file);
    auto const file = two.fetch(media);
    ASSERT_TRUE(file) << file.error().message << file.error().cause;
    EXPECT_EQ(*file, two.at_amal.put(bytes).value());
    EXPECT_TRUE(two.at_badr.get(*file).value() == bytes);
    EXPECT_EQ(two.badrs.left_over(), 0);
    auto const seen = two.ground.expect("the file", [&](auto const& entry) {
        return entry.way == sandbox::Way::phone && entry.id == two.amal.last_id && entry.device == address(kBadr);
    });
    EXPECT_EQ(seen.file, *file);
    // Once more to somebody: what was uploaded stays usable.
    auto const hosts_asked = two.uploads();
    ASSERT_TRUE(two.amal.send(address(kBadr), two.image(bytes)));
    EXPECT_TRUE(two.fetch(*two.arrived(two.badr, two.amal.last_id).content.media));
    EXPECT_EQ(two.uploads(), hosts_asked);
    two.ground.expect_nothing_refused();
}

TEST(EngineContent, AFileThatCannotBeSentCommitsNothing) {
    Two two;
    auto lost = two.image("something");
    two.at_amal.remove(*lost.media->file);
    auto const sent = two.amal.send(address(kBadr), lost);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Code::gone);
    EXPECT_TRUE(two.amal.heard.all("committed").empty());
    ASSERT_TRUE(two.amal.send_text(address(kBadr), "goes on"));
    two.badr.heard.wait_text("goes on");
}

TEST(EngineContent, AFileThatIsNotWhatTheMessageSaidLeavesNothing) {
    Two two;
    ASSERT_TRUE(two.amal.send(address(kBadr), two.image(std::string(70'000, 'x'))));
    auto const media = *two.arrived(two.badr, two.amal.last_id).content.media;
    auto wrong = media;
    wrong.remote->file_sha256 = std::string(43, 'A') + "=";
    EXPECT_EQ(two.fetch(wrong).error().code, Code::malformed);
    wrong = media;
    wrong.remote->direct_path = "/v/t62/0_sandbox.enc";
    EXPECT_EQ(two.fetch(wrong).error().code, Code::gone);
    EXPECT_EQ(two.fetch(media, MessageType::voice).error().code, Code::malformed) << "keys of another kind of file";
    wrong.remote.reset();
    EXPECT_EQ(two.fetch(wrong).error().code, Code::invalid);
    EXPECT_EQ(two.badrs.left_over(), 0);
    EXPECT_TRUE(two.fetch(media));
}

TEST(EngineContent, StoppingDoesNotWaitForASlowHost) {
    Two two;
    two.ground->slow_media(std::chrono::hours{1});
    auto const image = two.image("slow");
    auto sending = std::async(std::launch::async, [&] { return two.amal.send(address(kBadr), image); });
    two.ground.expect("the question for hosts", [](auto const& entry) { return entry.tag == "iq" && entry.type.ends_with("w:m"); });
    two.amal.stop();
    auto const sent = sending.get();
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Code::unavailable);
    EXPECT_TRUE(two.amal.heard.all("committed").empty());
}

TEST(EngineContent, VotesAreReadWithWhatWasKeptAlsoAfterARestart) {
    Two two;
    Content poll{.type = MessageType::poll, .poll = Poll{"Which day?", {"Sunday", "Monday", "Tuesday"}, 2}};
    ASSERT_TRUE(two.amal.send(address(kBadr), poll));
    auto const id = two.amal.last_id;
    EXPECT_EQ(two.arrived(two.badr, id).content.poll->choices, poll.poll->choices);
    two.amal.restart();
    two.amal.heard.wait_phase(ClientPhase::working);
    two.badr.restart();
    two.badr.heard.wait_phase(ClientPhase::working);
    Content vote{.type = MessageType::poll_vote,
                 .choices = std::vector<std::string>{"Monday", "Tuesday"},
                 .target = MessageReference{.id = id, .from_me = false}};
    auto const sent = two.badr.send(address(kAmal), vote);
    ASSERT_TRUE(sent) << sent.error().message;
    auto const came = two.arrived(two.amal, two.badr.last_id).content;
    EXPECT_EQ(came.type, MessageType::poll_vote);
    EXPECT_EQ(came.target->id, id);
    EXPECT_TRUE(came.target->from_me);
    EXPECT_EQ(came.choices, vote.choices);
    vote.choices = std::vector<std::string>{"Friday"};
    EXPECT_EQ(two.badr.send(address(kAmal), vote).error().code, Code::invalid);
    vote.target->id = "3EB0000000000000000000";
    EXPECT_EQ(two.badr.send(address(kAmal), vote).error().code, Code::not_found);
}

TEST(EngineContent, EveryMessageSaysWhatItIsAbout) {
    Two two;
    ASSERT_TRUE(two.amal.send_text(address(kBadr), "tomorow"));
    auto const id = two.amal.last_id;
    two.badr.heard.wait_text("tomorow");
    auto const about = [&](Content content) {
        auto const sent = two.amal.send(address(kBadr), std::move(content));
        EXPECT_TRUE(sent) << sent.error().message;
        return two.arrived(two.badr, two.amal.last_id).content;
    };
    MessageReference const mine{.id = id, .from_me = true};
    auto const edit = about({.type = MessageType::edit, .text = "tomorrow", .target = mine});
    EXPECT_EQ(edit.type, MessageType::edit);
    EXPECT_EQ(edit.text, "tomorrow");
    EXPECT_EQ(edit.target->id, id);
    EXPECT_FALSE(edit.target->from_me);
    EXPECT_EQ(about({.type = MessageType::reaction, .emoji = "👍", .target = mine}).emoji, "👍");
    EXPECT_EQ(about({.type = MessageType::revoke, .target = mine}).target->id, id);
    auto once = two.image("once");
    once.view_once = true;
    EXPECT_EQ(about(once).view_once, true);
    EXPECT_EQ(about({.text = "soon gone", .expires_after = 86'400}).expires_after, 86'400);
    two.ground.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::engine
