#pragma once
#include "sandbox/service/service.hpp"

namespace waqtor::sandbox {

// Handlers of the stanzas a logged-in device may send, one file each.
void handle_iq(Service& service, Device& from, Node const& iq);
void handle_message(Service& service, Device& from, Node const& message);
void handle_receipt(Service& service, Device& from, Node const& receipt);
void handle_presence(Service& service, Device& from, Node const& presence);
void handle_chatstate(Service& service, Device& from, Node const& chatstate);

/// What a request is answered with: the children of the result, or an error with its code as WhatsApp numbers them.
struct IqError {
    unsigned code = 400;
    std::string text = "bad-request";
};
struct IqResult {
    IqResult(std::vector<Node> nodes, std::function<void()> after = {}) : children{std::move(nodes)}, then{std::move(after)} {}
    std::vector<Node> children;
    std::function<void()> then;   // runs after the answer went out
};
using IqAnswer = std::expected<IqResult, IqError>;
using IqHandler = IqAnswer (*)(Service&, Device&, Node const&);

// xmlns encrypt
IqAnswer count_prekeys(Service&, Device&, Node const&);
IqAnswer upload_prekeys(Service&, Device&, Node const&);
IqAnswer rotate_prekey(Service&, Device&, Node const&);
IqAnswer digest_prekeys(Service&, Device&, Node const&);
IqAnswer fetch_prekeys(Service&, Device&, Node const&);
// usync
IqAnswer answer_usync(Service&, Device&, Node const&);
// the account and its settings
IqAnswer set_passive(Service&, Device&, Node const&);
IqAnswer answer_empty(Service&, Device&, Node const&);
IqAnswer answer_props(Service&, Device&, Node const&);
IqAnswer answer_blocklist(Service&, Device&, Node const&);
IqAnswer change_blocklist(Service&, Device&, Node const&);
IqAnswer answer_privacy(Service&, Device&, Node const&);
IqAnswer change_privacy(Service&, Device&, Node const&);
IqAnswer give_tokens(Service&, Device&, Node const&);
/// `by` gives `to` leave to write (a new token), and the devices of `to` are told.
void give_token(Service& service, Account& by, Account& to);
IqAnswer answer_media_conn(Service&, Device&, Node const&);
IqAnswer answer_picture(Service&, Device&, Node const&);
IqAnswer change_picture(Service&, Device&, Node const&);
IqAnswer change_about(Service&, Device&, Node const&);
IqAnswer answer_app_state(Service&, Device&, Node const&);
IqAnswer remove_companion(Service&, Device&, Node const&);
// w:g2
IqAnswer answer_group_get(Service&, Device&, Node const&);
IqAnswer answer_group_set(Service&, Device&, Node const&);
/// As others see it: `<group>` with members, settings and description.
Node group_node(Group const& group);
Node participant_node(Account const& account, Role role);
/// Tells every device of the group (and of those also named) but the one who did it.
void notify_group(Service& service, Group const& group, Device const& by, Node const& change, std::set<Account*> const& also = {});
// Links and who waits for an admin; nothing when the wish is about something else.
std::optional<IqAnswer> ask_invite(Service&, Device&, Node const& iq);
std::optional<IqAnswer> change_invite(Service&, Device&, Node const& iq);

/// `2:` and eight characters: the hash over a set of devices that clients and service compare.
std::string participant_hash(std::vector<Jid> const& devices);

/// A bundle as prekey answers carry it; takes one one-time prekey out of the stock. Nothing when the device has none uploaded.
std::optional<signal::Bundle> take_bundle(Device& device);

/// 4 or 3 bytes, big-endian, as content.
template <std::size_t N> Bytes number_bytes(std::uint64_t value) {
    auto const bytes = big_endian<N>(value);
    return {bytes.begin(), bytes.end()};
}

}   // namespace waqtor::sandbox
