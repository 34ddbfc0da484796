#include "whatsapp/signal/cipher.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/signal/memory_store.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace waqtor::whatsapp::signal {
namespace {

template <class T> Result<T> run(Task<T> task) {
    asio::io_context context;
    std::optional<Result<T>> out;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, Result<T> result) {
        if (error) std::rethrow_exception(error);
        out = std::move(result);
    });
    context.run();
    return *std::move(out);
}

struct Account {
    Jid jid;
    Identity identity = Identity::generate();
    SignedPreKey signed_prekey = SignedPreKey::generate(3, identity);
    MemoryStore store{};
    Cipher cipher{identity, store};

    explicit Account(std::string_view address) : jid{*Jid::parse(address)} {
        store.add(signed_prekey);
        store.add(PreKey::generate(1));
    }
    Bundle bundle() {
        auto const prekey = *run(store.prekey(1));
        Bundle out{
            identity.registration_id, identity.keys.pub, {signed_prekey.id, signed_prekey.keys.pub, signed_prekey.signature}, {}};
        if (prekey) out.one_time = Bundle::OneTime{1, prekey->keys.pub};
        return out;
    }
    void commit(Changes changes) { ASSERT_TRUE(run(store.commit(std::move(changes)))); }
    Ciphertext write(Account const& to, std::string_view words) {
        auto sealed = *run(cipher.encrypt({{to.jid, to_bytes(bytes_of(words))}}));
        commit(sealed.changes);
        return sealed.messages.at(0).message;
    }
    std::string hear(Account const& from, Ciphertext const& message) {
        auto opened = run(cipher.decrypt(from.jid, message.kind, message.bytes));
        if (!opened) return "refused: " + std::string{name_of(*refusal_of(opened.error()))};
        commit(opened->changes);
        return std::string{text_of(opened->plaintext)} + (opened->identity_changed ? " (new identity)" : "");
    }
};

struct TwoAccounts : ::testing::Test {
    Account alice{"15550100:1@s.whatsapp.net"}, bob{"15550101@lid"};
};

TEST_F(TwoAccounts, TalkThroughTheirStores) {
    auto const none = run(alice.cipher.encrypt({{bob.jid, {}}}));
    ASSERT_TRUE(none);
    EXPECT_EQ(none->without_session, std::vector{bob.jid});
    EXPECT_TRUE(none->changes.empty());

    auto const started = run(alice.cipher.start(bob.jid, bob.bundle()));
    ASSERT_TRUE(started);
    EXPECT_FALSE(started->identity_changed);
    alice.commit(started->changes);
    auto const first = alice.write(bob, "hello");
    auto const second = alice.write(bob, "again");
    EXPECT_EQ(bob.hear(alice, first), "hello");
    EXPECT_EQ(bob.store.prekeys(), 0u) << "the one-time prekey is used up";
    EXPECT_EQ(bob.hear(alice, second), "again");
    EXPECT_EQ(bob.hear(alice, first), "refused: message_duplicate");
    EXPECT_EQ(alice.hear(bob, bob.write(alice, "hi")), "hi");
}

TEST_F(TwoAccounts, WithoutACommitNothingHasHappened) {
    alice.commit(run(alice.cipher.start(bob.jid, bob.bundle()))->changes);
    auto const message = alice.write(bob, "hello");
    auto const lost = run(bob.cipher.decrypt(alice.jid, message.kind, message.bytes));   // a crash before the commit
    ASSERT_TRUE(lost);
    EXPECT_EQ(bob.store.prekeys(), 1u);
    EXPECT_EQ(bob.hear(alice, message), "hello");
}

TEST_F(TwoAccounts, AnotherIdentityIsReported) {
    alice.commit(run(alice.cipher.start(bob.jid, bob.bundle()))->changes);
    EXPECT_EQ(bob.hear(alice, alice.write(bob, "hello")), "hello");
    Account again{"15550100:1@s.whatsapp.net"};
    again.commit(run(again.cipher.start(bob.jid, bob.bundle()))->changes);
    EXPECT_EQ(bob.hear(again, again.write(bob, "new phone")), "new phone (new identity)");
    auto const started = run(bob.cipher.start(alice.jid, alice.bundle()));
    EXPECT_TRUE(started->identity_changed);
}

TEST_F(TwoAccounts, ShareAGroup) {
    auto const group = *Jid::parse("120363000000000001@g.us");
    auto const words = to_bytes(bytes_of("to all"));
    auto const first = run(alice.cipher.encrypt_group({group, alice.jid}, words));
    ASSERT_TRUE(first);
    alice.commit(first->changes);
    EXPECT_EQ(refusal_of(run(bob.cipher.decrypt_group({group, alice.jid}, first->message)).error()), Refusal::no_sender_key);
    bob.commit(*run(bob.cipher.accept_distribution({group, alice.jid}, first->distribution)));
    auto const opened = run(bob.cipher.decrypt_group({group, alice.jid}, first->message));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->plaintext, words);
    bob.commit(opened->changes);

    auto const rotated = run(alice.cipher.encrypt_group({group, alice.jid}, words, Cipher::Key::rotate));
    EXPECT_EQ(refusal_of(run(bob.cipher.decrypt_group({group, alice.jid}, rotated->message)).error()), Refusal::no_sender_key);
}

}   // namespace
}   // namespace waqtor::whatsapp::signal
