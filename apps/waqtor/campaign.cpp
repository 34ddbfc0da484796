#include "command.hpp"
#include "local_caller.hpp"

#include <thread>

namespace waqtor {
namespace {
struct Wish {
    std::string workspace, id, name, text;
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

Result<CampaignId> id_of(Wish const& wish) {
    auto const id = CampaignId::parse(wish.id);
    if (!id) return invalid("id", "must be an id (UUID)");
    return *id;
}

boost::json::array texts(std::vector<std::string> const& all) { return boost::json::array(all.begin(), all.end()); }

Result<Campaign> create(House& house, Wish const& wish) {
    TRY(auto who, local_caller(house, wish.workspace));
    boost::json::object audience;
    if (!wish.phones.empty()) audience["phones"] = texts(wish.phones);
    if (!wish.tags.empty()) audience["tags"] = texts(wish.tags);
    if (wish.everyone) audience["everyone"] = true;
    boost::json::object body{
        {"name", wish.name}, {"content", {{"type", "text"}, {"text", wish.text}}}, {"audience", std::move(audience)}};
    if (!wish.sessions.empty()) body["sessions"] = texts(wish.sessions);
    TRY(auto checked, read_json<CreateCampaign>(body));
    return run_here(house.features.campaigns.create(std::move(who), std::move(checked)));
}

Result<Campaign> status(House& house, Wish const& wish) {
    TRY(auto const who, local_caller(house, wish.workspace));
    TRY(auto const id, id_of(wish));
    return run_here(house.features.campaigns.get(who.workspace, id));
}

/// The server does the sending: here it is only started, and watched.
Result<Campaign> start(House& house, Wish const& wish) {
    TRY(auto who, local_caller(house, wish.workspace));
    TRY(auto const id, id_of(wish));
    TRY(auto campaign, run_here(house.features.campaigns.start(who, id)));
    while (wish.wait && campaign.status == CampaignStatus::running) {
        std::this_thread::sleep_for(std::chrono::seconds{1});
        TRY(campaign, run_here(house.features.campaigns.get(who.workspace, id)));
    }
    return campaign;
}

using Work = Result<Campaign> (*)(House&, Wish const&);

CLI::App* add_one(Program& program, CLI::App& under, std::shared_ptr<Wish> wish, std::string const& name, std::string const& help,
                  Work work) {
    auto* command = program.add(under, name, help, [&program, wish, work](Settings& settings) {
        auto house = House::open(settings);
        if (!house) return program.output.failure(house.error());
        auto const done = work(**house, *wish);
        return done ? program.output.show(*done, [](Campaign const& campaign) { print(campaign); })
                    : program.output.failure(done.error());
    });
    command->add_option("--workspace", wish->workspace, "Id or name, when there are several");
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
