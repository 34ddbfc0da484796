#include "server/realtime/topics.hpp"

namespace waqtor::realtime {
namespace {
/// One row a topic, in the order of the enum: which events, and who may see them.
struct TopicRow {
    Topic topic;
    std::string_view prefix;   // of event types, with its dot
    Scope scope;
    Role least;   // of the person, or of the key's maker
};

constexpr std::array kTopics{
    TopicRow{Topic::session, "session.", Scope::events_read, Role::viewer},
    TopicRow{Topic::messages, "message.", Scope::events_read, Role::viewer},
    TopicRow{Topic::campaigns, "campaign.", Scope::events_read, Role::viewer},
    TopicRow{Topic::notifications, "notification.", Scope::events_read, Role::viewer},
    TopicRow{Topic::bot, "bot.", Scope::events_read, Role::viewer},
    TopicRow{Topic::queue, "queue.", Scope::events_read, Role::agent},
    TopicRow{Topic::webhooks, "webhook.", Scope::events_read, Role::admin},
    TopicRow{Topic::audit, "audit.", Scope::events_read, Role::admin},
    TopicRow{Topic::system, "", Scope::events_read, Role::agent},
};
static_assert(kTopics.size() == boost::mp11::mp_size<boost::describe::describe_enumerators<Topic>>::value);
}   // namespace

Topic topic_of(std::string_view type) {
    for (auto const& row : kTopics) {
        if (row.prefix.empty()) break;
        // "notification:new" is how WaQtor 2.3 writes what is not in the event log.
        auto const name = row.prefix.substr(0, row.prefix.size() - 1);
        if (type.starts_with(name) && type.size() > name.size() && (type[name.size()] == '.' || type[name.size()] == ':'))
            return row.topic;
    }
    return Topic::system;
}

std::vector<Topic> TopicSet::list() const {
    std::vector<Topic> out;
    for (auto const& row : kTopics)
        if (has(row.topic)) out.push_back(row.topic);
    return out;
}

TopicSet topics_for(Caller const& caller) {
    TopicSet out;
    for (auto const& row : kTopics)
        if (caller.scopes.has(row.scope) && caller.role <= row.least) out.add(row.topic);
    return out;
}

}   // namespace waqtor::realtime
