#include "linked.hpp"
#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/media/preview.hpp"
#include "whatsapp/testing/picture.hpp"

/// Everything but plain text, between our client and each foreign one, in both directions.
namespace waqtor::interop {
namespace {

namespace json = boost::json;

/// What a foreign client cannot do, and why. The tests see that it is so: they fail when a newer one can.
struct Lack {
    Library library;
    std::string_view what;
    std::string_view why;
};
constexpr std::array kLacks{
    Lack{Library::baileys, "make a vote", "it opens votes, but has no function that makes one"},
    Lack{Library::zapo, "make a vote", "it exports no function that makes one"},
    Lack{Library::zapo, "open a vote", "it derives the key from addresses with device numbers, which no other client does"},
};
bool can(Library library, std::string_view what) {
    return std::ranges::none_of(kLacks, [&](Lack const& one) { return one.library == library && one.what == what; });
}

std::string string_of(json::object const& object, std::string_view key) {
    auto const* value = object.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}
std::string message_of(json::object const& answer) { return string_of(answer, "message"); }

/// Base64 of some bytes, as it stands: four letters are three bytes.
std::string some_file(std::size_t letters, int seed) {
    std::string out;
    for (std::size_t i = 0; i < letters; ++i) out.push_back(static_cast<char>('A' + (i * 7 + static_cast<std::size_t>(seed)) % 26));
    return out;
}

class Said : public testing::TestWithParam<Library> {
protected:
    Linked linked_{GetParam()};
    Peer& ours_ = linked_.amal;
    Peer& theirs_ = linked_.badr;
    std::string our_address_ = number_jid(kAmal);
    std::string their_address_ = number_jid(kBadr);

    /// Both know each other afterwards; the chats as each of them names it.
    void greet() {
        ours_.send_text(their_address_, "peace");
        our_chat_of_them_ = their_address_;
        their_chat_of_us_ = string_of(theirs_.expect_text("peace"), "chat");
        theirs_.send_text(their_chat_of_us_, "and peace");
        our_chat_of_them_ = string_of(ours_.expect_text("and peace"), "chat");
    }
    void expect_our_vote(std::string const& poll, char const* choice) {
        if (can(GetParam(), "open a vote")) {
            EXPECT_EQ(theirs_.expect("vote", "target", poll).at("choices"), (json::array{choice}));
            return;
        }
        theirs_.expect("log", [](auto const& one) { return string_of(one, "text").starts_with("addon auto-decrypt failed"); });
    }
    std::string our_chat_of_them_;
    std::string their_chat_of_us_;

