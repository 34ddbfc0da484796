#include "server/routes/contact_routes.hpp"

namespace waqtor {

struct WhichTag {
    TagId id;
};
BOOST_DESCRIBE_STRUCT(WhichTag, (), (id))
template <> inline constexpr std::array kFields<WhichTag>{Field{"id", "The tag"}};

struct WhichSegment {
    SegmentId id;
};
BOOST_DESCRIBE_STRUCT(WhichSegment, (), (id))
template <> inline constexpr std::array kFields<WhichSegment>{Field{"id", "The saved filter"}};

struct ListTags {
    std::optional<std::string> search{};
};
BOOST_DESCRIBE_STRUCT(ListTags, (), (search))
template <> inline constexpr std::array kFields<ListTags>{Field{"search", "In their names, however they are written", 0, 100}};

namespace {
RouteDoc reads(std::string_view id, std::string_view summary) {
    return {.id = id, .summary = summary, .tag = "Tags and segments", .scope = Scope::contacts_read, .errors = {Code::not_found}};
}
RouteDoc writes(std::string_view id, std::string_view summary, unsigned success = 200) {
    return {.id = id,
            .summary = summary,
            .tag = "Tags and segments",
            .scope = Scope::contacts_write,
            .success = success,
            .errors = {Code::not_found, Code::conflict}};
}

void declare_tags(Router& api, TagService& tags) {
    api.get<ListTags, std::vector<Tag>>("/api/tags", reads("tags.list", "List tags by name"), [&](Caller who, ListTags wish) {
        return tags.list(std::move(who), wish.search.value_or(""));
    });
    api.post<CreateTag, Tag>("/api/tags", writes("tags.create", "Make a tag", 201),
                             [&](Caller who, CreateTag wish) { return tags.create(std::move(who), std::move(wish)); });
    api.get<WhichTag, Tag>("/api/tags/{id}", reads("tags.get", "Read a tag"),
                           [&](Caller who, WhichTag which) { return tags.get(std::move(who), which.id); });
    api.patch<UpdateTag, Tag>("/api/tags/{id}", writes("tags.update", "Change a tag"),
                              [&](Caller who, UpdateTag wish) { return tags.update(std::move(who), std::move(wish)); });
    api.del<WhichTag, Nothing>("/api/tags/{id}", writes("tags.remove", "Delete a tag; contacts lose it"),
                               [&](Caller who, WhichTag which) -> Task<Nothing> {
                                   CO_TRY_OK(co_await tags.remove(std::move(who), which.id));
                                   co_return Nothing{};
                               });
    api.post<TagContacts, TagGiven>("/api/tags/{id}/give", writes("tags.give", "Give contacts the tag"),
                                    [&](Caller who, TagContacts wish) { return tags.give(std::move(who), std::move(wish)); });
    api.post<TagContacts, TagGiven>("/api/tags/{id}/take", writes("tags.take", "Take the tag from contacts"),
                                    [&](Caller who, TagContacts wish) { return tags.take(std::move(who), std::move(wish)); });
}
}   // namespace

void declare_tag_routes(Router& api, TagService& tags) {
    declare_tags(api, tags);
    api.get<Nothing, std::vector<Segment>>("/api/segments", reads("segments.list", "List saved filters by name"),
                                           [&](Caller who, Nothing) { return tags.segments(std::move(who)); });
    api.post<CreateSegment, Segment>(
        "/api/segments", writes("segments.create", "Save a filter of contacts", 201),
        [&](Caller who, CreateSegment wish) { return tags.create_segment(std::move(who), std::move(wish)); });
    api.get<WhichSegment, Segment>("/api/segments/{id}", reads("segments.get", "Read a saved filter"),
                                   [&](Caller who, WhichSegment which) { return tags.segment(std::move(who), which.id); });
    api.patch<UpdateSegment, Segment>(
        "/api/segments/{id}", writes("segments.update", "Change a saved filter"),
        [&](Caller who, UpdateSegment wish) { return tags.update_segment(std::move(who), std::move(wish)); });
    api.del<WhichSegment, Nothing>("/api/segments/{id}", writes("segments.remove", "Delete a saved filter; its contacts stay"),
                                   [&](Caller who, WhichSegment which) -> Task<Nothing> {
                                       CO_TRY_OK(co_await tags.remove_segment(std::move(who), which.id));
                                       co_return Nothing{};
                                   });
}

}   // namespace waqtor
