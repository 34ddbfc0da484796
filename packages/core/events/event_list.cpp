#include "core/events/event_list.hpp"

#include "core/accounts/account_events.hpp"
#include "core/base/schema.hpp"
#include "core/bot/bot_events.hpp"
#include "core/campaigns/campaign_events.hpp"
#include "core/contacts/contact_events.hpp"
#include "core/events/event_log.hpp"
#include "core/messages/message_events.hpp"
#include "core/sessions/session_events.hpp"

namespace waqtor {

/// A feature adds its list here, and nowhere else.
using AllEvents = boost::mp11::mp_append<AccountEvents, SessionEvents, ContactEvents, MessageEvents, CampaignEvents, BotEvents>;

json::object describe_events() {
    SchemaSet schemas{"#/definitions/"};
    json::object events;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllEvents>>([&](auto identity) {
        using E = typename decltype(identity)::type;
        static_assert(Event<E>);
        events[E::kName] = {{"version", E::kVersion}, {"description", E::kHelp}, {"data", schemas.of<E>()}};
    });
    auto const envelope = schemas.of<StoredEvent>();
    return {{"envelope", envelope}, {"events", std::move(events)}, {"definitions", schemas.definitions()}};
}

}   // namespace waqtor