    void file_goes(Peer& from, std::string const& to, Peer& there, std::string const& kind, std::string const& mime, int seed) {
        SCOPED_TRACE(kind);
        auto const file = some_file(120'000, seed);
        json::object wish{{"to", to}, {"kind", kind}, {"mime", mime}, {"data", file}};
        auto const captioned = kind == "image" || kind == "document" || kind == "video";
        if (captioned) wish["caption"] = "see " + kind;
        if (kind == "document") wish["name"] = "list.bin";
        auto const id = message_of(from.call("send_media", wish));
        auto const got = there.expect("media", "message", id);
        EXPECT_EQ(string_of(got, "kind"), kind);
        EXPECT_EQ(string_of(got, "mime"), mime);
        if (captioned) EXPECT_EQ(string_of(got, "caption"), "see " + kind);
        if (kind == "document") EXPECT_EQ(string_of(got, "name"), "list.bin");
        EXPECT_TRUE(string_of(got, "data") == file) << "the bytes are not the same";
    }
};
INSTANTIATE_TEST_SUITE_P(Waqtor, Said, testing::Values(Library::baileys, Library::zapo, Library::whatsmeow),
                         [](auto const& info) { return std::string{name_of(info.param)}; });

TEST_P(Said, FilesOfEveryKindGoBothWaysByteForByte) {
    greet();
    struct Kind {
        char const* kind;
        char const* mime;
    };
    constexpr std::array kinds{Kind{"image", "image/jpeg"},  Kind{"document", "application/pdf"},     Kind{"video", "video/mp4"},
                               Kind{"gif", "video/mp4"},     Kind{"voice", "audio/ogg; codecs=opus"}, Kind{"audio", "audio/mpeg"},
                               Kind{"sticker", "image/webp"}};
    auto seed = 0;
    for (auto const& one : kinds) {
        file_goes(ours_, our_chat_of_them_, theirs_, one.kind, one.mime, ++seed);
        file_goes(theirs_, their_chat_of_us_, ours_, one.kind, one.mime, ++seed);
    }
    linked_.expect_nothing_refused();
}

TEST_P(Said, OurPicturesAreSeenBeforeTheyAreFetched) {
    greet();
    auto const picture = whatsapp::crypto::to_base64(whatsapp::testing::make_jpeg(800, 400));
    auto const id = message_of(
        ours_.call("send_media", {{"to", our_chat_of_them_}, {"kind", "image"}, {"mime", "image/jpeg"}, {"data", picture}}));
    auto const got = theirs_.expect("media", "message", id);
    EXPECT_EQ(got.at("width").to_number<int>(), 800);
    EXPECT_EQ(got.at("height").to_number<int>(), 400);
    auto const thumbnail = whatsapp::media::preview_of(whatsapp::crypto::from_base64(string_of(got, "thumbnail")).value());
    ASSERT_TRUE(thumbnail);
    EXPECT_EQ(thumbnail->width, 72);
    EXPECT_EQ(thumbnail->height, 36);
    linked_.expect_nothing_refused();
}

TEST_P(Said, EditsReactionsAndRevokesGoBothWays) {
    greet();
    auto const change = [&](Peer& from, std::string const& to, Peer& there, std::string const& back) {
        auto const id = from.send_text(to, "tomorow");
        auto const seen = there.expect_text("tomorow");
        from.call("edit", {{"to", to}, {"message", id}, {"text", "tomorrow"}});
        EXPECT_EQ(string_of(there.expect("edit", "target", id), "text"), "tomorrow");
        there.call("react",
                   {{"to", back}, {"message", id}, {"from_me", false}, {"from", seen.at("from")}, {"emoji", "\U0001F44D"}});
        EXPECT_EQ(string_of(from.expect("reaction", "target", id), "emoji"), "\U0001F44D");
        from.call("react", {{"to", to}, {"message", id}, {"from_me", true}, {"from", ""}, {"emoji", "\U0001F62E"}});
        EXPECT_EQ(string_of(there.expect("reaction", "target", id), "emoji"), "\U0001F62E");
        from.call("react", {{"to", to}, {"message", id}, {"from_me", true}, {"from", ""}, {"emoji", ""}});
        EXPECT_EQ(string_of(there.expect("reaction", "target", id), "emoji"), "") << "taken back";
        from.call("revoke", {{"to", to}, {"message", id}});
        there.expect("revoke", "target", id);
    };
    change(ours_, our_chat_of_them_, theirs_, their_chat_of_us_);
    change(theirs_, their_chat_of_us_, ours_, our_chat_of_them_);
    linked_.expect_nothing_refused();
}

TEST_P(Said, VotesOnOurPollsAndOnTheirs) {
    greet();
    json::object const poll{{"question", "Which day?"},
                            {"choices", {"Sunday", "Monday", "\u0627\u0644\u062b\u0644\u0627\u062b\u0627\u0621"}},
                            {"most", 1}};
    auto wish = poll;
    wish["to"] = our_chat_of_them_;
    auto const mine = message_of(ours_.call("poll", wish));
    EXPECT_EQ(theirs_.expect("poll", "message", mine).at("choices"), poll.at("choices"));
    if (can(GetParam(), "make a vote")) {
        theirs_.call("vote", {{"to", their_chat_of_us_}, {"message", mine}, {"choices", {"Monday"}}});
        EXPECT_EQ(ours_.expect("vote", "target", mine).at("choices"), (json::array{"Monday"}));
    } else {
        EXPECT_THROW(theirs_.call("vote", {{"to", their_chat_of_us_}, {"message", mine}, {"choices", {"Monday"}}}),
                     std::runtime_error);
    }
    wish["to"] = their_chat_of_us_;
    auto const other = message_of(theirs_.call("poll", wish));
    EXPECT_EQ(ours_.expect("poll", "message", other).at("choices"), poll.at("choices"));
    ours_.call("vote", {{"to", our_chat_of_them_},
                        {"message", other},
                        {"from_me", false},
                        {"choices", {"\u0627\u0644\u062b\u0644\u0627\u062b\u0627\u0621"}}});
    expect_our_vote(other, "\u0627\u0644\u062b\u0644\u0627\u062b\u0627\u0621");
    linked_.expect_nothing_refused();
}

TEST_P(Said, AnswersPlacesAndCardsGoBothWays) {
    greet();
    // Each text once: baileys tells of its own as well.
    auto const say = [&](Peer& from, std::string const& to, Peer& there, std::string const& back, std::string const& hour) {
        auto const id = from.send_text(to, "when?");
        auto const seen = there.expect_text("when?");
        there.call("reply", {{"to", back}, {"message", id}, {"from", seen.at("from")}, {"quoted_text", "when?"}, {"text", hour}});
        auto const answer = from.expect_text(hour);
        EXPECT_EQ(string_of(answer, "quoted"), id);
        EXPECT_EQ(string_of(answer, "quoted_text"), "when?");
        from.call("location", {{"to", to}, {"latitude", 24.5}, {"longitude", 39.5}, {"name", "Shop"}});
        auto const place = there.expect("location", "name", "Shop");
        EXPECT_DOUBLE_EQ(place.at("latitude").to_number<double>(), 24.5);
        EXPECT_DOUBLE_EQ(place.at("longitude").to_number<double>(), 39.5);
        auto const card = std::string{"BEGIN:VCARD\nVERSION:3.0\nFN:Dina\nTEL;TYPE=CELL:+15550103\nEND:VCARD"};
        from.call("contact_card", {{"to", to}, {"name", "Dina"}, {"vcard", card}});
        EXPECT_EQ(string_of(there.expect("contact_card", "name", "Dina"), "vcard"), card);
    };
    say(ours_, our_chat_of_them_, theirs_, their_chat_of_us_, "at nine");
    say(theirs_, their_chat_of_us_, ours_, our_chat_of_them_, "at ten");
    ours_.call("send_text",
               {{"to", our_chat_of_them_}, {"text", "soon gone"}, {"expires", 86'400}, {"mentions", {linked_.lid(kBadr)}}});
    auto const gone = theirs_.expect_text("soon gone");
    EXPECT_EQ(gone.at("expires").to_number<int>(), 86'400);
    EXPECT_EQ(gone.at("mentions"), (json::array{linked_.lid(kBadr)}));
    linked_.expect_nothing_refused();
}

TEST_P(Said, ReadAndPlayedAreToldBothWays) {
    greet();
    auto const tell = [&](Peer& from, std::string const& to, Peer& there) {
        auto const text = from.send_text(to, "read me");
        auto const seen = there.expect_text("read me");
        there.call("read", {{"chat", seen.at("chat")}, {"message", text}, {"from", seen.at("from")}});
        from.expect("receipt", [&](auto const& one) { return message_of(one) == text && string_of(one, "type") == "read"; });
        auto const voice = message_of(from.call(
            "send_media", {{"to", to}, {"kind", "voice"}, {"mime", "audio/ogg; codecs=opus"}, {"data", some_file(4000, 5)}}));
        there.expect("media", "message", voice);
        there.call("played", {{"chat", seen.at("chat")}, {"message", voice}, {"from", seen.at("from")}});
        from.expect("receipt", [&](auto const& one) { return message_of(one) == voice && string_of(one, "type") == "played"; });
    };
    tell(ours_, our_chat_of_them_, theirs_);
    tell(theirs_, their_chat_of_us_, ours_);
    linked_.expect_nothing_refused();
}

TEST_P(Said, InGroupsAsWell) {
    auto const made = theirs_.call("create_group", {{"subject", "Tea"}, {"members", {our_address_, number_jid(kDina)}}});
    auto const group = std::string{made.at("group").as_string()};
    theirs_.send_text(group, "hello all");
    ours_.expect_text("hello all");
    ours_.send_text(group, "hello you");
    theirs_.expect_text("hello you");
    file_goes(ours_, group, theirs_, "image", "image/jpeg", 11);
    file_goes(theirs_, group, ours_, "document", "application/pdf", 12);
    auto const change = [&](Peer& from, Peer& there) {
        auto const id = from.send_text(group, "tomorow");
        auto const seen = there.expect_text("tomorow");
        there.call("react",
                   {{"to", group}, {"message", id}, {"from_me", false}, {"from", seen.at("from")}, {"emoji", "\U0001F44D"}});
        from.expect("reaction", "target", id);
        from.call("edit", {{"to", group}, {"message", id}, {"text", "tomorrow"}});
        EXPECT_EQ(string_of(there.expect("edit", "target", id), "text"), "tomorrow");
        from.call("revoke", {{"to", group}, {"message", id}});
        there.expect("revoke", "target", id);
    };
    change(ours_, theirs_);
    change(theirs_, ours_);
    auto const poll =
        message_of(theirs_.call("poll", {{"to", group}, {"question", "Sugar?"}, {"choices", {"yes", "no"}}, {"most", 1}}));
    auto const seen = ours_.expect("poll", "message", poll);
    ours_.call("vote", {{"to", group}, {"message", poll}, {"from_me", false}, {"from", seen.at("from")}, {"choices", {"yes"}}});
    expect_our_vote(poll, "yes");
    linked_.expect_nothing_refused();
}

}   // namespace
}   // namespace waqtor::interop
