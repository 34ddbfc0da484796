#include "core/messages/message_desk.hpp"

#include "core/base/crash_point.hpp"
#include "core/base/format.hpp"
#include "core/base/json.hpp"
#include "core/messages/content_rules.hpp"
#include "core/messages/message_shown.hpp"
#include "core/messages/template_text.hpp"
#include "core/trust/token.hpp"

#include <fmt/format.h>

// Sending. What reads and what changes is in message_desk_reads.cpp and message_desk_changes.cpp.

namespace waqtor {
namespace {
using namespace std::chrono;

constexpr Milliseconds kKeyLasts = hours{24};
constexpr Milliseconds kFurthest = hours{24 * 366};

/// Where a message goes, as people write it.
struct Destination {
    std::optional<std::string> group{};
    std::optional<Person> person{};
};

Result<Destination> read_destination(std::string to) {
    if (to.ends_with("@g.us")) {
        auto const user = std::string_view{to}.substr(0, to.size() - 5);
        auto const good = !user.empty() && std::ranges::all_of(user, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
        if (!good) return invalid("to", "is not a group's address");
        return Destination{.group = std::move(to)};
    }
    if (to.ends_with("@lid")) return Destination{.person = Person{.lid = to.substr(0, to.size() - 4)}};
    for (std::string_view server : {"@c.us", "@s.whatsapp.net"})
        if (to.ends_with(server)) to.resize(to.size() - server.size());
    std::string phone;
    for (auto c : to)
        if (!std::string_view{" -().\t"}.contains(c)) phone += c;
    if (phone.starts_with("00")) phone = "+" + phone.substr(2);
    if (!phone.starts_with('+')) phone = "+" + phone;
    if (!matches(Format::phone, phone)) return invalid("to", "must be a phone number with its country code, like +15550100");
    return Destination{.person = Person{.phone = std::move(phone)}};
}

MessageType type_of(SendMessage const& wish, std::optional<Media> const& media) {
    if (wish.type) return *wish.type;
    if (media) return type_of_media(media->mime_type);
    if (wish.location) return MessageType::location;
    if (wish.contacts) return MessageType::contact;
    if (wish.poll) return MessageType::poll;
    return MessageType::text;
}

bool may_use(Caller const& who, SessionId session) {
    return who.sessions.empty() || std::ranges::find(who.sessions, session) != who.sessions.end();
}

Result<std::optional<std::string>> recalled(Transaction& tx, MessageParts const& parts, WorkspaceId workspace,
                                            std::string const& name, Bytes const& fingerprint) {
    TRY(auto const row, parts.messages.recall(tx, workspace, name, parts.clock.now() - kKeyLasts));
    if (!row) return std::nullopt;
    if (row->fingerprint != fingerprint)
        return fail(Code::invalid, "This Idempotency-Key was used for another request in the last 24 hours");
    return row->answer;
}

Result<void> keep(Transaction& tx, MessageParts const& parts, WorkspaceId workspace, std::string const& name,
                  Bytes const& fingerprint, std::string answer) {
    auto const now = parts.clock.now();
    return parts.messages.remember(tx, {workspace, name, fingerprint, std::move(answer), now}, now - kKeyLasts);
}
}   // namespace

/// A wish whose files are stored and whose destination is understood.
struct MessageDesk::Prepared {
    SendMessage wish;
    Destination to;
    std::optional<Media> media{};
};

/// What becomes of it within the transaction.
struct MessageDesk::Composed {
    NewMessage message;
    std::optional<ContactCardRow> to{};   // nobody: a group
};

Task<MessageDesk::Prepared> MessageDesk::prepare(Caller const& who, SendMessage wish) {
    Prepared out{.wish = std::move(wish)};
    auto const& given = out.wish;
    if (given.to.has_value() == given.contact.has_value()) co_return invalid("to", "give either `to` or `contact`");
    if (given.to) {
        CO_TRY(out.to, read_destination(*given.to));
    }
    if (given.not_before && *given.not_before > parts_.clock.now() + kFurthest)
        co_return invalid("notBefore", "must be within a year");
    if (given.media) {
        auto const& media = *given.media;
        if (media.file.has_value() == media.url.has_value()) co_return invalid("media", "give either `file` or `url`");
        if (media.url) {
            CO_TRY(auto const stored, co_await media_.fetch(who.workspace, *media.url, media.name));
            out.media = Media{.file = stored.file, .mime_type = stored.mime_type, .size = stored.size, .name = stored.name};
        }
    }
    co_return out;
}

Result<void> MessageDesk::apply_template(Transaction& tx, WorkspaceId workspace, SendMessage const& wish,
                                         ContactCardRow const* person, Content& content) {
    auto language = wish.language.value_or(person ? person->language : "");
    if (wish.template_id) {
        TRY(auto const row, templates_.find(tx, workspace, *wish.template_id));
        TRY(auto const variants, templates_.variants(tx, row.id));
        auto const* const best = best_variant(variants, language);
        if (!best) return fail(Code::conflict, "The template has no text");
        content.text = best->text;
        if (best->media && !content.media) {
            TRY(auto const media, media_.find(tx, workspace, *best->media));
            content.media = Media{.file = media.file, .mime_type = media.mime_type, .size = media.size, .name = media.name};
        }
    }
    if (!content.text || (!wish.variables && !wish.template_id)) return {};
    TemplateValues values;
    if (person)
        for (auto const& [name, value] : person->fields) values.emplace(name, value);
    for (auto const& [name, value] : wish.variables.value_or(std::map<std::string, std::string>{}))
        values.insert_or_assign(name, value);
    TRY(content.text, render(*content.text, values));
    return {};
}

Result<MessageDesk::Composed> MessageDesk::compose(Transaction& tx, Caller const& who, Prepared const& ready) {
    auto const& wish = ready.wish;
    Composed made{.message = {.address = ready.to.group, .origin = Origin::api, .not_before = wish.not_before}};
    auto& out = made.message;
    auto& person = made.to;
    if (!messages_.sessions()) return fail(Code::unavailable, "Sessions are not ready yet");
    if (wish.session) {
        if (!may_use(who, *wish.session)) return fail(Code::not_found, "There is no such session");
        out.session = *wish.session;
        TRY_OK(messages_.sessions()->require(tx, {who.workspace, out.session}));
    } else {
        TRY(out.session, messages_.sessions()->standard(tx, who.workspace, who.sessions));
    }
    if (!out.address) {
        TRY(person, wish.contact ? parts_.contacts.find(tx, who.workspace, *wish.contact)
                                 : parts_.contacts.recognise(tx, who.workspace, *ready.to.person));
        out.contact = person->id;
    }
    auto& content = out.content;
    content.media = ready.media;
    if (wish.media && wish.media->file) {
        TRY(auto const row, media_.find(tx, who.workspace, *wish.media->file));
        content.media = Media{
            .file = row.file, .mime_type = row.mime_type, .size = row.size, .name = wish.media->name ? wish.media->name : row.name};
    }
    content.text = wish.text;
    TRY_OK(apply_template(tx, who.workspace, wish, person ? &*person : nullptr, content));
    content.type = type_of(wish, content.media);
    if (content.type == MessageType::reaction || content.type == MessageType::edit || content.type == MessageType::revoke ||
        content.type == MessageType::poll_vote)
        return invalid("type", "is sent by acting on a message, not by itself");
    content.location = wish.location;
    content.contacts = wish.contacts;
    content.poll = wish.poll;
    content.mentions = wish.mentions;
    content.view_once = wish.view_once;
    content.expires_after = wish.expires_after;
    if (wish.reply_to) {
        TRY(auto const quoted, find(tx, who, *wish.reply_to));
        TRY(auto const chat, parts_.messages.find_chat(tx, who.workspace, quoted.chat));
        content.quoted = reference_to(quoted);
        TRY(content.quoted->sender, author_in_group(tx, who.workspace, chat, quoted));
    }
    return made;
}

Result<MessageRow> MessageDesk::accept(Transaction& tx, Caller const& who, Prepared const& ready, MessageId id) {
    TRY(auto const made, compose(tx, who, ready));
    if (ready.wish.fail_if_not_working.value_or(false) && !messages_.sender()->working({who.workspace, made.message.session}))
        return fail(Code::conflict, "The session is not working now");
    TRY(auto row, messages_.accept_known(tx, who.workspace, made.message, made.to ? &*made.to : nullptr, id));
    if (ready.wish.reply_to) {
        TRY(auto const quoted, find(tx, who, *ready.wish.reply_to));
        if (quoted.chat != row.chat) return invalid("replyTo", "is a message of another chat");
    }
    return row;
}

Task<Message> MessageDesk::send(Caller who, SendMessage wish, std::string key) {
    auto const fingerprint = key.empty() ? Bytes{} : token_hash(json::serialize(write_json(wish)));
    auto const name = "send " + key;
    CO_TRY(auto ready, co_await prepare(who, std::move(wish)));
    // A key that was used before is rare, and fails what is written here: asking for it first would cost every message a question.
    auto row = co_await parts_.db.write(
        [this, who, ready = std::move(ready), keyed = !key.empty(), name, fingerprint](Transaction& tx) -> Result<MessageRow> {
            auto const id = MessageId::make(parts_.clock.now());
            if (keyed) TRY_OK(keep(tx, parts_, who.workspace, name, fingerprint, id.text()));
            return accept(tx, who, ready, id);
        });
    if (row) {
        crash_point(CrashPoint::message_accepted);
        co_return shown(*row);
    }
    if (key.empty() || waqtor::row(row.error().code).retryable) co_return std::unexpected(std::move(row).error());
    // Written, so that it is told after the commit of the same request that came at the same time.
    CO_TRY(auto const before,
           co_await parts_.db.write([this, who, name, fingerprint](Transaction& tx) -> Result<std::optional<MessageRow>> {
               TRY(auto const answer, recalled(tx, parts_, who.workspace, name, fingerprint));
               if (!answer) return std::nullopt;
               TRY(auto found, find(tx, who, MessageId::parse(*answer).value_or(MessageId{})));
               return found;
           }));
    if (!before) co_return std::unexpected(std::move(row).error());
    co_return shown(*before);
}

Task<BulkAnswer> MessageDesk::send_all(Caller who, std::vector<SendMessage> wishes, std::string key) {
    BulkAnswer out{.total = std::ssize(wishes)};
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        auto const phone = wishes[i].to.value_or("");
        // One by one: what is wrong with one of them must not undo another. Their commits are grouped by the writer.
        auto sent = co_await send(who, std::move(wishes[i]), key.empty() ? "" : fmt::format("{} {}", key, i));
        if (sent) {
            out.results.push_back({.phone = phone, .success = true, .message_id = sent->id});
            ++out.successful;
            continue;
        }
        auto const code = sent.error().code;
        if (code == Code::busy || code == Code::storage_full || code == Code::unavailable) co_return std::unexpected(sent.error());
        out.results.push_back({.phone = phone, .error = sent.error().message});
        ++out.failed;
    }
    co_return out;
}

Task<std::int64_t> MessageDesk::purge() {
    return parts_.db.write(
        [this](Transaction& tx) { return parts_.messages.purge_idempotency(tx, parts_.clock.now() - kKeyLasts); });
}

}   // namespace waqtor
