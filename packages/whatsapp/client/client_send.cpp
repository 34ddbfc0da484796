#include "whatsapp/client/client_call.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

// What the product sends: messages with their files, and what it tells of those that came.

namespace waqtor::whatsapp {

template <class T> Task<T> Client::unless_stopped(Task<T> work) {
    using namespace asio::experimental::awaitable_operators;
    if (stopping_ || leaving_) co_return fail(Code::unavailable, "The session is being stopped");
    auto first = co_await (std::move(work) || stopped_.wait());
    if (first.index() == 1) co_return fail(Code::unavailable, "The session is being stopped");
    co_return std::get<0>(std::move(first));
}

/// The own address as the chat knows it: votes and quotations name people the way everybody there does.
Task<messaging::EncodeContext> Client::context_for(Jid chat) {
    auto server = chat.server == Server::user ? Server::user : Server::lid;
    if (chat.server == Server::group) {
        CO_TRY(auto const members, co_await groups_.members(chat));
        if (members.by_phone) server = Server::user;
    }
    co_return messaging::EncodeContext{.me = bare(context_.account.own(server)), .chat = chat, .now = context_.clock.now()};
}

Task<void> Client::upload(Content& content, messaging::EncodeContext& context) {
    auto& media = *content.media;
    CO_TRY(auto sent, co_await unless_stopped(files_.upload(content.type, *media.file)));
    media.remote = std::move(sent.remote);
    media.size = static_cast<std::int64_t>(sent.size);
    context.media_host = std::move(sent.host);
    if (sent.preview) {
        media.width = sent.preview->width;
        media.height = sent.preview->height;
        if (content.type == MessageType::image && !content.view_once.value_or(false))
            context.extras.thumbnail = std::move(sent.preview->thumbnail);
    }
    co_return Result<void>{};
}

Task<void> Client::send(Outgoing message) {
    Call const call{*this};
    auto const given = Jid::parse(message.to);
    if (!given) co_return invalid("to", "is no WhatsApp address");
    CO_TRY_OK(context_.online());
    CO_TRY(auto const to, co_await directory_.canonical(bare(*given)));
    CO_TRY(auto context, co_await context_for(to));
    auto& content = message.content;
    if (content.media && content.media->file && !content.media->remote) CO_TRY_OK(co_await upload(content, context));
    if (content.type == MessageType::poll_vote && content.target) {
        CO_TRY(auto poll, co_await originals_.find(content.target->id));
        context.original = [&poll](MessageReference const&) { return poll; };
        CO_TRY(auto form, messaging::encode_content(content, context));
        co_return co_await sender_.send(message.id, std::move(message.whatsapp_id), to, std::move(form));
    }
    CO_TRY(auto form, messaging::encode_content(content, context));
    co_return co_await sender_.send(message.id, std::move(message.whatsapp_id), to, std::move(form));
}

Task<std::string> Client::download(MessageType type, Media media) {
    Call const call{*this};
    co_return co_await unless_stopped(files_.download(type, std::move(media)));
}

Task<void> Client::confirm(Address chat, std::vector<std::string> ids, std::optional<Address> sender, std::string_view type) {
    CO_TRY(auto const line, context_.online());
    auto const to = Jid::parse(chat);
    if (!to || ids.empty()) co_return invalid("chat", "is no WhatsApp address, or there is no message");
    auto receipt = Node{"receipt", {{"id", ids.front()}, {"to", *to}, {"type", Text{type}}, {"t", context_.unix_seconds()}}};
    if (to->server == Server::group) {
        auto const writer = sender ? Jid::parse(*sender) : std::nullopt;
        if (!writer) co_return invalid("sender", "is needed in groups");
        receipt.set("participant", *writer);
    }
    if (ids.size() > 1) {
        auto list = Node{"list"};
        for (std::size_t i = 1; i < ids.size(); ++i) list.add(Node{"item", {{"id", ids[i]}}});
        receipt.add(std::move(list));
    }
    line->send(receipt);
    co_return Result<void>{};
}

Task<void> Client::mark_read(Address chat, std::vector<std::string> ids, std::optional<Address> sender) {
    Call const call{*this};
    co_return co_await confirm(std::move(chat), std::move(ids), std::move(sender), "read");
}

Task<void> Client::mark_played(Address chat, std::vector<std::string> ids, std::optional<Address> sender) {
    Call const call{*this};
    co_return co_await confirm(std::move(chat), std::move(ids), std::move(sender), "played");
}

}   // namespace waqtor::whatsapp
