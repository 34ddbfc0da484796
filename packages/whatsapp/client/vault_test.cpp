#include "whatsapp/client/vault.hpp"

#include "whatsapp/client/memory_store.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

namespace waqtor::whatsapp {
namespace {

class Silent final : public SessionListener {
public:
    void state_changed(SessionRef, ClientState const&) override {}
    Result<void> fence(Transaction&, SessionRef) override { return {}; }
    Result<void> received(Transaction&, SessionRef, Inbound const&) override { return {}; }
    Result<void> receipt(Transaction&, SessionRef, Receipt const&) override { return {}; }
    Result<void> committed(Transaction&, SessionRef, MessageId) override { return {}; }
    Result<void> acknowledged(Transaction&, SessionRef, MessageId, Timestamp) override { return {}; }
    Result<void> refused(Transaction&, SessionRef, MessageId, Refusal, std::string_view) override { return {}; }
};

class Note final : public Vault::Job {
public:
    Note(std::string name, bool patient) : name_{std::move(name)}, patient_{patient} {}
    bool may_wait() const override { return patient_; }
    Task<void> prepare(Draft& draft) override {
        draft.put(ClientValueKind::prekey, name_, Bytes{1});
        co_return Result<void>{};
    }

private:
    std::string name_;
    bool patient_;
};

class VaultTest : public testing::Test {
protected:
    void run(std::string name, bool patient) {
        asio::co_spawn(
            io,
            [](VaultTest& self, std::shared_ptr<Note> note, std::string as) -> asio::awaitable<void> {
                if (co_await self.vault.run(std::move(note))) self.written.push_back(std::move(as));
            }(*this, std::make_shared<Note>(name, patient), name),
            asio::detached);
        io.restart();
        io.poll();
    }

    asio::io_context io;
    MemoryDatabase db;
    MemoryClientStore store;
    Silent listener;
    SessionRef session{WorkspaceId::make(Timestamp{}), SessionId::make(Timestamp{})};
    Vault vault{io.get_executor(), db, store, listener, session, std::chrono::hours{1}};   // gathers as long as one lets it
    std::vector<std::string> written;
};

TEST_F(VaultTest, AStreamSharesACommitUntilSomebodyMayNotWait) {
    run("1", true);
    EXPECT_EQ(written, std::vector<std::string>{"1"}) << "one message is no stream";
    run("2", true);
    run("3", true);
    EXPECT_EQ(db.writes(), 1U);
    run("4", false);
    EXPECT_EQ(written, (std::vector<std::string>{"1", "2", "3", "4"}));
    EXPECT_EQ(db.writes(), 2U);
}

TEST_F(VaultTest, WhoMayNotWaitIsWrittenAtOnce) {
    for (auto const* name : {"1", "2", "3"}) run(name, false);
    EXPECT_EQ(written, (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(db.writes(), 3U);
}

}   // namespace
}   // namespace waqtor::whatsapp
