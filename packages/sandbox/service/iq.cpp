#include "sandbox/service/stanzas.hpp"

namespace waqtor::sandbox {

namespace {

/// One request the service knows: namespace, type, first child; an empty child fits every content.
struct IqRow {
    std::string_view xmlns;
    std::string_view type;
    std::string_view child;
    IqHandler handler;
};

constexpr std::array kRequests{
    IqRow{"encrypt", "get", "count", count_prekeys},
    IqRow{"encrypt", "get", "digest", digest_prekeys},
    IqRow{"encrypt", "get", "key", fetch_prekeys},
    IqRow{"encrypt", "set", "rotate", rotate_prekey},
    IqRow{"encrypt", "set", "registration", upload_prekeys},
    IqRow{"usync", "get", "usync", answer_usync},
    IqRow{"passive", "set", "", set_passive},
    IqRow{"abt", "get", "props", answer_props},
    IqRow{"w", "get", "props", answer_props},
    IqRow{"blocklist", "get", "", answer_blocklist},
    IqRow{"blocklist", "set", "item", change_blocklist},
    IqRow{"privacy", "get", "privacy", answer_privacy},
    IqRow{"privacy", "set", "privacy", change_privacy},
    IqRow{"privacy", "set", "tokens", give_tokens},
    IqRow{"disappearing_mode", "set", "disappearing_mode", answer_empty},
    IqRow{"w:m", "set", "media_conn", answer_media_conn},
    IqRow{"w:p", "get", "", answer_empty},
    IqRow{"w:stats", "set", "add", answer_empty},
    IqRow{"w:stats", "", "add", answer_empty},
    IqRow{"urn:xmpp:whatsapp:dirty", "set", "clean", answer_empty},
    IqRow{"w:profile:picture", "get", "picture", answer_picture},
    IqRow{"w:profile:picture", "set", "", change_picture},
    IqRow{"status", "set", "status", change_about},
    IqRow{"w:sync:app:state", "set", "sync", answer_app_state},
    IqRow{"md", "set", "remove-companion-device", remove_companion},
    IqRow{"w:g2", "get", "", answer_group_get},
    IqRow{"w:g2", "set", "", answer_group_set},
};

IqRow const* row_for(Node const& iq) {
    auto const fits = [&](IqRow const& row) {
        return iq.attr("xmlns") == row.xmlns && iq.attr("type") == row.type && (row.child.empty() || iq.child(row.child));
    };
    auto const found = std::ranges::find_if(kRequests, fits);
    return found == kRequests.end() ? nullptr : &*found;
}

}   // namespace

void handle_iq(Service& service, Device& from, Node const& iq) {
    auto const type = iq.attr("type");
    if (type == "result" || type == "error") return;   // answers to our own requests
    auto const* id = iq.find("id");
    if (!id) {
        service.ledger.add(Way::refused, from.name(), iq, "no id");
        return;
    }
    auto const sender = iq.jid("to").value_or(server_jid());
    auto const* row = row_for(iq);
    auto answer = row ? row->handler(service, from, iq) : std::unexpected(IqError{501, "feature-not-implemented"});
    if (answer) {
        auto result = Node{"iq", {{"from", sender}, {"type", "result"}, {"id", *id}}};
        for (auto& child : answer->children) result.add(std::move(child));
        service.send(from, result);
        if (answer->then) answer->then();
        return;
    }
    service.ledger.add(row ? Way::refused : Way::unknown, from.name(), iq, answer.error().text);
    service.send(from, Node{"iq",
                            {{"from", sender}, {"type", "error"}, {"id", *id}},
                            Node{"error", {{"code", answer.error().code}, {"text", answer.error().text}}}});
}

}   // namespace waqtor::sandbox
