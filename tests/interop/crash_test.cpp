#include "peer.hpp"

#include "core/base/id.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

/// kill -9 of our client at random moments while it sends and receives: nothing accepted is lost, nothing arrives twice, and a
/// foreign client can read all of it. WAQTOR_CRASH_ROUNDS says how often (3).
namespace waqtor::interop {
namespace {

namespace json = boost::json;

constexpr auto kAmal = "15550101";
constexpr auto kBadr = "15550102";
constexpr int kPerRound = 20;   // messages in each direction

std::string number_jid(std::string const& number) { return number + "@s.whatsapp.net"; }
std::string string_of(json::object const& object, std::string_view key) {
    auto const* value = object.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

class Crash : public testing::Test {
protected:
    Crash() : database_{(ground_.folder() / "amal.db").string()}, badr_{Library::whatsmeow, ground_} {
        ground_->add_phone(kAmal, "Amal");
        ground_->add_phone(kBadr, "Badr");
        amal_.emplace(Library::waqtor, ground_, database_);
        amal_->link(kAmal);
        badr_.link(kBadr);
    }

    struct Sent {
        std::string id;     // WhatsApp's
        std::string name;   // the product's
        std::string text;
    };

    void post(Sent const& one) {
        amal_->post("send_text", {{"to", number_jid(kBadr)}, {"text", one.text}, {"own_id", one.id}, {"own_name", one.name}});
    }

    /// Sends and receives at the same time, and dies somewhere in between.
    void round(int number, std::mt19937& random) {
        auto const kill_after = std::uniform_int_distribution{0, 2 * kPerRound}(random);
        for (int i = 0; i < kPerRound; ++i) {
            auto const text = "out " + std::to_string(number) + "." + std::to_string(i);
            auto const serial = std::to_string(100'000 + number * kPerRound + i);
            out_.push_back({"3EB0AAAAAAAAAAAA" + serial, MessageId::make(SystemClock{}.now()).text(), text});
            post(out_.back());
            auto const id = ground_->send_text(kBadr, kAmal, "in " + std::to_string(number) + "." + std::to_string(i));
            ASSERT_TRUE(id);
            in_.insert(*id);
        }
        auto heard = 0;
        while (heard < kill_after && amal_->look(std::chrono::milliseconds{200})) ++heard;
        amal_->kill_now();
        for (auto const& one : amal_->kept()) note(one);
        amal_.emplace(Library::waqtor, ground_, database_);
        amal_->start();
        amal_->expect("open");
        // What the product's outbox does: what was not committed is handed over again, under the same id.
        auto const notes = amal_->call("notes").at("notes").as_object();
        for (auto const& one : out_)
            if (!notes.contains("out " + one.name)) post(one);
    }

    void note(json::object const& said) {
        if (string_of(said, "event") == "fault") ADD_FAILURE() << json::serialize(said);
    }

    /// Waits until everything is acknowledged and everything has come in.
    void settle() {
        auto const deadline = std::chrono::steady_clock::now() + kPatience;
        for (;;) {
            auto const notes = amal_->call("notes").at("notes").as_object();
            auto open = std::string{};
            for (auto const& one : out_)
                if (auto const said = string_of(notes, "out " + one.name); said != "=acknowledged")
                    open += one.text + " " + said + ", ";
            for (auto const& id : in_)
                if (!notes.contains("in " + id)) open += "in " + id + ", ";
            if (open.empty()) break;
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "still open: " << open;
            amal_->look(std::chrono::milliseconds{100});
        }
        auto const notes = amal_->call("notes").at("notes").as_object();
        for (auto const& id : in_) {
            auto const text = string_of(notes, "in " + id);
            EXPECT_EQ(std::ranges::count(text, '='), 1) << "taken in twice: " << text;
        }
    }

    Ground ground_;
    std::string database_;
    Peer badr_;
    std::optional<Peer> amal_;
    std::vector<Sent> out_;
    std::set<std::string> in_;

    using MessageId = Id<struct MessageTag>;
};

TEST_F(Crash, NothingIsLostAndNothingComesTwice) {
    auto const* wanted = std::getenv("WAQTOR_CRASH_ROUNDS");
    auto const rounds = wanted ? std::atoi(wanted) : 3;
    auto const seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random{seed};
    for (int i = 0; i < rounds; ++i) {
        round(i, random);
        if (HasFatalFailure()) return;
        settle();
        if (HasFatalFailure()) return;
    }
    for (auto const& one : out_) EXPECT_EQ(badr_.expect("text", "message", one.id).at("text").as_string(), one.text);
    for (auto const& one : badr_.kept()) {
        // What its own phone has written comes as a copy and is no concern of ours.
        auto const theirs = one.if_contains("from_me") && one.at("from_me").as_bool();
        EXPECT_TRUE(theirs || string_of(one, "event") != "text") << "read twice: " << json::serialize(one);
        EXPECT_NE(string_of(one, "event"), "unreadable") << json::serialize(one);
    }
    // The phone beside it read each exactly once as well.
    std::map<std::string, int> read;
    for (auto const& entry : ground_->ledger())
        if (entry.way == sandbox::Way::phone && entry.device == number_jid(kBadr) && entry.tag == "message") ++read[entry.id];
    for (auto const& one : out_) EXPECT_EQ(read[one.id], 1) << one.text;
    std::printf("%d kills, %zu sent, %zu received, 0 lost, 0 twice\n", rounds, out_.size(), in_.size());
}

}   // namespace
}   // namespace waqtor::interop
