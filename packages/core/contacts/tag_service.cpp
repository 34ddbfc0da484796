#include "core/contacts/tag_service.hpp"

#include "core/contacts/contact_events.hpp"
#include "core/contacts/fold.hpp"

#include <set>
#include <unordered_map>

namespace waqtor {
namespace {
constexpr std::string_view kColor = "#3B82F6";

Tag tag_of(TagRow const& row, std::int64_t contacts) {
    return {row.id, row.name, row.description, row.color, row.icon, row.is_active, contacts, row.created_at, row.updated_at};
}

std::unexpected<Error> taken(std::string_view what, std::string const& name) {
    return fail(Code::conflict, "There is already a " + std::string{what} + " called " + name);
}

std::int64_t count_of(std::vector<CountedTag> const& counts, TagId tag) {
    auto const at = std::ranges::find(counts, tag, &CountedTag::id);
    return at == counts.end() ? 0 : at->contacts;
}
}   // namespace

Task<std::vector<Tag>> TagService::list(Caller who, std::string search) {
    return parts_.db.read([this, who, search](Transaction& tx) -> Result<std::vector<Tag>> {
        TRY(auto const rows, parts_.tags.list(tx, who.workspace, fold(search)));
        TRY(auto const counts, parts_.tags.counted(tx, who.workspace));
        std::unordered_map<TagId, std::int64_t> by_tag;
        for (auto const& one : counts) by_tag.emplace(one.id, one.contacts);
        std::vector<Tag> out;
        for (auto const& row : rows) out.push_back(tag_of(row, by_tag[row.id]));
        return out;
    });
}

Task<Tag> TagService::get(Caller who, TagId tag) {
    return parts_.db.read([this, who, tag](Transaction& tx) -> Result<Tag> {
        TRY(auto const row, parts_.tags.find(tx, who.workspace, tag));
        TRY(auto const counts, parts_.tags.counted(tx, who.workspace));
        return tag_of(row, count_of(counts, tag));
    });
}

Task<Tag> TagService::create(Caller who, CreateTag wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Tag> {
        auto const now = parts_.clock.now();
        TagRow const row{.id = TagId::make(now),
                         .workspace = who.workspace,
                         .name = wish.name,
                         .folded = fold(wish.name),
                         .description = wish.description.value_or(""),
                         .color = wish.color.value_or(std::string{kColor}),
                         .icon = wish.icon.value_or(""),
                         .created_at = now,
                         .updated_at = now};
        if (row.folded.empty()) return invalid("name", "must have a letter or a digit");
        TRY(auto const added, parts_.tags.add(tx, row));
        if (!added) return taken("tag", row.name);
        TRY_OK(parts_.events.append(tx, who.workspace, TagChanged{row.id}));
        return tag_of(row, 0);
    });
}

Task<Tag> TagService::update(Caller who, UpdateTag wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Tag> {
        TRY(auto row, parts_.tags.find(tx, who.workspace, wish.id));
        if (wish.name) {
            row.name = *wish.name;
            row.folded = fold(row.name);
            if (row.folded.empty()) return invalid("name", "must have a letter or a digit");
        }
        row.description = wish.description.value_or(row.description);
        row.color = wish.color.value_or(row.color);
        row.icon = wish.icon.value_or(row.icon);
        row.is_active = wish.is_active.value_or(row.is_active);
        row.updated_at = parts_.clock.now();
        TRY(auto const saved, parts_.tags.save(tx, row));
        if (!saved) return taken("tag", row.name);
        TRY_OK(parts_.events.append(tx, who.workspace, TagChanged{row.id}));
        TRY(auto const counts, parts_.tags.counted(tx, who.workspace));
        return tag_of(row, count_of(counts, row.id));
    });
}

Task<void> TagService::remove(Caller who, TagId tag) {
    return parts_.db.write([this, who, tag](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.tags.remove(tx, who.workspace, tag));
        TRY_OK(parts_.events.append(tx, who.workspace, TagChanged{tag, true}));
        return {};
    });
}

