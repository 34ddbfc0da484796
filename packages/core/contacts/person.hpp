#pragma once
#include "core/base/described.hpp"

namespace waqtor {

using ContactId = Id<struct ContactTag>;

/// What WhatsApp tells of a person in one place: at least one of phone, lid and username is there.
struct Person {
    std::optional<std::string> phone{};   // E.164: "+15550101"
    std::optional<std::string> lid{};     // the digits of the LID, without server
    std::optional<std::string> username{};
    std::optional<std::string> name{};   // as they call themselves
    auto operator<=>(Person const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Person, (), (phone, lid, username, name))
template <>
inline constexpr std::array kFields<Person>{
    Field{"phone", "Phone number, E.164", kNoMinimum, 16, Format::phone},
    Field{"lid", "WhatsApp's identity without the number", 1, 32},
    Field{"username", "Name on WhatsApp that others can search for", 1, 64},
    Field{"name", "How they call themselves", 0, 200},
};

}   // namespace waqtor
