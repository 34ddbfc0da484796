#include "command.hpp"
#include "core/campaigns/campaign_api.hpp"
#include "door.hpp"

#include <iostream>
#include <thread>

namespace waqtor {
namespace {
constexpr auto kLook = std::chrono::milliseconds{500};

struct Wish {
    DoorWish door;
    std::string id, name, text;
    std::vector<std::string> phones, tags, sessions;
    bool everyone = false;
    bool wait = false;
};

void print(Campaign const& campaign) {
    std::cout << "Campaign " << campaign.id.text() << " (" << campaign.name << ") is " << enum_name(campaign.status)
              << (campaign.reason ? ": " + *campaign.reason : "") << '\n';
    Table table{{"recipients", "pending", "in outbox", "sent", "delivered", "read", "failed", "skipped", "cancelled"}};
    std::vector<std::string> row;
    for (auto count :
         {campaign.total_recipients, campaign.pending_count, campaign.accepted_count, campaign.sent_count, campaign.delivered_count,
          campaign.read_count, campaign.failed_count, campaign.skipped_count, campaign.cancelled_count})
        row.push_back(std::to_string(count));
    table.add(std::move(row));
    table.print();
}

json::array texts(std::vector<std::string> const& all) { return json::array(all.begin(), all.end()); }

std::string path_of(Wish const& wish) { return "/api/campaigns/" + query_text(wish.id); }

Result<Campaign> create(Door& door, Wish const& wish, Output const&) {
    json::object audience;
    if (!wish.phones.empty()) audience["phones"] = texts(wish.phones);
    if (!wish.tags.empty()) audience["tags"] = texts(wish.tags);
    if (wish.everyone) audience["everyone"] = true;
    json::object body{{"name", wish.name}, {"content", {{"type", "text"}, {"text", wish.text}}}, {"audience", std::move(audience)}};
    if (!wish.sessions.empty()) body["sessions"] = texts(wish.sessions);
    return door.read<Campaign>("POST", "/api/campaigns", body);
}

Result<Campaign> status(Door& door, Wish const& wish, Output const&) { return door.read<Campaign>("GET", path_of(wish)); }

/// The server does the sending: here it is only started, and watched.
Result<Campaign> start(Door& door, Wish const& wish, Output const& output) {
    TRY(auto campaign, door.read<Campaign>("POST", path_of(wish) + "/start", json::object{}));
    Progress progress{output};
    while (wish.wait && campaign.status == CampaignStatus::running) {
        auto const over = campaign.total_recipients - campaign.pending_count - campaign.accepted_count;
        progress.show(over, campaign.total_recipients, "recipients");
        std::this_thread::sleep_for(kLook);
        TRY(campaign, door.read<Campaign>("GET", path_of(wish)));
    }
    return campaign;
}

using Work = Result<Campaign> (*)(Door&, Wish const&, Output const&);

CLI::App* add_one(Program& program, CLI::App& under, std::shared_ptr<Wish> const& wish, std::string const& name,
                  std::string const& help, Work work) {
    auto* command = program.add(under, name, help, [&program, wish, work](Settings& settings) {
        auto door = Door::open(settings, wish->door);
        if (!door) return program.output.failure(door.error());
        auto const done = work(**door, *wish, program.output);
        return done ? program.output.show(*done, [](Campaign const& campaign) { print(campaign); })
                    : program.output.failure(done.error());
    });
    wish->door.add_flags(*command);
    return command;
}
}   // namespace

void add_campaign(Program& program) {
    auto* campaign = program.app.add_subcommand("campaign", "Campaigns")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* make = add_one(program, *campaign, wish, "create", "Make a draft", create);
    make->add_option("--name", wish->name, "Shown in the dashboard")->required();
    make->add_option("--text", wish->text, "What is sent; {{name|default}} is a variable")->required();
    make->add_option("--phone", wish->phones, "Numbers, E.164")->delimiter(',');
    make->add_option("--tag", wish->tags, "Contacts with any of these tags")->delimiter(',');
    make->add_flag("--everyone", wish->everyone, "Every contact");
    make->add_option("--session", wish->sessions, "Ids of the sessions it is sent from")->delimiter(',');
    auto* run = add_one(program, *campaign, wish, "run", "Start it, or go on after a pause; the server sends", start);
    run->add_option("id", wish->id, "The campaign's id")->required();
    run->add_flag("--wait", wish->wait, "Return when it no longer runs");
    auto* show = add_one(program, *campaign, wish, "status", "Show how far it is", status);
    show->add_option("id", wish->id, "The campaign's id")->required();
}

}   // namespace waqtor
