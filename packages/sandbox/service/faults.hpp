#pragma once
#include "sandbox/types.hpp"

#include <list>

namespace waqtor::sandbox {

struct Device;

/// One thing that goes wrong on the way between the service and linked devices, as a bad network or a bad day of the service would
/// have it.
struct FaultRule {
    enum class Kind : std::uint8_t {
        drop,        // the stanza does not go; what is kept for a device comes again after its next login
        delay,       // it comes `delay` later, others overtake it
        reorder,     // it comes after the next one, or after `delay` (a second when 0)
        duplicate,   // it comes twice
        corrupt,     // one bit of each ciphertext is turned (towards devices only)
        disconnect   // the connection is cut instead
    };
    enum class Way : std::uint8_t { to_device, from_device };

    Kind kind = Kind::drop;
    Way way = Way::to_device;
    std::string device{};   // digits: all linked devices of that number; user:device@s.whatsapp.net: one; empty: all
    std::string tag{};      // message, receipt, ack, iq, notification …; empty: every stanza
    std::string type{};     // the attribute of that name; empty: every one
    double chance = 1.0;
    std::uint64_t skip = 0;    // so many that fit go through first
    std::uint64_t times = 0;   // so often it strikes; 0: without end
    Milliseconds delay{0};
};
std::string_view name_of(FaultRule::Kind kind);
std::optional<FaultRule::Kind> fault_kind(std::string_view name);

/// The rules that are in force, in the order they were added; the first that strikes counts.
class Faults {
public:
    std::uint64_t add(FaultRule rule);   // gives its number
    /// Without a number: all.
    void remove(std::optional<std::uint64_t> number = {});
    /// The rule that strikes this stanza now; null when none does.
    FaultRule const* strike(FaultRule::Way way, Device const& device, Node const& stanza);

    struct Kept {
        std::uint64_t number = 0;
        FaultRule rule;
        std::uint64_t fitted = 0;   // stanzas it was about
        std::uint64_t struck = 0;
    };
    std::list<Kept> const& rules() const { return rules_; }
    std::uint64_t seed = 1;   // of the chances

private:
    std::list<Kept> rules_;
    std::uint64_t last_ = 0;
};

/// Turns a bit of the last byte of each ciphertext.
void corrupt(Node& message);

}   // namespace waqtor::sandbox
