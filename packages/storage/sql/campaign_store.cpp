#include "storage/sql/campaign_store.hpp"

#include "storage/sql/transaction.hpp"

namespace waqtor::sql {
namespace {
auto const kCampaign = "SELECT " + columns<CampaignRow>() + " FROM campaign";
}   // namespace

Result<void> SqlCampaignStore::add(waqtor::Transaction& tx, CampaignRow const& campaign) {
    TRY_OK(of(tx).insert("campaign", campaign));
    TRY_OK(
        of(tx).exec(fmt::format("INSERT INTO campaign_counter (campaign, {}) VALUES ($1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                                columns<CampaignCounts>()),
                    campaign.id));
    return {};
}

Result<Audience> SqlCampaignStore::audience(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) {
    TRY(auto const stored,
        of(tx).one<json::value>("SELECT audience FROM campaign WHERE workspace = $1 AND id = $2", workspace, campaign));
    return read_json<Audience>(stored);
}

Result<void> SqlCampaignStore::set_audience(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign,
                                            Audience const& audience) {
    TRY_OK(of(tx).exec("UPDATE campaign SET audience = $3 WHERE workspace = $1 AND id = $2", workspace, campaign,
                       write_json(audience)));
    return {};
}

Result<CampaignRow> SqlCampaignStore::find(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) {
    TRY(auto found,
        of(tx).maybe<CampaignRow>(kCampaign + " WHERE workspace = $1 AND id = $2 AND removed_at IS NULL", workspace, campaign));
    if (!found) return fail(Code::not_found, "There is no such campaign");
    return *std::move(found);
}

Result<void> SqlCampaignStore::save(waqtor::Transaction& tx, CampaignRow const& campaign) {
    static auto const kSave = [] {
        std::string set;
        std::size_t place = 0;
        boost::mp11::mp_for_each<Members<CampaignRow>>([&](auto d) {
            if (++place > 2) set += fmt::format("{}{} = ${}", set.empty() ? "" : ", ", d.name, place);   // after id and workspace
        });
        return "UPDATE campaign SET " + set + " WHERE id = $1 AND workspace = $2";
    }();
    std::array<Argument, boost::mp11::mp_size<Members<CampaignRow>>::value> arguments;
    std::size_t index = 0;
    boost::mp11::mp_for_each<Members<CampaignRow>>([&](auto d) { arguments[index++] = to_argument(campaign.*d.pointer); });
    TRY(auto const changed, of(tx).exec_of(kSave, arguments));
    if (changed == 0) return fail(Code::not_found, "There is no such campaign");
    return {};
}

Result<Page<CampaignRow>> SqlCampaignStore::list(waqtor::Transaction& tx, WorkspaceId workspace,
                                                 std::optional<CampaignStatus> status, PageRequest page) {
    std::string const where = " WHERE workspace = $1 AND removed_at IS NULL AND ($2 = '' OR status = $2)";
    auto const name = status ? enum_name(*status) : std::string_view{};
    TRY(auto const total, of(tx).one<std::int64_t>("SELECT count(*) FROM campaign" + where, workspace, name));
    TRY(auto rows, of(tx).all<CampaignRow>(kCampaign + where + " ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4", workspace,
                                           name, page.limit, page.offset));
    return Page<CampaignRow>{std::move(rows), total, page.limit, page.offset};
}

Result<CampaignCounts> SqlCampaignStore::counts(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) {
    static auto const kCounts =
        "SELECT " + columns<CampaignCounts>() +
        " FROM campaign_counter WHERE campaign = $2 AND EXISTS (SELECT 1 FROM campaign WHERE id = $2 AND workspace = $1)";
    return of(tx).one<CampaignCounts>(kCounts, workspace, campaign);
}

Result<void> SqlCampaignStore::set_base(waqtor::Transaction& tx, WorkspaceId, CampaignId campaign) {
    TRY_OK(of(tx).exec(R"sql(
        UPDATE campaign_counter
           SET base_reached = sent + delivered + read, base_failed = failed, base_opted_out = opted_out
         WHERE campaign = $1)sql",
                       campaign));
    return {};
}

Result<std::vector<BusyCampaign>> SqlCampaignStore::busy(waqtor::Transaction& tx, Timestamp now) {
    return of(tx).all<BusyCampaign>(R"sql(
        SELECT workspace, id FROM campaign
         WHERE busy = 1 AND (status <> 'scheduled' OR scheduled_at <= $1 OR removed_at IS NOT NULL) ORDER BY workspace, id)sql",
                                    now);
}

Result<CampaignRow> SqlCampaignStore::lock(waqtor::Transaction& tx, WorkspaceId workspace, CampaignId campaign) {
    TRY_OK(of(tx).exec("UPDATE campaign_counter SET changes = changes WHERE campaign = $1", campaign));
    return of(tx).one<CampaignRow>(kCampaign + " WHERE workspace = $1 AND id = $2", workspace, campaign);
}

Result<std::vector<std::string>> SqlCampaignStore::opt_out_words(waqtor::Transaction& tx, WorkspaceId workspace) {
    return of(tx).all<std::string>("SELECT word FROM opt_out_word WHERE workspace = $1 ORDER BY word", workspace);
}

Result<void> SqlCampaignStore::set_opt_out_words(waqtor::Transaction& tx, WorkspaceId workspace,
                                                 std::vector<std::string> const& words) {
    TRY_OK(of(tx).exec("DELETE FROM opt_out_word WHERE workspace = $1", workspace));
    for (auto const& word : words)
        TRY_OK(of(tx).exec("INSERT INTO opt_out_word (workspace, word) VALUES ($1, $2) ON CONFLICT DO NOTHING", workspace, word));
    return {};
}

}   // namespace waqtor::sql
