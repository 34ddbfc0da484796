#include "whatsapp/client/manager.hpp"

namespace waqtor::whatsapp {

namespace {

constexpr std::size_t kMostName = 25, kMostAbout = 139;   // characters, as the phones allow
constexpr std::size_t kMostPicture = 512 << 10;           // bytes

/// In characters.
Result<void> check_length(char const* field, std::string_view text, std::size_t least, std::size_t most) {
    auto const starts_one = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
    auto const length = static_cast<std::size_t>(std::ranges::count_if(text, starts_one));
    if (length >= least && length <= most) return {};
    return invalid(field, "must have " + std::to_string(least) + " to " + std::to_string(most) + " characters");
}

}   // namespace

Result<Jid> read_person(std::string const& field, Address const& address) {
    auto const jid = Jid::parse(address);
    if (!jid || !jid->is_person() || jid->user.empty()) return invalid(field, "must be the address of a person");
    return bare(*jid);
}

Task<Node> Manager::ask(Node iq) {
    CO_TRY(auto const line, context_.online());
    co_return co_await line->ask(std::move(iq));
}

Task<void> Manager::change(PhoneChange change) {
    auto const held = hold_();
    CO_TRY_OK(context_.online());
    CO_TRY(auto action, action_of(change));
    co_return co_await app_state_.push(std::move(action));
}

Task<void> Manager::set_name(std::string name) {
    auto const held = hold_();
    CO_TRY_OK(check_length("name", name, 1, kMostName));
    CO_TRY(auto const line, context_.online());
    CO_TRY_OK(co_await app_state_.push({.kind = messaging::SyncAction::Kind::push_name, .text = name}));
    line->send(messaging::presence(false, name));   // others read it off the presence
    co_return Result<void>{};
}

Task<void> Manager::set_about(std::string about) {
    auto const held = hold_();
    CO_TRY_OK(check_length("about", about, 0, kMostAbout));
    CO_TRY_OK(co_await ask(messaging::set_about(about)));
    co_return Result<void>{};
}

Task<void> Manager::set_picture(std::optional<Address> group, Bytes jpeg) {
    auto const held = hold_();
    if (jpeg.size() > kMostPicture) co_return fail(Code::too_large, "A picture may have at most 512 KiB");
    if (!jpeg.empty() && (jpeg.size() < 3 || jpeg[0] != 0xFF || jpeg[1] != 0xD8)) co_return invalid("picture", "must be a JPEG");
    Jid of{};
    if (group) {
        CO_TRY(of, read_group(*group));
    }
    CO_TRY_OK(co_await ask(messaging::set_picture(of, std::move(jpeg))));
    co_return Result<void>{};
}

Task<std::optional<PictureLink>> Manager::picture(Address of) {
    using Found = std::optional<PictureLink>;
    auto const held = hold_();
    auto const jid = Jid::parse(of);
    if (!jid || jid->user.empty()) co_return invalid("address", "is no WhatsApp address");
    CO_TRY(auto const token, co_await directory_.token(*jid));
    auto const answer = co_await ask(messaging::picture_query(*jid, messaging::PictureSize::full, {}, token));
    // None (404) and hidden from us (401) are the same to who asks.
    if (!answer && (answer.error().code == Code::not_found || answer.error().code == Code::forbidden)) co_return Found{};
    if (!answer) co_return std::unexpected(answer.error());
    CO_TRY(auto const picture, messaging::parse_picture(*answer));
    co_return picture ? Found{{picture->id, picture->url}} : Found{};
}

Task<std::vector<Person>> Manager::blocked() {
    auto const held = hold_();
    CO_TRY(auto const answer, co_await ask(messaging::block_list_query()));
    CO_TRY(auto const list, messaging::parse_block_list(answer));
    std::vector<Person> out;
    for (auto const& jid : list) {
        CO_TRY(auto one, co_await directory_.person(jid));
        out.push_back(std::move(one));
    }
    co_return out;
}

Task<void> Manager::block(Address person, bool on) {
    auto const held = hold_();
    CO_TRY(auto jid, read_person("person", person));
    CO_TRY(jid, co_await directory_.canonical(jid));
    CO_TRY_OK(co_await ask(messaging::block(jid, on)));
    co_return Result<void>{};
}

Task<void> Manager::set_available(bool on) {
    auto const held = hold_();
    CO_TRY(auto const line, context_.online());
    line->send(messaging::presence(on, context_.account.name));
    co_return Result<void>{};
}

Task<void> Manager::watch_presence(Address person) {
    auto const held = hold_();
    CO_TRY(auto const line, context_.online());
    CO_TRY(auto const jid, read_person("person", person));
    CO_TRY(auto const token, co_await directory_.token(jid));
    line->send(messaging::subscribe_presence(jid, token));
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
