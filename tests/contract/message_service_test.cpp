// The way of messages on both databases: accepted, dispatched, told, received.
#include "core/messages/content_rules.hpp"
#include "message_fixture.hpp"

#include <gmock/gmock.h>

namespace waqtor {
namespace {
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MessageServiceContract : public testing::MessageTest {
protected:
    std::vector<std::string> message_events() {
        auto all = events();
        std::erase_if(all, [](auto const& type) { return !type.starts_with("message."); });
        return all;
    }
    MessageId sent(ContactId to, std::string body = "Salam") {
        auto const id = must(accept(text(to, std::move(body))));
        commit(id);
        return id;
    }
    Inbound inbound(std::string id, std::string body, Person from = {.phone = "+15550101"}) {
        return {.id = std::move(id),
                .chat = from.phone ? from.phone->substr(1) + "@s.whatsapp.net" : *from.lid + "@lid",
                .from = from,
                .at = clock.now(),
                .content = {.type = MessageType::text, .text = std::move(body)}};
    }
    void receive(Inbound message) {
        in_client([&](auto& all, Transaction& tx) { return all.received(tx, session, message); });
    }
    std::vector<MessageRow> all_messages(MessageQuery query = {}) {
        return must(read([&](Transaction& tx) { return messages.list(tx, workspace, query, {}); })).items;
    }
    std::vector<ChatRow> chats() {
        return must(read([&](Transaction& tx) { return messages.chats(tx, workspace, {}, {}); })).items;
    }
};
WAQTOR_ON_EVERY_DATABASE(MessageServiceContract);

/// Remembers what it was told.
class Ear final : public MessageHook {
public:
    Result<void> received(Transaction&, WorkspaceId, ReceivedMessage const& message) override {
        texts.push_back(message.content.text.value_or(""));
        return {};
    }
    Result<void> progressed(Transaction&, WorkspaceId, MessageProgress const& progress) override {
        states.emplace_back(enum_name(progress.state));
        return {};
    }
    std::vector<std::string> texts, states;
};

TEST_P(MessageServiceContract, AnAcceptedMessageGoesItsWayWithEachStateOnce) {
    Ear ear;
    service().add_hook(ear);
    auto const amal = identify({.phone = "+15550101"});
    auto const id = must(accept(text(amal)));
    EXPECT_EQ(message(id).state, MessageState::accepted);
    dispatch_until([&] { return !sender().frames.empty(); });
    ASSERT_EQ(sender().frames.size(), 1U);
    EXPECT_EQ(sender().frames[0].to, "15550101@s.whatsapp.net");
    EXPECT_EQ(sender().frames[0].content.text, "Salam");
    EXPECT_EQ(message(id).state, MessageState::queued);
    clock.advance(Milliseconds{5});
    acknowledge(id);
    receipt(id, ReceiptKind::delivered);
    receipt(id, ReceiptKind::read);
    receipt(id, ReceiptKind::read);
    acknowledge(id);
    auto const row = message(id);
    EXPECT_EQ(row.state, MessageState::read);
    EXPECT_EQ(row.sent_at, clock.now());
    EXPECT_LT(*row.queued_at, *row.sent_at);
    EXPECT_THAT(message_events(),
                ElementsAre("message.accepted", "message.queued", "message.sent", "message.delivered", "message.read"));
    EXPECT_THAT(ear.states, ElementsAre("queued", "sent", "delivered", "read"));
}

TEST_P(MessageServiceContract, AReceiptBeforeTheAckTellsBothInOrderAndTheAckNothingMore) {
    auto const id = sent(identify({.phone = "+15550101"}));
    receipt(id, ReceiptKind::read);
    acknowledge(id);
    receipt(id, ReceiptKind::delivered);
    EXPECT_EQ(message(id).state, MessageState::read);
    EXPECT_TRUE(message(id).sent_at && message(id).delivered_at);
    EXPECT_THAT(message_events(),
                ElementsAre("message.accepted", "message.queued", "message.sent", "message.delivered", "message.read"));
}

TEST_P(MessageServiceContract, RefusalFailsAndALockHoldsNewContactsBack) {
    auto const id = sent(identify({.phone = "+15550101"}));
    in_client([&](auto& all, Transaction& tx) { return all.refused(tx, session, id, Refusal::reach_out_locked, "463"); });
    auto const locked_at = clock.now();
    EXPECT_EQ(message(id).state, MessageState::failed);
    EXPECT_EQ(message(id).reason, "reach_out_locked");
    auto const next = must(accept(text(identify({.phone = "+15550102"}))));
    auto const known = identify({.phone = "+15550103"});
    receive(inbound("A1", "hello", {.phone = "+15550103"}));
    auto const answer = must(accept(text(known)));
    dispatch_until([&] { return message(next).wait.has_value() && message(answer).state == MessageState::queued; });
    EXPECT_EQ(message(next).wait, "new_contact_lock");
    EXPECT_EQ(message(next).due_at, locked_at + std::chrono::hours{24});
    auto const notes = must(read([&](Transaction& tx) { return messages.notes(tx, next); }));
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_EQ(notes[0].until, message(next).due_at);
}

TEST_P(MessageServiceContract, CancelledBeforeItLeavesNeverLeaves) {
    auto const id = must(accept(text(identify({.phone = "+15550101"}))));
    must(write([&](Transaction& tx) { return service().cancel(tx, workspace, id, "by_user"); }));
    EXPECT_EQ(write([&](Transaction& tx) { return service().committed(tx, session, id); }).error().code, Code::conflict);
    EXPECT_EQ(message(id).state, MessageState::cancelled);
    auto const gone = sent(identify({.phone = "+15550102"}));
    EXPECT_EQ(write([&](Transaction& tx) { return service().cancel(tx, workspace, gone, "by_user"); }).error().code,
              Code::conflict);
}

TEST_P(MessageServiceContract, WhatCannotBeAcceptedLeavesNothing) {
    auto const amal = identify({.phone = "+15550101"});
    EXPECT_EQ(accept(text(amal, "")).error().code, Code::invalid);
    EXPECT_EQ(accept(text(ContactId::make(clock.now()))).error().code, Code::not_found);
    auto elsewhere = text(amal);
    elsewhere.session = SessionId::make(clock.now());
    EXPECT_EQ(accept(elsewhere).error().code, Code::not_found);
    must(write([&](Transaction& tx) { return book().opt_out(tx, workspace, amal, OptOutSource::keyword, "STOP"); }));
    EXPECT_EQ(accept(text(amal, "Offer", Origin::campaign)).error().code, Code::forbidden);
    EXPECT_TRUE(accept(text(amal, "Your order is ready")));
    EXPECT_EQ(all_messages().size(), 1U);
}

/// Opting out and encrypting race: whichever is committed first wins, and after the opt-out nothing is committed.
TEST_P(MessageServiceContract, AnOptOutWinsAThousandRaces) {
    auto const people = [&] {
        std::vector<ContactId> out;
        for (int i = 0; i < 1000; ++i) out.push_back(identify({.phone = fmt::format("+1555010{:04}", i)}));
        return out;
    }();
    std::map<MessageId, ContactId> whose;
    for (auto const& person : people) whose[must(accept(text(person, "Offer", Origin::campaign)))] = person;
    // In the middle of each send, sometimes before and sometimes after its frame is committed, the person says stop.
    int turn = 0;
    auto say_stop = [&](Outgoing const& message) {
        asio::co_spawn(io_, db().write([this, person = whose.at(message.id)](Transaction& tx) {
            return book().opt_out(tx, workspace, person, OptOutSource::keyword, "STOP");
        }),
                       [](std::exception_ptr, Result<void> done) { EXPECT_TRUE(done); });
    };
    sender().before_send = [&](Outgoing const& message) {
        if (turn++ % 3 != 0) say_stop(message);
    };
    sender().after_send = [&](Outgoing const& message) {
        if (turn % 3 == 1) say_stop(message);
    };
    auto const left = [&] {
        return must(read([&](Transaction& tx) -> Result<std::int64_t> {
            TRY(auto const page, messages.list(tx, workspace, {.state = MessageState::accepted}, {1, 0}));
            return page.total;
        }));
    };
    std::stop_source stop;
    auto ended = false;
    asio::co_spawn(io_, service().dispatch(session, stop.get_token()), [&](std::exception_ptr) { ended = true; });
    io_.restart();
    auto const rows = [&] {
        std::int64_t cancelled = 0;
        for (auto const& [id, person] : whose) cancelled += message(id).state == MessageState::cancelled;
        return cancelled;
    };
    while (turn < 1000 && !ended) io_.run_one();
    stop.request_stop();
    while (!ended) io_.run_one();
    poll();
    EXPECT_EQ(left(), 0);
    // Every frame that was committed was committed before its person's opt-out: the event log has their order.
    std::map<std::string, std::int64_t> queued, opted_out;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto const page = must(read([&](Transaction& tx) { return log.read(tx, workspace, {.after = after, .limit = 1000}); }));
        for (auto const& event : page.events) {
            auto const contact = event.data.as_object().if_contains("contact");
            if (!contact) continue;
            if (event.type == "message.queued") queued.emplace(contact->as_string().c_str(), event.seq);
            if (event.type == "contact.opted_out") opted_out.emplace(contact->as_string().c_str(), event.seq);
        }
        after = page.last;
        more = page.more;
    }
    EXPECT_GT(opted_out.size(), 600U);
    std::size_t late = 0;
    for (auto const& [contact, seq] : opted_out)
        if (auto const at = queued.find(contact); at != queued.end() && at->second > seq) ++late;
    EXPECT_EQ(late, 0U);
    EXPECT_EQ(queued.size(), sender().frames.size());
    EXPECT_EQ(static_cast<std::size_t>(rows()) + queued.size(), whose.size());
    EXPECT_GT(rows(), 0);
}

TEST_P(MessageServiceContract, ReceivesOnceFillsPlaceholdersAndTellsHooks) {
    Ear ear;
    service().add_hook(ear);
    receive(inbound("A1", "مرحبا"));
    receive(inbound("A1", "مرحبا"));
    auto waiting = inbound("A2", "");
    waiting.content = {.type = MessageType::placeholder};
    receive(waiting);
    receive(inbound("A2", "second"));
    receive(inbound("A2", "third"));
    auto const rows = all_messages();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(content_from(rows[0].content).text, "second");
    EXPECT_EQ(rows[0].type, MessageType::text);
    EXPECT_THAT(ear.texts, ElementsAre("مرحبا", "", "second"));
    ASSERT_EQ(chats().size(), 1U);
    EXPECT_EQ(chats()[0].unread, 2);
}

TEST_P(MessageServiceContract, AChatStaysOneWhenThePhoneBecomesALid) {
    receive(inbound("A1", "from the phone"));
    receive(inbound("A2", "from the lid", {.lid = "900"}));
    EXPECT_EQ(chats().size(), 2U) << "nothing shows yet that they are one";
    receive(inbound("A3", "both", {.phone = "+15550101", .lid = "900"}));
    ASSERT_EQ(chats().size(), 1U);
    EXPECT_EQ(chats()[0].unread, 3);
    EXPECT_EQ(all_messages({.chat = chats()[0].id}).size(), 3U);
    auto const id = must(accept(text(identify({.lid = "900"}))));
    EXPECT_EQ(message(id).chat, chats()[0].id);
}

TEST_P(MessageServiceContract, EditsAndRevocationsChangeOnlyTheirAuthorsMessages) {
    receive(inbound("A1", "first"));
    auto edit = inbound("A2", "corrected");
    edit.content.type = MessageType::edit;
    edit.content.target = MessageReference{.id = "A1"};
    receive(edit);
    auto const of_a1 = [&] { return all_messages().back(); };
    EXPECT_EQ(content_from(of_a1().content).text, "corrected");
    EXPECT_TRUE(of_a1().edited_at);
    auto foreign = inbound("A3", "", {.phone = "+15550199"});
    foreign.chat = "15550101@s.whatsapp.net";
    foreign.content = {.type = MessageType::revoke, .target = MessageReference{.id = "A1"}};
    receive(foreign);
    EXPECT_FALSE(of_a1().revoked_at);
    auto revoke = inbound("A4", "");
    revoke.content = {.type = MessageType::revoke, .target = MessageReference{.id = "A1"}};
    receive(revoke);
    EXPECT_TRUE(of_a1().revoked_at);
    EXPECT_FALSE(content_from(of_a1().content).text);
}

TEST_P(MessageServiceContract, FindsArabicHoweverItIsWritten) {
    receive(inbound("A1", "الأسعار الجديدة ١٢٣"));
    receive(inbound("A2", "Delivery 100%_sure"));
    EXPECT_EQ(all_messages({.words = search_words("اسعار")}).size(), 1U);
    EXPECT_EQ(all_messages({.words = search_words("الجديده 123")}).size(), 1U);
    EXPECT_EQ(all_messages({.words = search_words("delivery 0%_")}).size(), 1U);
    EXPECT_THAT(all_messages({.words = search_words("0%x")}), IsEmpty());
}

TEST_P(MessageServiceContract, NumbersThatDoNotExistFailWithoutBeingSent) {
    sender().unregistered = {"+15550102"};
    sender().lids["+15550101"] = "900";
    auto const there = must(accept(text(identify({.phone = "+15550101"}))));
    auto const nowhere = must(accept(text(identify({.phone = "+15550102"}))));
    dispatch_until([&] { return message(there).state == MessageState::queued && message(nowhere).ended_at; });
    EXPECT_EQ(message(nowhere).reason, "not_on_whatsapp");
    EXPECT_EQ(sender().sends, 1);
    EXPECT_EQ(sender().checks, 1);
    EXPECT_EQ(must(card(identify({.lid = "900"}))).who.phone, "+15550101");
}

TEST_P(MessageServiceContract, WhatFailsForNowIsTriedAgainAndGivenUpInTheEnd) {
    auto const id = must(accept(text(identify({.phone = "+15550101"}))));
    sender().answer = Error{.code = Code::internal, .message = "broken"};
    for (int i = 1; i < 5; ++i) {
        dispatch_until([&] { return message(id).tries == i; });
        EXPECT_EQ(message(id).wait, "retry");
        clock.advance(std::chrono::minutes{2});
    }
    dispatch_until([&] { return message(id).ended_at.has_value(); });
    EXPECT_EQ(message(id).state, MessageState::failed);
    sender().answer = Error{.code = Code::invalid, .message = "too many choices"};
    auto const bad = must(accept(text(identify({.phone = "+15550103"}))));
    dispatch_until([&] { return message(bad).ended_at.has_value(); });
    EXPECT_EQ(message(bad).reason, "cannot_be_sent: too many choices");
}

TEST_P(MessageServiceContract, AnotherProcessGoesOnWhereThisOneStopped) {
    std::vector<MessageId> all;
    for (int i = 0; i < 150; ++i) all.push_back(must(accept(text(identify({.phone = fmt::format("+15550{:03}", 100 + i)})))));
    dispatch_until([&] { return sender().frames.size() >= 70; });
    dispatch_until([&] { return sender().frames.size() >= 150; });
    std::set<MessageId> once;
    for (auto const& frame : sender().frames) once.insert(frame.id);
    EXPECT_EQ(once.size(), 150U);
    EXPECT_EQ(sender().frames.size(), 150U);
}

TEST_P(MessageServiceContract, PacingHoldsToTheLimitsOfTheWorkspace) {
    pacing = Pacing::on;
    must(write([&](Transaction& tx) {
        return governor.choose(tx, workspace, std::nullopt,
                               {{"burst", 3}, {"perMinute", 60}, {"jitterPercent", 0}, {"warmUp", false}}, clock.now());
    }));
    for (int i = 0; i < 5; ++i) must(accept(text(identify({.phone = fmt::format("+155501{:02}", i)}))));
    auto const& frames = sender().frames;
    for (std::size_t sent = 1; sent <= 3; ++sent) {
        dispatch_until([&] { return frames.size() >= sent; });
        clock.advance(Milliseconds{110});   // the pause within the burst
    }
    int looks = 0;
    dispatch_until([&] { return bus.wake(workspace), ++looks > 300; });
    EXPECT_EQ(frames.size(), 3U) << "the burst is used up";
    clock.advance(std::chrono::seconds{1});
    dispatch_until([&] { return frames.size() >= 4; });
    clock.advance(std::chrono::seconds{1});
    dispatch_until([&] { return frames.size() >= 5; });
    auto const used = must(read([&](Transaction& tx) { return service().pace(tx, session); }));
    EXPECT_EQ(used.sent_today, 5);
    EXPECT_EQ(used.new_today, 5);
}

}   // namespace
}   // namespace waqtor
