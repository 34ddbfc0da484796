#include "server/realtime/broadcast.hpp"

#include "server/realtime/codec/deflate.hpp"
#include "server/realtime/codec/frame.hpp"

#include <fmt/format.h>

namespace waqtor::realtime {
namespace {

/// An id that the event's data names; features write theirs as "session" or "sessionId".
template <class I> std::optional<I> id_in(json::value const& data, std::string_view name) {
    auto const* object = data.if_object();
    if (!object) return std::nullopt;
    auto const* found = object->if_contains(name);
    if (!found) found = object->if_contains(std::string{name} + "Id");
    return found && found->is_string() ? I::parse(found->get_string()) : std::nullopt;
}

/// Events of which only the latest matters to a client that reads slowly, and what tells them apart.
struct Collapsible {
    std::string_view type;
    std::string_view by;
};
constexpr std::array kCollapsible{Collapsible{"campaign.progressed", "campaign"}, Collapsible{"contact.imported", "import"}};

std::size_t collapse_number(std::string const& name) { return std::hash<std::string>{}(name) | 1U; }

std::size_t collapse_of(StoredEvent const& event) {
    for (auto const& row : kCollapsible) {
        if (event.type != row.type) continue;
        auto const* of = event.data.is_object() ? event.data.get_object().if_contains(row.by) : nullptr;
        if (of && of->is_string()) return collapse_number(event.type + ":" + std::string{of->get_string()});
    }
    return 0;
}

void encode(Broadcast& out, std::string const& text, Deflater* deflater, std::size_t threshold) {
    append_frame(out.plain, Opcode::text, text);
    if (!deflater || text.size() < threshold) return;
    if (auto const packed = deflater->compress(text); !packed.empty())
        append_frame(out.packed, Opcode::text, packed, {.rsv1 = true});
}
}   // namespace

std::string frame_text(FrameText const& frame) {
    auto out = fmt::format(R"({{"type":"{}","timestamp":{})", frame.type, frame.at.time_since_epoch().count());
    if (frame.seq) out += fmt::format(R"(,"seq":{})", *frame.seq);
    if (frame.id) out += R"(,"id":)" + json::serialize(json::value(*frame.id));
    if (!frame.data.empty()) (out += R"(,"data":)") += frame.data;
    return out += '}';
}

Shared broadcast_of(StoredEvent const& event, Deflater* deflater, std::size_t threshold) {
    auto out = std::make_shared<Broadcast>();
    out->seq = event.seq;
    out->type = event.type;
    out->topic = topic_of(event.type);
    out->session = id_in<SessionId>(event.data, "session");
    // What concerns one person goes to nobody else.
    if (out->topic == Topic::notifications) out->user = id_in<UserId>(event.data, "user");
    out->collapse = collapse_of(event);
    auto const data = json::serialize(event.data);
    encode(*out, frame_text({.type = event.type, .data = data, .at = event.at, .seq = event.seq}), deflater, threshold);
    return out;
}

Shared broadcast_of(Publication const& publication, Timestamp at, Deflater* deflater, std::size_t threshold) {
    auto out = std::make_shared<Broadcast>();
    out->type = publication.type;
    out->topic = topic_of(publication.type);
    out->session = publication.session;
    out->user = publication.user;
    if (!publication.collapse.empty()) out->collapse = collapse_number(publication.collapse);
    auto const data = json::serialize(publication.data);
    encode(*out, frame_text({.type = publication.type, .data = data, .at = at}), deflater, threshold);
    return out;
}

}   // namespace waqtor::realtime
