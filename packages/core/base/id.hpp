#pragma once
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <array>
#include <compare>
#include <cstring>
#include <functional>

namespace waqtor {

/// 128 bits, written as a UUID (RFC 9562). Ids we make are version 7, so they sort by the time they were made.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// 36 characters, lower case.
    std::array<char, 36> characters() const;
    std::string text() const;
    void append_to(std::string& out) const;
    /// The 36-character form in either case, nothing else.
    static std::optional<Uuid> parse(std::string_view text);
    /// Version 7: 48 bits of milliseconds, 74 random bits.
    static Uuid make(Timestamp now);

    bool empty() const { return *this == Uuid{}; }
    auto operator<=>(Uuid const&) const = default;
};

/// An id of one kind of thing: a UserId cannot be passed where a KeyId is wanted.
template <class Tag> struct Id {
    Uuid uuid{};

    std::string text() const { return uuid.text(); }
    bool empty() const { return uuid.empty(); }
    static Id make(Timestamp now) { return Id{Uuid::make(now)}; }
    static std::optional<Id> parse(std::string_view text) {
        auto uuid = Uuid::parse(text);
        return uuid ? std::optional{Id{*uuid}} : std::nullopt;
    }
    auto operator<=>(Id const&) const = default;
};

template <class T> inline constexpr bool is_id = false;
template <class Tag> inline constexpr bool is_id<Id<Tag>> = true;

using WorkspaceId = Id<struct WorkspaceTag>;
using UserId = Id<struct UserTag>;
using LoginId = Id<struct LoginTag>;
using KeyId = Id<struct KeyTag>;
using InvitationId = Id<struct InvitationTag>;
using SessionId = Id<struct SessionTag>;

}   // namespace waqtor

template <class Tag> struct std::hash<waqtor::Id<Tag>> {
    std::size_t operator()(waqtor::Id<Tag> const& id) const noexcept {
        std::size_t tail = 0;   // the random end of a version 7 id
        std::memcpy(&tail, id.uuid.bytes.data() + 8, sizeof tail);
        return tail;
    }
};
