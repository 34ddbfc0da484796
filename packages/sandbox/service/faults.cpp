#include "sandbox/service/faults.hpp"

#include "sandbox/service/world.hpp"

namespace waqtor::sandbox {

namespace {

constexpr std::array kKinds{std::string_view{"drop"},      std::string_view{"delay"},   std::string_view{"reorder"},
                            std::string_view{"duplicate"}, std::string_view{"corrupt"}, std::string_view{"disconnect"}};

bool fits(FaultRule const& rule, FaultRule::Way way, Device const& device, Node const& stanza) {
    return rule.way == way && (rule.device.empty() || rule.device == device.account->number || rule.device == device.name()) &&
           (rule.tag.empty() || stanza.is(rule.tag)) && (rule.type.empty() || stanza.attr("type") == rule.type);
}

}   // namespace

std::string_view name_of(FaultRule::Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::optional<FaultRule::Kind> fault_kind(std::string_view name) {
    auto const found = std::ranges::find(kKinds, name);
    if (found == kKinds.end()) return std::nullopt;
    return static_cast<FaultRule::Kind>(found - kKinds.begin());
}

std::uint64_t Faults::add(FaultRule rule) {
    rules_.push_back({++last_, std::move(rule)});
    return last_;
}

void Faults::remove(std::optional<std::uint64_t> number) {
    std::erase_if(rules_, [&](auto const& kept) { return !number || kept.number == *number; });
}

FaultRule const* Faults::strike(FaultRule::Way way, Device const& device, Node const& stanza) {
    for (auto& [number, rule, fitted, struck] : rules_) {
        if (!fits(rule, way, device, stanza)) continue;
        if (++fitted <= rule.skip || (rule.times > 0 && struck >= rule.times)) continue;
        if (!Draw{seed, device.account->number, fitted * 1000 + number}.happens(rule.chance)) continue;
        ++struck;
        return &rule;
    }
    return nullptr;
}

void corrupt(Node& message) {
    auto* const children = std::get_if<std::vector<Node>>(&message.content);
    if (!children) return;
    for (auto& child : *children)
        if (auto* const bytes = std::get_if<Bytes>(&child.content); bytes && child.is("enc") && !bytes->empty()) bytes->back() ^= 1;
}

}   // namespace waqtor::sandbox
