#include "core/trust/master_key.hpp"
#include "core/trust/password.hpp"
#include "core/trust/token.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace waqtor {
namespace {

template <class T> T run(asio::awaitable<T> work) {
    asio::io_context io;
    auto result = asio::co_spawn(io, std::move(work), asio::use_future);
    io.run();
    return result.get();
}

class MasterKeyTest : public testing::Test {
protected:
    void SetUp() override { std::filesystem::remove(path); }
    void TearDown() override { std::filesystem::remove(path); }
    std::filesystem::path path = std::filesystem::path{testing::TempDir()} / ("waqtor-master-key-" + std::to_string(::getpid()));
};

TEST_F(MasterKeyTest, IsMadeOnceAndReadableByNobodyElse) {
    auto const plain = as_bytes("credentials");
    auto const cell = SealedCell{"session", "credentials", "1"};
    auto const sealed = [&] {
        auto const key = MasterKey::open(path);
        return Sealer{*key}.seal(cell, plain);
    }();
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0400U);
    auto const again = MasterKey::open(path);
    ASSERT_TRUE(again);
    EXPECT_EQ(*Sealer{*again}.open(cell, sealed), Bytes(plain.begin(), plain.end()));
}

TEST_F(MasterKeyTest, RefusesAFileThatIsNoKeyOrIsOpenToOthers) {
    std::ofstream{path} << "short";
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    EXPECT_EQ(MasterKey::open(path).error().code, Code::invalid);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
    EXPECT_EQ(MasterKey::open(path).error().code, Code::forbidden);
}

TEST_F(MasterKeyTest, ASealedValueCannotBeMovedOrChanged) {
    auto const key = MasterKey::open(path);
    Sealer const sealer{*key};
    auto const sealed = sealer.seal({"session", "credentials", "1"}, as_bytes("x"));
    EXPECT_TRUE(sealer.open({"session", "credentials", "1"}, sealed));
    EXPECT_FALSE(sealer.open({"session", "credentials", "2"}, sealed));
    EXPECT_FALSE(sealer.open({"webhook", "credentials", "1"}, sealed));
    EXPECT_FALSE(sealer.open({"sessioncredentials", "", "1"}, sealed));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] ^= 1;
        EXPECT_FALSE(sealer.open({"session", "credentials", "1"}, changed)) << i;
    }
    EXPECT_FALSE(sealer.open({"session", "credentials", "1"}, {}));
}

TEST(Password, FitsOnlyItself) {
    PasswordHasher hasher;
    auto const hash = *run(hasher.hash({"correct horse"}));
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$")) << hash;
    EXPECT_TRUE(*run(hasher.verify(hash, {"correct horse"})));
    EXPECT_FALSE(*run(hasher.verify(hash, {"correct horsf"})));
    EXPECT_FALSE(*run(hasher.verify(std::nullopt, {"correct horse"})));
    EXPECT_NE(*run(hasher.hash({"correct horse"})), hash);
}

TEST(Password, RefusesWhatEveryoneUses) {
    for (auto password : {"password", "Password123", "12345678", "aaaaaaaaaa", "sara@example.com"})
        EXPECT_TRUE(PasswordHasher::weakness(password, "sara@example.com")) << password;
    EXPECT_FALSE(PasswordHasher::weakness("correct horse", "sara@example.com"));
}

TEST(Token, IsLongRandomAndKeepsItsPrefix) {
    auto const token = make_token("wq_");
    EXPECT_EQ(token.size(), 35U);
    EXPECT_TRUE(token.starts_with("wq_"));
    EXPECT_NE(token, make_token("wq_"));
    EXPECT_EQ(token_hash("abc").size(), 32U);
    EXPECT_EQ(token_hash("abc")[0], 0xba);   // FIPS 180-4, example of SHA-256("abc")
    EXPECT_TRUE(equal_secret("a", "a"));
    EXPECT_FALSE(equal_secret("a", "b"));
    EXPECT_FALSE(equal_secret("a", "aa"));
}

}   // namespace
}   // namespace waqtor
