// The history a phone sends after linking: whole, in order, once, and on after a crash.
#include "ground.hpp"

#include <set>

namespace waqtor::engine {
namespace {

using sandbox::HistoryChat;
using sandbox::Way;

constexpr auto kDina = "15550103";

struct History : ::testing::Test {
    Ground ground;
    History() {
        ground->add_phone(kAmal, "Amal");
        ground->add_phone(kBadr, "Badr");
        ground->add_phone(kDina, "Dina");
    }
    /// `count` messages of a length, the newest first, with ids PREFIX0, PREFIX1 …
    static HistoryChat chat(std::string const& with, std::string const& prefix, int count, std::size_t length = 20) {
        HistoryChat out{.with = with, .name = "chat with " + with};
        for (auto i = 0; i < count; ++i) {
            auto text = prefix + std::to_string(i) + " ";
            // Letters without a pattern, so that compression does not make everything small.
            for (auto state = static_cast<unsigned>(i) + 1; text.size() < length;) {
                state = state * 1'103'515'245U + 12'345U;
                text.push_back(static_cast<char>('a' + (state >> 16U) % 26U));
            }
            out.messages.push_back({.text = std::move(text),
                                    .from_me = i % 3 == 0,
                                    .age = std::chrono::seconds{60 + i},
                                    .id = prefix + std::to_string(i)});
        }
        return out;
    }
    /// Word that a file was read to its end.
    void expect_read(int files) {
        std::set<std::string> ids;
        ground.expect("word of " + std::to_string(files) + " files", [&](auto const& entry) {
            if (entry.way == Way::from_device && entry.tag == "receipt" && entry.type == "hist_sync") ids.insert(entry.id);
            return std::cmp_equal(ids.size(), files);
        });
    }
    static std::vector<std::string> ids(Device& device) {
        std::vector<std::string> out;
        for (auto const& event : device.heard.all("received")) {
            EXPECT_TRUE(event.inbound.history);
            out.push_back(event.inbound.id);
        }
        return out;
    }
};

TEST_F(History, ConversationsComeWithWhoWroteThemUnderTheLid) {
    auto with_badr = chat(kBadr, "BADR", 4);
    ASSERT_TRUE(ground->set_history(kAmal, {with_badr, chat(kDina, "DINA", 1)}));
    Device device{ground};
    device.link(kAmal);
    expect_read(1);
    EXPECT_EQ(ids(device), (std::vector<std::string>{"BADR0", "BADR1", "BADR2", "BADR3", "DINA0"}));
    for (auto const& event : device.heard.all("received")) {
        auto const& inbound = event.inbound;
        auto const of_badr = inbound.id.starts_with("BADR");
        EXPECT_EQ(inbound.chat, ground.lid(of_badr ? kBadr : kDina));
        EXPECT_EQ(inbound.from_me, inbound.id.ends_with("0") || inbound.id.ends_with("3"));
        EXPECT_EQ(inbound.from.phone, inbound.from_me ? "+15550101" : "+15550102");
        if (!inbound.from_me) EXPECT_EQ(inbound.from.name, "Badr");
        EXPECT_TRUE(inbound.content.text->starts_with(inbound.id));
    }
    ground.expect_nothing_refused();
}

TEST_F(History, SeveralFilesOfManyMessagesComeInOrderAndOnce) {
    // Some 1.5 MB, so that each part is a file of its own on the media host.
    ASSERT_TRUE(ground->set_history(kAmal, {chat(kBadr, "B", 900, 800), chat(kDina, "D", 900, 800)}, 2));
    Device device{ground};
    device.link(kAmal);
    expect_read(2);
    auto const heard = ids(device);
    ASSERT_EQ(heard.size(), 1800U);
    EXPECT_EQ((std::set<std::string>{heard.begin(), heard.end()}.size()), 1800U);
    for (auto i = 0U; i < 900; ++i) {
        EXPECT_EQ(heard[i], "B" + std::to_string(i));
        EXPECT_EQ(heard[900 + i], "D" + std::to_string(i));
    }
    ground.expect_nothing_refused();
}

TEST_F(History, GoesOnAfterACrashWithoutRepeatingWhatIsOnDisk) {
    ASSERT_TRUE(ground->set_history(kAmal, {chat(kBadr, "B", 1000, 200), chat(kDina, "D", 3)}));
    Device device{ground};
    device.heard.failing_after = 350;   // as a full disk would have it: what was committed before stays
    device.link(kAmal);
    device.heard.wait("failed");
    device.stop();   // what failed is undone by then
    auto const before = ids(device);
    device.heard.failing_after = -1;
    device.restart();   // forgets what it has heard
    expect_read(1);
    auto const after = ids(device);
    EXPECT_GT(before.size(), 0U);
    EXPECT_GT(after.size(), 0U);
    std::set<std::string> all{before.begin(), before.end()};
    all.insert(after.begin(), after.end());
    EXPECT_EQ(all.size(), 1003U);
    EXPECT_EQ(before.size() + after.size(), 1003U);
}

TEST_F(History, AFileThatWasChangedIsNotTaken) {
    ASSERT_TRUE(ground->set_history(kAmal, {chat(kBadr, "B", 400, 800)}));
    ground->on_service([](sandbox::Service& service) { service.media.spoil = true; });
    Device device{ground};
    device.link(kAmal);
    expect_read(1);   // the phone need not send it again: it will never become better
    EXPECT_TRUE(device.heard.all("received").empty());
    ASSERT_TRUE(ground->send_text(kBadr, kAmal, "the client lives"));
    device.heard.wait_text("the client lives");
}

}   // namespace
}   // namespace waqtor::engine
