#pragma once
#include "core/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor::sandbox {

/// What a phone does by itself with a text it receives, as a person would. Which of the chances come true depends only on the
/// seed, the number and how many messages the phone had before: the same run gives the same answers. Waits vary between half and
/// one and a half of what is said here, in the same way.
struct Behaviour {
    struct Reply {
        std::string contains{};   // without regard to ASCII case; empty: fits every text
        std::string text{};
        bool operator==(Reply const&) const = default;
    };

    bool delivered = true;                       // sends receipts; false: switched off to its senders, own devices too
    std::optional<Milliseconds> reads_after{};   // sends read receipts; nothing: only when told to
    double read_chance = 1.0;
    std::vector<Reply> replies{};   // the first that fits; none: it never answers
    double reply_chance = 1.0;
    Milliseconds replies_after{0};   // after it was read (or received, when it does not read by itself)
    Milliseconds typing{0};          // how long before the answer "typing…" shows

    bool acts() const { return reads_after.has_value() || !replies.empty(); }
    /// Null when nothing of `replies` fits.
    Reply const* reply_to(std::string_view text) const;
    bool operator==(Behaviour const&) const = default;
};

struct PhoneSpec {
    std::string number;   // digits, or E.164
    std::string name{};
    std::string lid{};   // digits; empty: the service picks one
    Behaviour behaviour{};
};

/// Numbers that are the same whenever they are drawn for the same things.
class Draw {
public:
    Draw(std::uint64_t seed, std::string_view who, std::uint64_t nth);
    /// 0 ≤ x < 1
    double next();
    bool happens(double chance) { return next() < chance; }
    /// Between half and one and a half of it.
    Milliseconds around(Milliseconds wait);

private:
    std::uint64_t state_;
};

}   // namespace waqtor::sandbox
