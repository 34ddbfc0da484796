// ClientStore on both databases: values, frames, inbound ids; sealed on disk.
#include "storage/sql/whatsapp_store.hpp"
#include "harness.hpp"

namespace waqtor {
namespace {

class WhatsAppStoreContract : public testing::DatabaseTest {
protected:
    using Kind = ClientValueKind;
    template <class F> auto in(F work) {
        auto outcome = write(std::move(work));
        if (!outcome) throw std::runtime_error{outcome.error().message + " | " + outcome.error().cause};
        if constexpr (!std::is_void_v<typename decltype(outcome)::value_type>) return *std::move(outcome);
    }
    void put(SessionId of_session, Kind kind, std::string name, Bytes value) {
        in([=, this](Transaction& tx) { return store.put(tx, of_session, kind, name, value); });
    }
    std::vector<Bytes> get(SessionId of_session, Kind kind, std::vector<std::string> names) {
        return in([=, this](Transaction& tx) { return store.get(tx, of_session, kind, names); });
    }
    bool add(ClientFrame frame) {
        return in([=, this](Transaction& tx) { return store.add_frame(tx, session, frame); });
    }
    std::vector<std::string> waiting(Timestamp after, std::string id, std::int64_t limit) {
        std::vector<std::string> out;
        for (auto const& one : in([=, this](Transaction& tx) { return store.unacknowledged(tx, session, after, id, limit); }))
            out.push_back(one.whatsapp_id);
        return out;
    }
    ClientReceived note(std::string id, bool readable) {
        return in([=, this](Transaction& tx) { return store.note_received(tx, session, id, readable, clock.now()); });
    }
    std::optional<std::int64_t> unreadable(std::string id) {
        return in([=, this](Transaction& tx) { return store.unreadable(tx, session, id); });
    }
    ClientFrame frame(std::string id, int second) {
        return {.whatsapp_id = std::move(id),
                .message = MessageId::make(clock.now()),
                .chat = "15550102@s.whatsapp.net",
                .plain = {1, 2, 3},
                .attributes = {4},
                .frame = {5, 6},
                .at = clock.now() + std::chrono::seconds{second}};
    }

    testing::TemporaryFolder keys;
    MasterKey key = WAQTOR_OK(MasterKey::open(keys.path() / "key"));
    Sealer sealer{key};
    sql::SqlWhatsAppStore store{sealer};
    TestClock clock;
    SessionId session = SessionId::make(clock.now());
    SessionId other = SessionId::make(clock.now());
};
WAQTOR_ON_EVERY_DATABASE(WhatsAppStoreContract);

TEST_P(WhatsAppStoreContract, KeepsValuesPerSessionAndKind) {
    put(session, Kind::session, "7@lid", {1, 2});
    put(session, Kind::session, "7@lid", {3});
    put(session, Kind::identity, "7@lid", {4});
    put(other, Kind::session, "7@lid", {5});
    EXPECT_EQ(get(session, Kind::session, {"7@lid", "8@lid"}), (std::vector<Bytes>{{3}, {}}));
    EXPECT_EQ(get(other, Kind::session, {"7@lid"}), (std::vector<Bytes>{{5}}));
    auto const listed = in([&](Transaction& tx) { return store.list(tx, session, Kind::identity); });
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].name, "7@lid");
    EXPECT_EQ(listed[0].value, Bytes{4});
    in([&](Transaction& tx) { return store.remove(tx, session, Kind::session, "7@lid"); });
    EXPECT_EQ(get(session, Kind::session, {"7@lid"}), (std::vector<Bytes>{{}}));
}

TEST_P(WhatsAppStoreContract, ValuesAreSealedForTheirRow) {
    auto const secret = Bytes(40, 0xAB);
    put(session, Kind::credentials, "", secret);
    put(session, Kind::other, "moved", Bytes(40, 1));
    auto const stored = WAQTOR_OK(all<Bytes>("SELECT value FROM whatsapp_value WHERE kind = 'credentials'"));
    ASSERT_EQ(stored.size(), 1U);
    EXPECT_EQ(std::ranges::search(stored[0], Bytes(8, 0xAB)).begin(), stored[0].end());
    WAQTOR_OK(
        exec("UPDATE whatsapp_value SET value = (SELECT value FROM whatsapp_value WHERE kind = 'credentials') "
             "WHERE name = 'moved'"));
    auto const moved = write([&](Transaction& tx) { return store.get(tx, session, Kind::other, {"moved"}); });
    EXPECT_FALSE(moved);
}

