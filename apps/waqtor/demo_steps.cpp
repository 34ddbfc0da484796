#include "core/contacts/import/scan.hpp"
#include "demo_job.hpp"
#include "demo_shop.hpp"
#include "files.hpp"

#include <fstream>

namespace waqtor::demo {
namespace {
constexpr std::int64_t kPage = 1000;

/// Writes the sample where a file is wanted.
Result<std::filesystem::path> sample_file(std::filesystem::path const& folder) {
    auto const file = folder / "sample-contacts.csv";
    std::ofstream out{file, std::ios::binary};
    out << sample_contacts();
    if (!out.flush()) return fail(Code::unavailable, "Cannot write " + file.string());
    return file;
}
}   // namespace

/// Why each row that brought nothing did not.
Result<void> Job::note_rows(ImportId import) {
    for (std::int64_t offset = 0;; offset += kPage) {
        TRY(auto const page,
            run_here(house_.features.contact_imports.lines(owner_, {.id = import, .limit = kPage, .offset = offset})));
        for (auto const& row : page.items)
            rows_.push_back(fmt::format("line {}: {}  ({})", row.line, row.reason, import::shortened(row.cells)));
        if (!page.has_more()) return {};
    }
}

Result<void> Job::import(std::filesystem::path const& file) {
    auto& features = house_.features;
    auto chosen = file;
    if (chosen.empty()) {
        TRY(chosen, sample_file(features.on.settings.data()));
    }
    TRY(auto bytes, read_file(chosen));
    auto& imports = features.contact_imports;
    TRY(auto seen, run_here(imports.upload(owner_, {.bytes = std::move(bytes), .file_name = chosen.filename().string()})));
    TRY_OK(run_here(imports.start(owner_, {.id = seen.id})));
    TRY(auto const done, run_here(imports.wait(owner_, seen.id)));
    if (done.state != ImportState::done) return fail(Code::unavailable, "The import failed: " + done.problem.value_or(""));
    contacts_ = {done.created + done.updated, done.errors};
    TRY_OK(note_rows(seen.id));

    for (ContactId after{};;) {
        TRY(auto const people, run_here(house_.db->read([&](Transaction& tx) {
                return features.contact_book.audience(tx, owner_.workspace, {.everyone = true}, after, kPage);
            })));
        if (people.empty()) return {};
        after = people.back().id;
        std::vector<sandbox::PhoneSpec> phones;
        for (auto const& person : people)
            if (person.who.phone && on_whatsapp(*person.who.phone))
                phones.push_back({.number = *person.who.phone,
                                  .name = person.who.name.value_or(""),
                                  .behaviour = behaviour_of(*person.who.phone)});
        TRY_OK(sandbox_.add_phones(std::move(phones)));
    }
}

Result<void> Job::teach_bot() {
    for (auto const& rule : rules())
        TRY_OK(run_here(house_.features.bot.create(
            owner_.workspace,
            {.name = std::string{rule.name}, .keywords = rule.keywords, .reply_message = std::string{rule.reply}})));
    return {};
}

Result<void> Job::campaign() {
    auto& campaigns = house_.features.campaigns;
    TRY(auto const made, run_here(campaigns.create(owner_, {.name = "Weekly offer",
                                                            .content = Content{.text = std::string{campaign_text()}},
                                                            .sessions = std::vector{session_},
                                                            .audience = Audience{.everyone = true}})));
    campaign_ = made.id;
    TRY_OK(run_here(campaigns.start(owner_, campaign_)));
    TRY_OK(until("the campaign has ended", [&]() -> Result<bool> {
        TRY(auto const now, run_here(campaigns.get(owner_.workspace, campaign_)));
        if (now.status == CampaignStatus::paused || now.status == CampaignStatus::failed || now.status == CampaignStatus::cancelled)
            return fail(Code::unavailable, fmt::format("The campaign is {}: {}", enum_name(now.status), now.reason.value_or("")));
        return now.status == CampaignStatus::completed;
    }));
    return quiet();
}

Result<void> Job::count(DemoReport& report) {
    TRY(auto const now, run_here(house_.features.campaigns.get(owner_.workspace, campaign_)));
    report.campaign = {now.total_recipients, now.sent_count, now.delivered_count, now.read_count, now.failed_count};
    TRY(auto const sent, messages(true));
    report.bot_answers = std::ranges::count(sent, Origin::bot, &MessageRow::origin);
    return {};
}

}   // namespace waqtor::demo
