// Our own client as a process; peer.mjs says how it is spoken to. `waqtor_peer [DATABASE]`: with a database everything survives a
// kill, and what the product would keep (what came in, what was committed and acknowledged) stands there beside the ratchets.
#include "core/messages/media_store.hpp"
#include "core/trust/master_key.hpp"
#include "line_program.hpp"
#include "storage/database.hpp"
#include "storage/sql/whatsapp_store.hpp"
#include "whatsapp/client/client.hpp"
#include "whatsapp/client/memory_store.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>

#include <unistd.h>
#include <filesystem>

namespace waqtor::interop {
namespace {

namespace json = boost::json;
using Kind = ClientValueKind;

std::string text(json::object const& object, std::string_view key) {
    auto const* value = object.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

json::array list(std::vector<std::string> const& texts) { return json::array(texts.begin(), texts.end()); }

/// What a message says, as the other drivers tell it; files are told once they are here.
json::object told(Inbound const& message) {
    auto const& content = message.content;
    json::object out{{"message", message.id},
                     {"chat", message.chat},
                     {"from", message.from.lid ? *message.from.lid + "@lid" : message.chat},
                     {"from_me", message.from_me}};
    if (content.text) out["text"] = *content.text;
    if (content.target) out["target"] = content.target->id;
    if (content.quoted) {
        out["quoted"] = content.quoted->id;
        out["quoted_text"] = content.quoted->text.value_or("");
    }
    if (content.mentions) out["mentions"] = list(*content.mentions);
    if (content.expires_after) out["expires"] = *content.expires_after;
    if (content.view_once) out["view_once"] = *content.view_once;
    switch (content.type) {
        case MessageType::text: out["event"] = "text"; break;
        case MessageType::placeholder: out["event"] = "unreadable"; break;
        case MessageType::edit: out["event"] = "edit"; break;
        case MessageType::revoke: out["event"] = "revoke"; break;
        case MessageType::reaction:
            out["event"] = "reaction";
            out["emoji"] = content.emoji.value_or("");
            break;
        case MessageType::poll:
            out["event"] = "poll";
            out["question"] = content.poll->question;
            out["choices"] = list(content.poll->choices);
            break;
        case MessageType::poll_vote:
            out["event"] = content.choices ? "vote" : "sealed_vote";
            out["choices"] = list(content.choices.value_or(std::vector<std::string>{}));
            break;
        case MessageType::location:
            out["event"] = "location";
            out["latitude"] = content.location->latitude;
            out["longitude"] = content.location->longitude;
            out["name"] = content.location->name.value_or("");
            break;
        case MessageType::contact:
            out["event"] = "contact_card";
            out["name"] = content.contacts->front().name;
            out["vcard"] = content.contacts->front().vcard;
            break;
        default: out["event"] = enum_name(content.type); break;
    }
    return out;
}

/// Does what the product would: notes in the same transaction what came and what became of what was sent.
class Notes final : public SessionListener {
public:
    Notes(ClientStore& store, bool kept) : store_{store}, kept_{kept} {}
    std::function<void(ClientState const&)> on_state;
    std::function<void(Inbound const&)> on_file;

    void state_changed(SessionRef, ClientState const& state) override { on_state(state); }
    Result<void> fence(Transaction&, SessionRef) override { return {}; }
    Result<void> received(Transaction& tx, SessionRef session, Inbound const& message) override {
        auto const readable = message.content.type != MessageType::placeholder;
        auto const words = message.content.text.value_or("");
        if (message.content.media)
            on_file(message);
        else
            say(told(message));
        return readable ? note(tx, session, "in " + message.id, words) : Result<void>{};
    }
    Result<void> receipt(Transaction&, SessionRef, waqtor::Receipt const& receipt) override {
        for (auto const& id : receipt.ids)
            say({{"event", "receipt"}, {"message", id}, {"type", std::string{enum_name(receipt.kind)}}});
        return {};
    }
    Result<void> committed(Transaction& tx, SessionRef session, MessageId message) override {
        return note(tx, session, "out " + message.text(), "committed");
    }
    Result<void> acknowledged(Transaction& tx, SessionRef session, MessageId message, Timestamp) override {
        return note(tx, session, "out " + message.text(), "acknowledged");
    }
    Result<void> refused(Transaction& tx, SessionRef session, MessageId message, waqtor::Refusal why, std::string_view) override {
        return note(tx, session, "out " + message.text(), enum_name(why));
    }

private:
    ClientStore& store_;
    bool kept_;

    Result<void> note(Transaction& tx, SessionRef session, std::string const& name, std::string_view words) {
        if (!kept_) return {};
        // Never empty: an empty value would be none. A second time would show as a longer text.
        TRY(auto const before, store_.get(tx, session.session, Kind::other, {name}));
        auto all = name.starts_with("in ") ? before.front() : Bytes{};
        all.push_back('=');
        all.insert(all.end(), words.begin(), words.end());
        return store_.put(tx, session.session, Kind::other, name, all);
    }
};

class Driver {
public:
    explicit Driver(char const* database) {
        if (database) {
            key_.emplace(must(MasterKey::open(std::string{database} + ".key")));
            sealer_.emplace(*key_);
            sql_db_ = must(open_database({.url = database}));
            sql_store_ = std::make_unique<sql::SqlWhatsAppStore>(*sealer_);
        }
        notes_ = std::make_unique<Notes>(store(), database != nullptr);
        notes_->on_state = [this](ClientState const& state) { tell(state); };
        // The message is not committed yet; its file is fetched afterwards, as the product does it.
        notes_->on_file = [this](Inbound const& message) {
            asio::post(io_, [this, message] { asio::co_spawn(io_, tell_file(message), asio::detached); });
        };
    }

    void run() {
        answer_lines(
            io_, [this](json::object request) { return perform(std::move(request)); },
            [this] {
                std::error_code ignored;
                std::filesystem::remove_all(folder_, ignored);
            });
    }

private:
    asio::io_context io_{1};
    asio::thread_pool pool_{1};
    SystemClock clock_;
    std::optional<MasterKey> key_;
    std::optional<Sealer> sealer_;
    std::unique_ptr<SqlDatabase> sql_db_;
    std::unique_ptr<ClientStore> sql_store_;
    whatsapp::MemoryDatabase memory_db_;
    whatsapp::MemoryClientStore memory_store_;
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("waqtor-peer-" + std::to_string(getpid()));
    FileMediaStore files_{folder_};
    std::unique_ptr<Notes> notes_;
    std::unique_ptr<whatsapp::Client> client_;
    SessionRef session_{WorkspaceId{}, *SessionId::parse("01940000-0000-7000-8000-000000000001")};
    bool told_paired_ = false;

    Database& db() { return sql_db_ ? static_cast<Database&>(*sql_db_) : memory_db_; }
    ClientStore& store() { return sql_store_ ? *sql_store_ : memory_store_; }

    void tell(ClientState const& state) {
        if (state.phase == ClientPhase::pairing) return say({{"event", "qr"}, {"qr", state.qr}, {"code", state.code}});
        auto const& account = client_->account();
        auto const who = json::object{{"jid", account.phone.to_string()}, {"lid", account.lid.to_string()}};
        auto event = [&](char const* name) {
            auto out = who;
            out["event"] = name;
            out["reason"] = state.detail;
            say(out);
        };
        if (state.me.phone && !std::exchange(told_paired_, true)) event("paired");
        if (state.phase == ClientPhase::working) event("open");
        if (state.phase != ClientPhase::working && state.phase != ClientPhase::connecting) event("closed");
    }

    void make(json::object const& request) {
        auto const root = whatsapp::crypto::from_hex(text(request, "root")).value();
        whatsapp::Endpoint endpoint{.url = text(request, "url"),
                                    .tls = must(whatsapp::transport::Tls::make(text(request, "ca"))),
                                    .noise_root = {{whatsapp::to_array<32>(root)}, 0},
                                    .version = {.tertiary = 1'050'000'000}};
        whatsapp::ClientParts parts{
            db(), store(), *notes_, clock_, io_.get_executor(), pool_.get_executor(), session_, std::move(endpoint)};
        parts.pace.backoff_first = std::chrono::milliseconds{100};
        parts.files = &files_;
        client_ = std::make_unique<whatsapp::Client>(std::move(parts));
    }

    asio::awaitable<void> tell_file(Inbound message) {
        auto const& media = *message.content.media;
        auto const fetched = co_await client_->download(message.content.type, media);
        auto const bytes = fetched ? files_.get(*fetched) : std::unexpected(fetched.error());
        if (!bytes) {
            say({{"event", "fault"}, {"reason", bytes.error().message + " | " + bytes.error().cause}});
            co_return;
        }
        auto out = told(message);
        out["event"] = "media";
        out["kind"] = enum_name(message.content.type);
        out["mime"] = media.mime_type;
        out["name"] = media.name.value_or("");
        out["caption"] = message.content.text.value_or("");
        out["data"] = whatsapp::crypto::to_base64(whatsapp::bytes_of(*bytes));
        say(out);
    }

    /// Sends it, and answers with its id.
    asio::awaitable<json::object> send(json::object const& request, Content content) {
        auto const asked = text(request, "own_id");
        auto const id = asked.empty() ? whatsapp::new_message_id() : asked;
        auto const named = MessageId::parse(text(request, "own_name"));
        must(co_await client_->send({.id = named.value_or(MessageId::make(clock_.now())),
                                     .whatsapp_id = id,
                                     .to = text(request, "to"),
                                     .content = std::move(content)}));
        co_return json::object{{"message", id}};
    }

    static MessageReference target_of(json::object const& request) {
        auto const* from_me = request.if_contains("from_me");
        MessageReference out{.id = text(request, "message"), .from_me = !from_me || from_me->as_bool()};
        if (!out.from_me && text(request, "to").ends_with("@g.us")) out.sender = text(request, "from");
        return out;
    }
    static std::vector<std::string> texts(json::object const& request, std::string_view key) {
        std::vector<std::string> out;
        if (auto const* all = request.if_contains(key))
            for (auto const& one : all->as_array()) out.emplace_back(one.as_string());
        return out;
    }
    static std::int64_t number(json::object const& request, std::string_view key) {
        auto const* value = request.if_contains(key);
        return value ? value->to_number<std::int64_t>() : 0;
    }

    /// The content that such a request asks to send; nothing for requests of another kind.
    std::optional<Content> content_of(std::string const& op, json::object const& request) {
        if (op == "send_text") {
            Content out{.text = text(request, "text")};
            if (auto mentions = texts(request, "mentions"); !mentions.empty()) out.mentions = std::move(mentions);
            if (auto const seconds = number(request, "expires")) out.expires_after = seconds;
            return out;
        }
        if (op == "send_media") {
            auto const bytes = whatsapp::crypto::from_base64(text(request, "data")).value();
            auto const file = must(files_.put(whatsapp::text_of(bytes)));
            Content out{.media = Media{.file = file, .mime_type = text(request, "mime")}};
            out.type = enum_from<MessageType>(text(request, "kind")).value();
            if (auto name = text(request, "name"); !name.empty()) out.media->name = std::move(name);
            if (auto caption = text(request, "caption"); !caption.empty()) out.text = std::move(caption);
            if (request.contains("view_once")) out.view_once = true;
            return out;
        }
        if (op == "edit") return Content{.type = MessageType::edit, .text = text(request, "text"), .target = target_of(request)};
        if (op == "revoke") return Content{.type = MessageType::revoke, .target = target_of(request)};
        if (op == "react")
            return Content{.type = MessageType::reaction, .emoji = text(request, "emoji"), .target = target_of(request)};
        if (op == "vote")
            return Content{.type = MessageType::poll_vote, .choices = texts(request, "choices"), .target = target_of(request)};
        if (op == "poll")
            return Content{.type = MessageType::poll,
                           .poll = Poll{text(request, "question"), texts(request, "choices"), number(request, "most")}};
        if (op == "reply")
            return Content{.text = text(request, "text"),
                           .quoted = MessageReference{.id = text(request, "message"), .text = text(request, "quoted_text")}};
        if (op == "location")
            return Content{.type = MessageType::location,
                           .location = Location{request.at("latitude").to_number<double>(),
                                                request.at("longitude").to_number<double>(), text(request, "name")}};
        if (op == "contact_card")
            return Content{.type = MessageType::contact,
                           .contacts = std::vector{ContactCard{text(request, "name"), text(request, "vcard")}}};
        return std::nullopt;
    }

    asio::awaitable<json::object> perform(json::object request) {
        auto const op = text(request, "op");
        if (auto content = content_of(op, request)) co_return co_await send(request, *std::move(content));
        if (op == "start") {
            make(request);
            client_->start();
        } else if (op == "away") {
            co_await client_->stop();
        } else if (op == "back") {
            client_->start();
        } else if (op == "read") {
            must(co_await client_->mark_read(text(request, "chat"), {text(request, "message")}, text(request, "from")));
        } else if (op == "played") {
            must(co_await client_->mark_played(text(request, "chat"), {text(request, "message")}, text(request, "from")));
        } else if (op == "on_whatsapp") {
            auto const checked = must(co_await client_->check({text(request, "number")}));
            co_return json::object{{"exists", checked.at(0).exists}};
        } else if (op == "pairing_code") {
            co_return json::object{{"code", must(co_await client_->pairing_code(text(request, "number")))}};
        } else if (op == "notes") {
            co_return co_await notes();
        } else {
            throw std::runtime_error{"this driver cannot do " + op};
        }
        co_return json::object{};
    }

    asio::awaitable<json::object> notes() {
        auto const rows =
            must(co_await db().read([this](Transaction& tx) { return store().list(tx, session_.session, Kind::other); }));
        json::object out;
        for (auto const& row : rows) out[row.name] = std::string{row.value.begin(), row.value.end()};
        co_return json::object{{"notes", out}};
    }
};

}   // namespace
}   // namespace waqtor::interop

int main(int argc, char** argv) {
    waqtor::interop::Driver{argc > 1 ? argv[1] : nullptr}.run();
    return 0;
}
