#include "sandbox/service/stanzas.hpp"

/// What others see of a number or a group: its picture and its sentence.
namespace waqtor::sandbox {

namespace {

auto refuse(unsigned code, std::string text) { return std::unexpected(IqError{code, std::move(text)}); }
constexpr std::size_t kLongestAbout = 700, kLargestPicture = 1U << 20;

/// The picture that `of` names: a person's, a group's, or the own one without a name. Null for strangers.
Picture* picture_of(Service& service, Account& own, std::optional<Jid> const& of) {
    if (!of) return &own.picture;
    if (of->server == Server::group) {
        auto* const group = service.world.group(*of);
        return group ? &group->picture : nullptr;
    }
    auto* const account = service.world.account(*of);
    return account ? &account->picture : nullptr;
}

void tell_watchers(Service& service, Account& account, Picture const& picture) {
    auto change = picture.path.empty() ? Node{"delete", {{"jid", account.pn()}}}
                                       : Node{"set", {{"jid", account.pn()}, {"id", std::to_string(picture.id)}}};
    for (auto* contact : account.contacts)
        for (auto const& [number, device] : contact->devices)
            if (number != 0)
                service.deliver(*device,
                                Node{"notification",
                                     {{"from", account.pn()}, {"type", "picture"}, {"id", service.new_id()}, {"t", service.now()}},
                                     change});
}

}   // namespace

IqAnswer change_about(Service&, Device& from, Node const& iq) {
    auto const about = iq.child("status")->text();
    if (about.size() > kLongestAbout) return refuse(406, "not-acceptable");
    from.account->about = std::string{about};
    return std::vector<Node>{};
}

IqAnswer answer_picture(Service& service, Device& from, Node const& iq) {
    auto const* wanted = picture_of(service, *from.account, iq.has("target") ? iq.jid("target") : iq.jid("to"));
    if (!wanted || wanted->path.empty()) return refuse(404, "item-not-found");
    if (iq.child("picture")->string("id") == std::to_string(wanted->id)) return std::vector<Node>{};
    return std::vector{Node{"picture",
                            {{"id", std::to_string(wanted->id)},
                             {"type", iq.child("picture")->string("type")},
                             {"url", "https://" + service.media_host + wanted->path},
                             {"direct_path", wanted->path}}}};
}

IqAnswer change_picture(Service& service, Device& from, Node const& iq) {
    auto const target = iq.jid("target");
    if (target && target->server == Server::group) {
        auto const* group = service.world.group(*target);
        if (!group) return refuse(404, "item-not-found");
        auto const role = group->members.find(from.account);
        if (role == group->members.end() || (group->locked && role->second == Role::member)) return refuse(403, "forbidden");
    } else if (target && service.world.account(*target) != from.account) {
        return refuse(403, "forbidden");
    }
    auto& kept = *picture_of(service, *from.account, target);
    auto const* given = iq.child("picture");
    if (given && (given->bytes().size() < 2 || given->bytes().size() > kLargestPicture || given->bytes()[0] != 0xFF))
        return refuse(406, "not-acceptable");
    kept.path = given ? service.media.put(std::string{given->text()}) : std::string{};
    ++kept.id;
    if (!target || target->is_person()) tell_watchers(service, *from.account, kept);
    if (!given) return std::vector<Node>{};
    return std::vector{Node{"picture", {{"id", std::to_string(kept.id)}}}};
}

}   // namespace waqtor::sandbox
