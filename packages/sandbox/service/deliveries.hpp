#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waqtor::sandbox {

struct Account;
struct Device;

/// What became of one message of a linked device at one phone.
struct Delivery {
    std::string message;        // id
    std::string from;           // user:device@s.whatsapp.net
    std::string phone;          // digits
    std::uint32_t taken = 0;    // how often the service took the stanza from the device
    std::uint32_t handed = 0;   // how often the phone got it
    std::uint32_t read = 0;     // how often it could be decrypted: more than once is a person who sees it twice
};

/// Counts for every message of a linked device; about 200 bytes each. Copies for the sender's own phone are not counted.
class Deliveries {
public:
    void taken(Device const& from, std::string_view message);
    void handed(Device const& from, std::string_view message, Account const& phone) { ++row(from, message, phone).handed; }
    void read(Device const& from, std::string_view message, Account const& phone) { ++row(from, message, phone).read; }

    /// A message that reached nobody yet has one row with an empty phone.
    std::vector<Delivery> all() const;
    std::size_t size() const { return messages_.size(); }

private:
    struct Row {
        Account const* phone;
        std::uint32_t handed = 0;
        std::uint32_t read = 0;
    };
    struct Message {
        Account const* from = nullptr;
        std::uint16_t device = 0;
        std::uint32_t taken = 0;
        std::vector<Row> rows;
    };
    std::unordered_map<std::string, Message> messages_;   // by "account's number:device/id"

    Message& message(Device const& from, std::string_view id);
    Row& row(Device const& from, std::string_view id, Account const& phone);
};

/// A message that should have reached a phone.
struct Expected {
    std::string message;
    std::string number;
};

/// How what should have arrived compares with what arrived.
struct Tally {
    std::size_t delivered = 0;   // expected, and read exactly once by that phone
    std::size_t missing = 0;     // expected, and never read
    std::size_t duplicate = 0;   // read more than once by a phone
    std::size_t unknown = 0;     // read by a phone, and not expected there
};
Tally tally(std::vector<Delivery> const& found, std::vector<Expected> const& expected);

}   // namespace waqtor::sandbox
