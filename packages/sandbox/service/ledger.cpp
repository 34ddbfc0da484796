#include "sandbox/service/ledger.hpp"

namespace waqtor::sandbox {

std::string_view name_of(Way way) {
    switch (way) {
        case Way::from_device: return "from_device";
        case Way::to_device: return "to_device";
        case Way::phone: return "phone";
        case Way::refused: return "refused";
        case Way::unknown: return "unknown";
        case Way::fault: return "fault";
        case Way::life: return "life";
    }
    return "life";
}

void Ledger::add(Way way, std::string device, Node const& stanza, std::string text, std::string file) {
    auto peer = stanza.has("from") ? stanza.string("from") : stanza.string("to");
    auto type = stanza.string("type");
    if (stanza.is("iq") && !stanza.attr("xmlns").empty()) type += ' ' + std::string{stanza.attr("xmlns")};
    push({.way = way,
          .device = std::move(device),
          .tag = stanza.tag.str(),
          .id = stanza.string("id"),
          .peer = std::move(peer),
          .type = std::move(type),
          .text = std::move(text),
          .file = std::move(file)});
}

void Ledger::add(Way way, std::string device, std::string tag, std::string text) {
    push({.way = way, .device = std::move(device), .tag = std::move(tag), .text = std::move(text)});
}

void Ledger::push(Entry entry) {
    entry.number = ++last_;
    entry.at = clock_.now();
    entries_.push_back(std::move(entry));
    while (entries_.size() > most_) entries_.pop_front();
}

}   // namespace waqtor::sandbox