TEST_P(WhatsAppStoreContract, FramesWaitInOrderUntilAcknowledged) {
    auto const first = frame("B", 1);
    EXPECT_TRUE(add(first));
    EXPECT_FALSE(add(frame("B", 9)));
    EXPECT_TRUE(add(frame("A", 2)));
    EXPECT_TRUE(add(frame("C", 2)));
    EXPECT_EQ(waiting({}, "", 10), (std::vector<std::string>{"B", "A", "C"}));
    EXPECT_EQ(waiting(clock.now() + std::chrono::seconds{2}, "A", 10), std::vector<std::string>{"C"});
    EXPECT_EQ(waiting({}, "", 1), std::vector<std::string>{"B"});

    auto const acknowledge = [&] { return in([&](Transaction& tx) { return store.acknowledge(tx, session, "B"); }); };
    EXPECT_TRUE(acknowledge());
    EXPECT_FALSE(acknowledge());
    EXPECT_EQ(waiting({}, "", 10), (std::vector<std::string>{"A", "C"}));
    auto const kept = in([&](Transaction& tx) { return store.frame(tx, session, "B"); });
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->plain, first.plain);
    EXPECT_EQ(kept->attributes, first.attributes);
    EXPECT_EQ(kept->message, first.message);
    EXPECT_EQ(kept->at, first.at);
    EXPECT_TRUE(kept->frame.empty());
    EXPECT_FALSE(in([&](Transaction& tx) { return store.frame(tx, other, "B"); }));

    in([&](Transaction& tx) { return store.tidy(tx, session, clock.now() + std::chrono::seconds{60}); });
    EXPECT_FALSE(in([&](Transaction& tx) { return store.frame(tx, session, "B"); }));
    EXPECT_EQ(waiting({}, "", 10), (std::vector<std::string>{"A", "C"}));   // tidying leaves what still waits
}

TEST_P(WhatsAppStoreContract, TakesAnInboundIdOnce) {
    EXPECT_EQ(unreadable("x"), 0);
    EXPECT_EQ(note("x", false), ClientReceived::first);
    EXPECT_EQ(note("x", false), ClientReceived::repeated);
    EXPECT_EQ(unreadable("x"), 2);
    EXPECT_EQ(note("x", true), ClientReceived::readable);
    EXPECT_EQ(note("x", true), ClientReceived::repeated);
    EXPECT_EQ(note("x", false), ClientReceived::repeated);
    EXPECT_EQ(unreadable("x"), std::nullopt);
    EXPECT_EQ(note("y", true), ClientReceived::first);
}

TEST_P(WhatsAppStoreContract, KeepsTheFirstOriginalOfAnIdForAWhile) {
    auto const keep = [&](std::string id, Bytes value, Timestamp at) {
        in([=, this](Transaction& tx) { return store.keep_original(tx, session, id, value, at); });
    };
    auto const original = [&](SessionId whose, std::string id) {
        return in([=, this](Transaction& tx) { return store.original(tx, whose, id); });
    };
    keep("P1", {1, 2}, clock.now());
    keep("P1", {3}, clock.now());
    keep("P2", {4}, clock.now() + std::chrono::seconds{10});
    EXPECT_EQ(original(session, "P1"), (Bytes{1, 2}));
    EXPECT_EQ(original(other, "P1"), Bytes{});
    auto const stored = WAQTOR_OK(all<Bytes>("SELECT value FROM whatsapp_original WHERE id = 'P1'"));
    EXPECT_GT(stored.at(0).size(), 2U) << "sealed";
    in([&](Transaction& tx) { return store.tidy_originals(tx, session, clock.now() + std::chrono::seconds{5}); });
    EXPECT_EQ(original(session, "P1"), Bytes{});
    EXPECT_EQ(original(session, "P2"), Bytes{4});
    in([&](Transaction& tx) { return store.forget(tx, session); });
    EXPECT_EQ(original(session, "P2"), Bytes{});
}

TEST_P(WhatsAppStoreContract, ForgetsOneSession) {
    for (auto const& one : {session, other}) put(one, Kind::lid, "a", {1});
    EXPECT_TRUE(add(frame("A", 1)));
    EXPECT_EQ(note("x", true), ClientReceived::first);
    in([&](Transaction& tx) { return store.forget(tx, session); });
    EXPECT_EQ(get(session, Kind::lid, {"a"}), (std::vector<Bytes>{{}}));
    EXPECT_EQ(get(other, Kind::lid, {"a"}), (std::vector<Bytes>{{1}}));
    EXPECT_TRUE(waiting({}, "", 10).empty());
    EXPECT_EQ(unreadable("x"), 0);
}

}   // namespace
}   // namespace waqtor
