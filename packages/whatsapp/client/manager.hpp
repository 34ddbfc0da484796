#pragma once
#include "core/sessions/account_calls.hpp"
#include "whatsapp/client/app_state.hpp"
#include "whatsapp/client/groups.hpp"
#include "whatsapp/messaging/groups.hpp"

namespace waqtor::whatsapp {

/// Groups, profile, blocked people and presence of one client: each call is a request and its answer. On the strand.
class Manager final : public AccountCalls {
public:
    /// `hold` keeps the client from ending as long as what it gives lives.
    Manager(Context& context, Directory& directory, Groups& groups, AppState& app_state,
            std::function<std::shared_ptr<void>()> hold)
        : context_{context}, directory_{directory}, groups_{groups}, app_state_{app_state}, hold_{std::move(hold)} {}

    Task<void> change(PhoneChange change) override;

    Task<std::vector<GroupCard>> groups() override;
    Task<GroupCard> group(Address group) override;
    Task<GroupCard> create_group(std::string subject, std::vector<Address> members) override;
    Task<std::vector<MemberOutcome>> change_members(Address group, MemberStep step, std::vector<Address> people) override;
    Task<void> change_group(Address group, GroupWish wish) override;
    Task<void> leave_group(Address group) override;
    Task<std::string> invitation(Address group, bool renew) override;
    Task<JoinedGroup> join_group(std::string link) override;
    Task<std::vector<GroupPerson>> join_requests(Address group) override;
    Task<std::vector<MemberOutcome>> answer_requests(Address group, bool approve, std::vector<Address> people) override;

    Task<void> set_name(std::string name) override;
    Task<void> set_about(std::string about) override;
    Task<void> set_picture(std::optional<Address> group, Bytes jpeg) override;
    Task<std::optional<PictureLink>> picture(Address of) override;
    Task<std::vector<Person>> blocked() override;
    Task<void> block(Address person, bool on) override;
    Task<void> set_available(bool on) override;
    Task<void> watch_presence(Address person) override;

private:
    Context& context_;
    Directory& directory_;
    Groups& groups_;
    AppState& app_state_;
    std::function<std::shared_ptr<void>()> hold_;

    Task<Node> ask(Node iq);
    Task<Person> person(messaging::GroupMember const& member);
    Task<GroupCard> card(messaging::GroupInfo info);
    Task<std::vector<MemberOutcome>> outcomes(std::vector<messaging::GroupMember> members);
};

/// Code::invalid, naming the field.
Result<Jid> read_person(std::string const& field, Address const& address);
Result<Jid> read_group(Address const& address);

}   // namespace waqtor::whatsapp
