#include "whatsapp/client/groups.hpp"

#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

Bytes serialized(proto::GroupState const& state) { return to_bytes(bytes_of(state.SerializeAsString())); }

void read_members(Node const& group, proto::GroupState& state) {
    state.clear_members();
    state.set_by_phone(group.attr("addressing_mode") == "pn");
    for (auto const& one : group.children()) {
        if (!one.is("participant")) continue;
        auto& member = *state.add_members();
        for (auto const* key : {"jid", "lid", "phone_number"}) {
            auto const jid = one.jid(key);
            if (jid && jid->server == Server::lid) member.set_lid(jid->to_string());
            if (jid && jid->server == Server::user) member.set_phone(jid->to_string());
        }
    }
    state.set_known(true);
}

}   // namespace

Task<void> Groups::read(Jid group, proto::GroupState& state) {
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::group, group.to_string()));
    if (!state.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) state.Clear();
    co_return Result<void>{};
}

Task<Groups::Members> Groups::members(Jid group) {
    proto::GroupState state;
    CO_TRY_OK(co_await read(group, state));
    if (!state.known()) {
        CO_TRY(auto const line, context_.online());
        CO_TRY(auto const answer,
               co_await line->ask(
                   Node{"iq", {{"type", "get"}, {"xmlns", "w:g2"}, {"to", group}}, Node{"query", {{"request", "interactive"}}}}));
        auto const* told = answer.child("group");
        if (!told) co_return fail(Code::not_found, "There is no such group");
        CO_TRY_OK(co_await read(group, state));   // it may have changed meanwhile
        read_members(*told, state);
        Draft draft;
        draft.put(ClientValueKind::group, group.to_string(), serialized(state));
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    }
    Members out;
    out.by_phone = state.by_phone();
    for (auto const& member : state.members())
        if (auto const jid = Jid::parse(member.lid().empty() ? member.phone() : member.lid())) out.people.push_back(*jid);
    co_return out;
}

Task<void> Groups::changed(Node notification) {
    auto const group = notification.jid("from");
    if (!group || group->server != Server::group) co_return Result<void>{};
    co_return co_await forget(*group, notification.child("remove") || notification.child("leave"));
}

Task<void> Groups::forget(Jid group, bool somebody_left) {
    proto::GroupState state;
    CO_TRY_OK(co_await read(group, state));
    state.set_known(false);
    if (somebody_left) state.set_rotate(true);
    Draft draft;
    draft.put(ClientValueKind::group, group.to_string(), serialized(state));
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

Task<Groups::Told> Groups::told(Jid group) {
    proto::GroupState state;
    CO_TRY_OK(co_await read(group, state));
    Told out;
    out.rotate = state.rotate();
    for (auto const& device : state.told())
        if (auto const jid = Jid::parse(device)) out.devices.insert(*jid);
    co_return out;
}

Task<void> Groups::set_told(Draft& draft, Jid group, Told told) {
    proto::GroupState state;
    CO_TRY_OK(co_await read(group, state));
    state.clear_told();
    for (auto const& device : told.devices) state.add_told(device.to_string());
    state.set_rotate(told.rotate);
    draft.put(ClientValueKind::group, group.to_string(), serialized(state));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