/// The contacts, each once; merged ones as what they went into.
Result<std::vector<ContactId>> TagService::check(Transaction& tx, WorkspaceId workspace, std::vector<ContactId> const& contacts) {
    TRY(auto ids, parts_.contacts.resolve(tx, workspace, contacts));
    TRY(auto const rows, parts_.contacts.those(tx, workspace, ids));
    std::set<ContactId> known;
    for (auto const& row : rows) known.insert(row.id);
    for (std::size_t i = 0; i < contacts.size(); ++i) {
        if (known.contains(contacts[i])) continue;
        TRY(auto const heir, parts_.contacts.heir(tx, workspace, contacts[i]));
        if (!heir) return invalid("contacts[" + std::to_string(i) + "]", "is no contact of this workspace");
    }
    std::erase_if(ids, [&](ContactId id) { return !known.contains(id); });
    return ids;
}

Task<TagGiven> TagService::give(Caller who, TagContacts wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<TagGiven> {
        TRY_OK(parts_.tags.find(tx, who.workspace, wish.id));
        TRY(auto const ids, check(tx, who.workspace, wish.contacts));
        TRY(auto const given, parts_.tags.give(tx, wish.id, ids));
        TRY_OK(parts_.events.append(tx, who.workspace, TagChanged{wish.id}));
        return TagGiven{given, std::ssize(ids) - given};
    });
}

Task<TagGiven> TagService::take(Caller who, TagContacts wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<TagGiven> {
        TRY_OK(parts_.tags.find(tx, who.workspace, wish.id));
        TRY(auto const ids, parts_.contacts.resolve(tx, who.workspace, wish.contacts));
        TRY(auto const taken, parts_.tags.take(tx, wish.id, ids));
        TRY_OK(parts_.events.append(tx, who.workspace, TagChanged{wish.id}));
        return TagGiven{taken, std::ssize(ids) - taken};
    });
}

Result<Segment> TagService::shown(Transaction& tx, SegmentRow const& row) {
    TRY(auto filter, read_json<ContactFilter>(row.filter));
    TRY(auto const contacts, parts_.contacts.count(tx, row.workspace, filter));
    return Segment{row.id, row.name, std::move(filter), contacts, row.created_at, row.updated_at};
}

Task<std::vector<Segment>> TagService::segments(Caller who) {
    return parts_.db.read([this, who](Transaction& tx) -> Result<std::vector<Segment>> {
        TRY(auto const rows, parts_.segments.list(tx, who.workspace));
        std::vector<Segment> out;
        for (auto const& row : rows) {
            TRY(auto one, shown(tx, row));
            out.push_back(std::move(one));
        }
        return out;
    });
}

Task<Segment> TagService::segment(Caller who, SegmentId segment) {
    return parts_.db.read([this, who, segment](Transaction& tx) -> Result<Segment> {
        TRY(auto const row, parts_.segments.find(tx, who.workspace, segment));
        return shown(tx, row);
    });
}

Task<Segment> TagService::create_segment(Caller who, CreateSegment wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Segment> {
        auto const now = parts_.clock.now();
        SegmentRow const row{SegmentId::make(now), who.workspace, wish.name, write_json(wish.filter), now, now};
        TRY(auto const added, parts_.segments.add(tx, row));
        if (!added) return taken("segment", row.name);
        TRY_OK(parts_.events.append(tx, who.workspace, SegmentChanged{row.id}));
        return shown(tx, row);
    });
}

Task<Segment> TagService::update_segment(Caller who, UpdateSegment wish) {
    return parts_.db.write([this, who, wish](Transaction& tx) -> Result<Segment> {
        TRY(auto row, parts_.segments.find(tx, who.workspace, wish.id));
        row.name = wish.name.value_or(row.name);
        if (wish.filter) row.filter = write_json(*wish.filter);
        row.updated_at = parts_.clock.now();
        TRY(auto const saved, parts_.segments.save(tx, row));
        if (!saved) return taken("segment", row.name);
        TRY_OK(parts_.events.append(tx, who.workspace, SegmentChanged{row.id}));
        return shown(tx, row);
    });
}

Task<void> TagService::remove_segment(Caller who, SegmentId segment) {
    return parts_.db.write([this, who, segment](Transaction& tx) -> Result<void> {
        TRY_OK(parts_.segments.remove(tx, who.workspace, segment));
        TRY_OK(parts_.events.append(tx, who.workspace, SegmentChanged{segment, true}));
        return {};
    });
}

}   // namespace waqtor
