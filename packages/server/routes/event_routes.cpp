#include "server/routes/event_routes.hpp"

namespace waqtor {

void declare_event_routes(Router& api, EventReader& events) {
    using Answer = DataAnd<std::vector<StoredEvent>, EventsTail>;
    api.get<EventsRequest, Answer>(
        "/api/events",
        {.id = "events.list",
         .summary = "Read the event log, or wait for what comes next",
         .description =
             "Events are numbered without gaps. Ask again with `after` = `last` of the answer; with `wait` the server answers "
             "as soon as there is something new, or after that many seconds with an empty list.",
         .tag = "Events",
         .scope = Scope::events_read},
        [&](Caller who, EventsRequest wish, Context context) -> Task<Answer> {
            auto filter = EventFilter{wish.after.value_or(0), static_cast<std::size_t>(wish.limit.value_or(100)),
                                      std::move(wish.types).value_or(std::vector<std::string>{})};
            auto const wait = std::chrono::seconds{wish.wait.value_or(0)};
            CO_TRY(auto page, co_await events.read(who.workspace, std::move(filter), wait, context.stop));
            co_return Answer{std::move(page.events), {page.last, page.more}};
        });
}

}   // namespace waqtor
