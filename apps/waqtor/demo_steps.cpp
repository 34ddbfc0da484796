#include "demo_job.hpp"
#include "demo_shop.hpp"

#include <sstream>

namespace waqtor::demo {

Result<void> Job::import(std::filesystem::path const&) {
    std::istringstream lines{sample_contacts()};
    std::string line;
    std::getline(lines, line);
    std::vector<sandbox::PhoneSpec> phones;
    while (std::getline(lines, line)) {
        auto const comma = line.find(',');
        auto const name = line.substr(0, comma);
        auto const phone = line.substr(comma + 1, line.find(',', comma + 1) - comma - 1);
        TRY_OK(run_here(house_.db->write([&](Transaction& tx) {
            return house_.features.contact_book.identify(tx, owner_.workspace, {.phone = phone, .name = name});
        })));
        ++contacts_.imported;
        if (on_whatsapp(phone)) phones.push_back({.number = phone, .name = name, .behaviour = behaviour_of(phone)});
    }
    return sandbox_.add_phones(std::move(phones));
}

Result<void> Job::teach_bot() { return {}; }

Result<void> Job::campaign() {
    TRY_OK(run_here(house_.db->write([&](Transaction& tx) -> Result<void> {
        TRY(auto const people, house_.features.contact_book.audience(tx, owner_.workspace, {.everyone = true}, {}, 1000));
        for (auto const& person : people)
            TRY_OK(house_.features.messages.accept(
                tx, owner_.workspace,
                {.session = session_, .contact = person.id, .content = {.text = std::string{campaign_text()}}}));
        return {};
    })));
    return quiet();
}

Result<void> Job::count(DemoReport& report) {
    TRY(auto const sent, messages(true));
    for (auto const& message : sent) {
        ++report.campaign.recipients;
        report.campaign.sent += message.sent_at ? 1 : 0;
        report.campaign.delivered += message.delivered_at ? 1 : 0;
        report.campaign.read += message.read_at ? 1 : 0;
        report.campaign.failed += message.state == MessageState::failed ? 1 : 0;
    }
    return {};
}

}   // namespace waqtor::demo
