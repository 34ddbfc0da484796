#include "whatsapp/client/originals.hpp"

#include "whatsapp/client/directory.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

Bytes serialized(messaging::Original const& original) {
    proto::OriginalState state;
    state.set_secret(std::string{text_of(original.secret.view())});
    for (auto const& author : original.authors) state.add_authors(author.to_string());
    for (auto const& choice : original.choices) state.add_choices(choice);
    return to_bytes(bytes_of(state.SerializeAsString()));
}

std::optional<messaging::Original> parsed(ByteView bytes) {
    proto::OriginalState state;
    if (bytes.empty() || !state.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || state.secret().size() != 32)
        return std::nullopt;
    messaging::Original out{.secret = crypto::secret32(bytes_of(state.secret())), .authors = {}};
    for (auto const& author : state.authors())
        if (auto const jid = Jid::parse(author)) out.authors.push_back(*jid);
    out.choices.assign(state.choices().begin(), state.choices().end());
    return out;
}

}   // namespace

Task<std::optional<messaging::Original>> Originals::find(std::string id) {
    struct Found {
        Bytes original;
        std::optional<ClientFrame> frame;
    };
    auto const work = [id, store = &context_.vault.store(),
                       session = context_.vault.ref().session](Transaction& tx) -> Result<Found> {
        Found out;
        TRY(out.original, store->original(tx, session, id));
        if (!out.original.empty()) return out;
        TRY(out.frame, store->frame(tx, session, id));
        return out;
    };
    CO_TRY(auto const found, co_await context_.vault.read(work));
    if (auto stored = parsed(found.original)) co_return stored;
    auto const recent = std::ranges::find(recent_, id, &Recent::id);
    if (recent != recent_.end()) co_return recent->original;
    if (!found.frame) co_return std::nullopt;
    // One of ours: its secret is in the message itself.
    auto const& account = context_.account;
    co_return messaging::original_of(found.frame->plain, {bare(account.lid), bare(account.phone)});
}

void Originals::keep(Draft& draft, std::string const& id, messaging::Original original) {
    draft.work.push_back(keep_original(context_, id, original));
    if (std::ranges::find(recent_, id, &Recent::id) != recent_.end()) return;
    recent_.push_back({id, std::move(original)});
    if (recent_.size() > kMostRecent) recent_.pop_front();
}

Task<messaging::Decoded> Originals::decode(Bytes message, messaging::DecodeContext context) {
    std::optional<std::string> wanted;
    context.original = [&wanted](MessageReference const& target) {
        wanted = target.id;
        return std::optional<messaging::Original>{};
    };
    CO_TRY(auto first, messaging::decode_content(message, context));
    if (!wanted) co_return first;
    CO_TRY(auto original, co_await find(*wanted));
    if (!original) co_return first;
    context.original = [&original](MessageReference const&) { return original; };
    co_return messaging::decode_content(message, context);
}

Draft::Work keep_original(Context& context, std::string id, messaging::Original const& original) {
    return [id = std::move(id), value = serialized(original), at = context.clock.now(), store = &context.vault.store(),
            session = context.vault.ref().session](Transaction& tx) { return store->keep_original(tx, session, id, value, at); };
}

}   // namespace waqtor::whatsapp
