#include "server/routes/recipients_23.hpp"

// WaQtor 2.3's /api/groups: tags under its names, with its bodies and answers.

namespace waqtor {

struct Group23 {
    TagId id;
    std::string name;
    std::string description;
    std::string color;
    std::string icon;
    bool is_active_ = true;
    Timestamp created_at_{};
    Timestamp updated_at_{};
    std::optional<std::vector<Recipient23>> recipients{};
    std::int64_t recipient_count = 0;
};
BOOST_DESCRIBE_STRUCT(Group23, (),
                      (id, name, description, color, icon, is_active_, created_at_, updated_at_, recipients, recipient_count))
template <>
inline constexpr std::array kFields<Group23>{
    Field{"id", "The tag"},
    Field{"name", "Its name"},
    Field{"description", "What it is for"},
    Field{"color", "Its colour"},
    Field{"icon", "Its icon"},
    Field{"is_active_", "Whether it is in use"},
    Field{"created_at_", "When it was made"},
    Field{"updated_at_", "When it was changed"},
    Field{"recipients", "The newest hundred contacts with it"},
    Field{"recipient_count", "How many contacts have it"},
};

struct UpdateGroup23 {
    TagId id;
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<std::string> color{};
    std::optional<std::string> icon{};
    std::optional<bool> is_active_{};
};
BOOST_DESCRIBE_STRUCT(UpdateGroup23, (), (id, name, description, color, icon, is_active_))
template <>
inline constexpr std::array kFields<UpdateGroup23>{
    Field{"id", "The tag"},
    Field{"name", "Its name", 1, 100, Format::single_line},
    Field{"description", "What it is for", 0, 1000},
    Field{"color", "Its colour, #RRGGBB", 4, 20, Format::single_line},
    Field{"icon", "Its icon", 0, 100, Format::single_line},
    Field{"is_active_", "Whether it is in use"},
};

struct WhichGroup23 {
    TagId id;
};
BOOST_DESCRIBE_STRUCT(WhichGroup23, (), (id))
template <> inline constexpr std::array kFields<WhichGroup23>{Field{"id", "The tag"}};

struct ListGroups23 {
    std::optional<std::string> search{};
};
BOOST_DESCRIBE_STRUCT(ListGroups23, (), (search))
template <> inline constexpr std::array kFields<ListGroups23>{Field{"search", "In their names", 0, 100}};

struct GroupRecipients23 {
    TagId id;
    std::vector<ContactId> recipient_ids;
};
BOOST_DESCRIBE_STRUCT(GroupRecipients23, (), (id, recipient_ids))
template <>
inline constexpr std::array kFields<GroupRecipients23>{Field{"id", "The tag"}, Field{"recipient_ids", "Which contacts", 1, 10'000}};

struct GroupRecipient23 {
    TagId id;
    ContactId recipient_id;
};
BOOST_DESCRIBE_STRUCT(GroupRecipient23, (), (id, recipient_id))
template <> inline constexpr std::array kFields<GroupRecipient23>{Field{"id", "The tag"}, Field{"recipient_id", "The contact"}};

struct Added23 {
    std::int64_t added = 0;
    std::int64_t skipped = 0;
};
BOOST_DESCRIBE_STRUCT(Added23, (), (added, skipped))
template <>
inline constexpr std::array kFields<Added23>{Field{"added", "Contacts that got it"},
                                             Field{"skipped", "Contacts that had it already"}};

struct MembersOfGroup23 {
    GroupName23 group;
    std::vector<Recipient23> recipients;
};
BOOST_DESCRIBE_STRUCT(MembersOfGroup23, (), (group, recipients))
template <>
inline constexpr std::array kFields<MembersOfGroup23>{Field{"group", "The tag"},
                                                      Field{"recipients", "The newest thousand contacts with it"}};

namespace {
constexpr std::int64_t kShownInList = 100;
constexpr std::int64_t kMostMembers = 1000;

Group23 group_of(Tag const& tag) {
    return {.id = tag.id,
            .name = tag.name,
            .description = tag.description,
            .color = tag.color,
            .icon = tag.icon,
            .is_active_ = tag.is_active,
            .created_at_ = tag.created_at,
            .updated_at_ = tag.updated_at,
            .recipient_count = tag.contacts};
}

Task<std::vector<Recipient23>> members(ContactService& contacts, Caller who, std::string tag, std::int64_t limit,
                                       ByName const& names) {
    CO_TRY(auto const found, co_await contacts.list(std::move(who), {.limit = limit, .tag = std::move(tag)}));
    std::vector<Recipient23> out;
    for (auto const& one : found.items) out.push_back(recipient_of(one, names));
    co_return out;
}

Task<std::vector<Group23>> list_groups(ContactService& contacts, TagService& tags, Caller who, std::string search) {
    CO_TRY(auto const wanted, co_await tags.list(who, std::move(search)));
    CO_TRY(auto const names, co_await tags_by_name(tags, who));
    std::vector<Group23> out;
    for (auto const& tag : wanted) {
        auto group = group_of(tag);
        CO_TRY(group.recipients, co_await members(contacts, who, tag.name, kShownInList, names));
        out.push_back(std::move(group));
    }
    co_return out;
}

Task<MembersOfGroup23> members_of(ContactService& contacts, TagService& tags, Caller who, TagId id) {
    CO_TRY(auto const tag, co_await tags.get(who, id));
    CO_TRY(auto const names, co_await tags_by_name(tags, who));
    MembersOfGroup23 out{{tag.id, tag.name, tag.color, tag.icon}, {}};
    CO_TRY(out.recipients, co_await members(contacts, std::move(who), tag.name, kMostMembers, names));
    co_return out;
}

Task<Group23> as_group(Task<Tag> work) {
    CO_TRY(auto const tag, co_await std::move(work));
    co_return group_of(tag);
}

RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Groups (2.3)", .scope = Scope::contacts_read, .errors = {Code::not_found}};
}
RouteDoc writes(std::string_view id, std::string_view summary) {
    return {.id = id,
            .summary = summary,
            .tag = "Groups (2.3)",
            .scope = Scope::contacts_write,
            .errors = {Code::not_found, Code::conflict}};
}

void declare_members(Router& api, ContactService& contacts, TagService& tags) {
    api.get<WhichGroup23, MembersOfGroup23>(
        "/api/groups/{id}/recipients", reads("groups.recipients", "List contacts with a tag (as in 2.3)"),
        [&](Caller who, WhichGroup23 which) { return members_of(contacts, tags, std::move(who), which.id); });
    api.post<GroupRecipients23, Added23>(
        "/api/groups/{id}/recipients", writes("groups.addRecipients", "Give contacts a tag (as in 2.3)"),
        [&](Caller who, GroupRecipients23 wish) -> Task<Added23> {
            CO_TRY(auto const done, co_await tags.give(std::move(who), {wish.id, std::move(wish.recipient_ids)}));
            co_return Added23{done.changed, done.unchanged};
        });
    auto many = writes("groups.removeRecipients", "Take a tag from contacts (as in 2.3)");
    many.body = true;
    api.del<GroupRecipients23, Removed23>(
        "/api/groups/{id}/recipients", std::move(many), [&](Caller who, GroupRecipients23 wish) -> Task<Removed23> {
            CO_TRY(auto const done, co_await tags.take(std::move(who), {wish.id, std::move(wish.recipient_ids)}));
            co_return Removed23{done.changed};
        });
    api.del<GroupRecipient23, Merged<RecipientMessage23>>(
        "/api/groups/{id}/recipients/{recipientId}", writes("groups.removeRecipient", "Take a tag from a contact (as in 2.3)"),
        [&](Caller who, GroupRecipient23 wish) -> Task<Merged<RecipientMessage23>> {
            CO_TRY(auto const done, co_await tags.take(std::move(who), {wish.id, {wish.recipient_id}}));
            if (done.changed == 0) co_return fail(Code::not_found, "The contact does not have this tag");
            co_return Merged<RecipientMessage23>{{"Recipient removed from group"}};
        });
}
}   // namespace

void declare_group_routes(Router& api, ContactService& contacts, TagService& tags) {
    api.get<ListGroups23, std::vector<Group23>>(
        "/api/groups", reads("groups.list", "List tags with their contacts (as in 2.3)"),
        [&](Caller who, ListGroups23 wish) { return list_groups(contacts, tags, std::move(who), wish.search.value_or("")); });
    api.post<CreateTag, Group23>("/api/groups", writes("groups.create", "Make a tag (as in 2.3)"), [&](Caller who, CreateTag wish) {
        return as_group(tags.create(std::move(who), std::move(wish)));
    });
    api.get<WhichGroup23, Group23>("/api/groups/{id}", reads("groups.get", "Read a tag (as in 2.3)"),
                                   [&](Caller who, WhichGroup23 which) { return as_group(tags.get(std::move(who), which.id)); });
    api.put<UpdateGroup23, Group23>("/api/groups/{id}", writes("groups.update", "Change a tag (as in 2.3)"),
                                    [&](Caller who, UpdateGroup23 wish) {
                                        return as_group(tags.update(std::move(who), {.id = wish.id,
                                                                                     .name = wish.name,
                                                                                     .description = wish.description,
                                                                                     .color = wish.color,
                                                                                     .icon = wish.icon,
                                                                                     .is_active = wish.is_active_}));
                                    });
    api.del<WhichGroup23, Merged<RecipientMessage23>>("/api/groups/{id}",
                                                      writes("groups.remove", "Delete a tag (as in 2.3); the contacts stay"),
                                                      [&](Caller who, WhichGroup23 which) -> Task<Merged<RecipientMessage23>> {
                                                          CO_TRY_OK(co_await tags.remove(std::move(who), which.id));
                                                          co_return Merged<RecipientMessage23>{{"Group deleted"}};
                                                      });
    declare_members(api, contacts, tags);
}

}   // namespace waqtor
