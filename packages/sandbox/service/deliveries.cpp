#include "sandbox/service/deliveries.hpp"

#include "sandbox/service/world.hpp"

#include <unordered_set>

namespace waqtor::sandbox {

Deliveries::Message& Deliveries::message(Device const& from, std::string_view id) {
    auto key = from.account->number + ':' + std::to_string(from.number) + '/';
    key += id;
    auto& found = messages_[std::move(key)];
    found.from = from.account;
    found.device = from.number;
    return found;
}

void Deliveries::taken(Device const& from, std::string_view id) { ++message(from, id).taken; }

Deliveries::Row& Deliveries::row(Device const& from, std::string_view id, Account const& phone) {
    auto& rows = message(from, id).rows;
    auto const found = std::ranges::find(rows, &phone, &Row::phone);
    return found == rows.end() ? rows.emplace_back(&phone) : *found;
}

std::vector<Delivery> Deliveries::all() const {
    std::vector<Delivery> out;
    out.reserve(messages_.size());
    for (auto const& [key, message] : messages_) {
        auto one = Delivery{.message = key.substr(key.find('/') + 1),
                            .from = message.from->pn().with_device(message.device).to_string(),
                            .taken = message.taken};
        for (auto const& row : message.rows) {
            one.phone = row.phone->number;
            one.handed = row.handed;
            one.read = row.read;
            out.push_back(one);
        }
        if (message.rows.empty()) out.push_back(std::move(one));
    }
    return out;
}

Tally tally(std::vector<Delivery> const& found, std::vector<Expected> const& expected) {
    Tally out;
    std::unordered_map<std::string, std::uint32_t> read;   // by "id number"
    for (auto const& one : found)
        if (one.read > 0) read[one.message + ' ' + one.phone] += one.read;
    for (auto const& [_, times] : read) out.duplicate += times > 1;
    std::unordered_set<std::string> wanted;
    for (auto const& one : expected) {
        auto const number = one.number.starts_with('+') ? one.number.substr(1) : one.number;
        auto const [place, fresh] = wanted.insert(one.message + ' ' + number);
        if (!fresh) continue;
        auto const times = read.find(*place);
        out.missing += times == read.end();
        out.delivered += times != read.end() && times->second == 1;
    }
    for (auto const& [what, _] : read) out.unknown += !wanted.contains(what);
    return out;
}

}   // namespace waqtor::sandbox
