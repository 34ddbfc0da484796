#include "core/trust/password.hpp"

#include "core/base/run_on.hpp"

#include <sodium.h>

#include <boost/algorithm/string/case_conv.hpp>

namespace waqtor {
namespace {
constexpr std::size_t kMemory = std::size_t{64} << 20;
constexpr unsigned long long kPasses = 3;

/// The head of every published list of leaked passwords with eight characters or more.
constexpr std::array<std::string_view, 60> kCommon{
    "12345678",    "123456789",    "1234567890", "0123456789", "123123123",   "11111111",     "111111111",   "00000000",
    "87654321",    "987654321",    "9876543210", "12341234",   "11223344",    "password",     "password1",   "password12",
    "password123", "password1234", "passw0rd",   "p@ssword",   "p@ssw0rd",    "qwertyui",     "qwertyuiop",  "qwerty123",
    "qwerty12",    "qwerty1234",   "1q2w3e4r",   "1q2w3e4r5t", "1qaz2wsx",    "1qaz2wsx3edc", "q1w2e3r4",    "q1w2e3r4t5",
    "zaq12wsx",    "asdfghjk",     "asdfghjkl",  "zxcvbnm123", "iloveyou",    "sunshine",     "princess",    "football",
    "baseball",    "superman",     "trustno1",   "welcome1",   "welcome123",  "letmein1",     "letmein123",  "administrator",
    "admin123",    "admin1234",    "adminadmin", "changeme",   "changeme123", "whatsapp",     "whatsapp123", "waqtor123",
    "abcd1234",    "abc12345",     "aa123456",   "abcdefgh"};

bool one_character(std::string_view text) { return text.find_first_not_of(text.front()) == text.npos; }
}   // namespace

PasswordHasher::PasswordHasher() {
    // Not the hash of anything: 16 zero bytes as the salt, a hash of zeros. Checking it costs what a real one costs.
    nobody_ = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

template <class F> auto PasswordHasher::queued(F work) -> asio::awaitable<std::invoke_result_t<F&>> {
    if (waiting_.fetch_add(1) >= kQueue) {
        --waiting_;
        co_return fail(Code::busy, "Too many people are logging in at once; try again in a moment");
    }
    auto result = co_await run_on(pool_.get_executor(), std::move(work));
    --waiting_;
    co_return result;
}

Task<std::string> PasswordHasher::hash(Secret password) {
    return queued([password = std::move(password)]() -> Result<std::string> {
        char out[crypto_pwhash_STRBYTES];
        if (crypto_pwhash_str_alg(out, password.value.data(), password.value.size(), kPasses, kMemory,
                                  crypto_pwhash_ALG_ARGON2ID13) != 0)
            return fail(Code::busy, "There is not enough memory to hash a password now");
        return std::string{out};
    });
}

Task<bool> PasswordHasher::verify(std::optional<std::string> hash, Secret password) {
    auto const known = hash.has_value();
    return queued([known, hash = std::move(hash).value_or(nobody_), password = std::move(password)]() -> Result<bool> {
        auto const fits = crypto_pwhash_str_verify(hash.c_str(), password.value.data(), password.value.size()) == 0;
        return fits && known;
    });
}

std::optional<std::string> PasswordHasher::weakness(std::string_view password, std::string_view email) {
    auto const lower = boost::algorithm::to_lower_copy(std::string{password});
    if (std::ranges::find(kCommon, lower) != kCommon.end() || one_character(lower)) return "is one of the most used passwords";
    auto const name = email.substr(0, email.find('@'));
    if (lower == email || (name.size() >= 4 && lower == name)) return "must not be the e-mail address";
    return std::nullopt;
}

}   // namespace waqtor
