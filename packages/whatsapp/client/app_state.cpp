#include "whatsapp/client/app_state.hpp"

#include "whatsapp/crypto/encoding.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

using messaging::Collection;

constexpr std::size_t kMostFile = 32 << 20;   // bytes of a snapshot or of a patch's own file
constexpr std::size_t kParts = 16;            // of a collection's values, by the first half byte of their index
constexpr std::size_t kMostNews = 100;        // told in one transaction
constexpr auto kSettled = "settled";
constexpr auto kAskAgain = std::chrono::hours{24};

std::string copy(ByteView bytes) { return std::string{text_of(bytes)}; }
Bytes serialized(google::protobuf::MessageLite const& state) { return to_bytes(bytes_of(state.SerializeAsString())); }
template <class State> State parsed(Bytes const& bytes) {
    State out;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) out.Clear();
    return out;
}

std::size_t part_of(appstate::Mac const& index) { return index[0] >> 4; }
std::string part_name(Collection collection, std::size_t part) {
    return std::string{messaging::name_of(collection)} + ' ' + std::to_string(part);
}

using Values = std::map<appstate::Mac, appstate::Mac>;
constexpr std::size_t kMac = std::tuple_size_v<appstate::Mac>;

void read_values(ByteView bytes, Values& out) {
    for (; bytes.size() >= 2 * kMac; bytes = bytes.subspan(2 * kMac))
        out.insert_or_assign(to_array<kMac>(bytes.first(kMac)), to_array<kMac>(bytes.subspan(kMac, kMac)));
}
Bytes write_values(Values const& values) {
    Bytes out;
    out.reserve(values.size() * 2 * kMac);
    for (auto const& [index, value] : values) {
        append(out, index);
        append(out, value);
    }
    return out;
}

RemoteFile remote(appstate::External const& file) {
    return {.direct_path = file.direct_path,
            .media_key = crypto::to_base64(file.media_key),
            .file_sha256 = crypto::to_base64(file.file_sha256),
            .file_enc_sha256 = crypto::to_base64(file.file_enc_sha256)};
}

}   // namespace

/// One piece of work at a time has the collections.
class AppState::Turn {
public:
    explicit Turn(AppState& of) : of_{&of} {}
    Turn(Turn&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (!of_) return;
        of_->busy_ = false;
        of_->bell_.ring();
    }

private:
    AppState* of_;
};

/// The own name changes with the draft; taken from the account as it is then, which other work changes too.
class AppState::Rename final : public Vault::Job {
public:
    Rename(Context& context, std::string name, Draft draft) : context_{context}, name_{std::move(name)}, draft_{std::move(draft)} {}

    Task<void> prepare(Draft& draft) override {
        draft = draft_;
        context_.account.name = name_;
        draft.put(ClientValueKind::credentials, "", context_.account.serialize());
        co_return Result<void>{};
    }

private:
    Context& context_;
    std::string name_;
    Draft draft_;
};

asio::awaitable<AppState::Turn> AppState::turn() {
    while (busy_) co_await bell_.wait();
    busy_ = true;
    co_return Turn{*this};
}

void AppState::keep(Draft& draft, std::vector<messaging::SharedKey> const& keys) {
    for (auto const& key : keys) {
        proto::AppStateKeyState state;
        state.set_data(copy(key.data));
        state.set_timestamp(key.timestamp);
        state.set_fingerprint(copy(key.fingerprint));
        draft.put(ClientValueKind::app_state_key, crypto::to_hex(key.id), serialized(state));
    }
}

Task<std::vector<messaging::AppStateKey>> AppState::keys() {
    CO_TRY(auto const rows, co_await context_.vault.read([&vault = context_.vault](Transaction& tx) {
        return vault.store().list(tx, vault.ref().session, ClientValueKind::app_state_key);
    }));
    std::vector<messaging::AppStateKey> out;
    for (auto const& row : rows) {
        auto const id = crypto::from_hex(row.name);
        auto const state = parsed<proto::AppStateKeyState>(row.value);
        if (id && !state.data().empty())
            out.push_back({.id = *id, .data = to_bytes(bytes_of(state.data())), .timestamp = state.timestamp()});
    }
    co_return out;
}

Task<messaging::StoredCollection> AppState::load(Collection collection) {
    std::vector<std::string> names{std::string{messaging::name_of(collection)}};
    for (std::size_t i = 0; i < kParts; ++i) names.push_back(part_name(collection, i));
    CO_TRY(auto const rows, co_await context_.vault.get(ClientValueKind::app_state, std::move(names)));
    messaging::StoredCollection out;
    auto const state = parsed<proto::CollectionState>(rows.front());
    if (state.hash().size() != out.state.hash.bytes().size()) co_return out;
    out.state = {.version = state.version(), .hash = appstate::LtHash{to_array<128>(bytes_of(state.hash()))}};
    for (std::size_t i = 1; i < rows.size(); ++i) read_values(rows[i], out.values);
    co_return out;
}

Task<void> AppState::put_values(Draft& draft, messaging::CollectionChange const& change) {
    std::map<std::size_t, Values> parts;
    for (std::size_t i = 0; change.anew && i < kParts; ++i) parts[i];
    for (auto const& [index, value] : change.values) {
        auto const part = part_of(index);
        if (!parts.contains(part)) {
            CO_TRY(auto const bytes, co_await context_.vault.get(ClientValueKind::app_state, part_name(change.collection, part)));
            read_values(bytes, parts[part]);
        }
        if (value)
            parts[part].insert_or_assign(index, *value);
        else
            parts[part].erase(index);
    }
    for (auto const& [part, values] : parts)
        draft.put(ClientValueKind::app_state, part_name(change.collection, part), write_values(values));
    co_return Result<void>{};
}

/// What the product and the directory are told of some changes.
Task<Draft> AppState::news_of(std::span<messaging::SyncAction const> actions) {
    Draft draft;
    auto const news = std::make_shared<std::vector<PhoneChange>>();
    for (auto const& action : actions) {
        auto change = change_of(action);
        if (!change) continue;
        if (action.kind == messaging::SyncAction::Kind::contact) {
            auto const by_lid = action.chat.server == Server::lid;
            auto phone = by_lid ? action.phone : action.chat;
            auto lid = by_lid ? action.chat : action.lid;
            CO_TRY_OK(co_await directory_.learn(draft, phone, lid));
            CO_TRY(change->person, co_await directory_.person(action.chat));
            if (phone.server == Server::user) change->person.phone = "+" + phone.user.str();
            if (lid.server == Server::lid) change->person.lid = lid.user.str();
        }
        if (action.chat.is_person()) {
            CO_TRY(auto const chat, co_await directory_.canonical(bare(action.chat)));
            change->chat = chat.to_string();
        }
        news->push_back(*std::move(change));
    }
    draft.work.push_back(
        [news, listener = &context_.vault.listener(), ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
            for (auto const& one : *news) TRY_OK(listener->phone_changed(tx, ref, one));
            return {};
        });
    co_return draft;
}

/// The product hears of everything before it counts as read: after a crash in between it is told again.
Task<void> AppState::save(messaging::CollectionChange change) {
    auto rest = std::span<messaging::SyncAction const>{change.actions};
    while (rest.size() > kMostNews) {
        CO_TRY(auto draft, co_await news_of(rest.first(kMostNews)));
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
        rest = rest.subspan(kMostNews);
    }
    CO_TRY(auto draft, co_await news_of(rest));
    proto::CollectionState state;
    state.set_version(change.state.version);
    state.set_hash(copy(change.state.hash.bytes()));
    draft.put(ClientValueKind::app_state, std::string{messaging::name_of(change.collection)}, serialized(state));
    CO_TRY_OK(co_await put_values(draft, change));
    for (auto const& action : change.actions)
        if (action.kind == messaging::SyncAction::Kind::push_name && !action.text.empty())
            co_return co_await context_.vault.run(std::make_shared<Rename>(context_, action.text, std::move(draft)));
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

Task<Node> AppState::ask(Node iq) {
    auto const line = context_.line;
    if (!line) co_return fail(Code::unavailable, "The session is not connected to WhatsApp");
    co_return co_await line->ask(std::move(iq));
}

Task<Bytes> AppState::fetch(appstate::External file) {
    co_return co_await blobs_.fetch_whole(remote(file), media::Kind::app_state, kMostFile);
}

/// Each key at most once a day.
Task<void> AppState::request_keys(std::vector<Bytes> ids) {
    std::vector<std::string> names;
    for (auto const& id : ids) names.push_back("asked " + crypto::to_hex(id));
    CO_TRY(auto const asked, co_await context_.vault.get(ClientValueKind::other, names));
    auto const now = context_.clock.now();
    std::vector<Bytes> wanted;
    Draft draft;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto const at = parsed<proto::MomentState>(asked[i]).at();
        if (at > 0 && now - Timestamp{Milliseconds{at}} < kAskAgain) continue;
        wanted.push_back(ids[i]);
        proto::MomentState moment;
        moment.set_at(now.time_since_epoch().count());
        draft.put(ClientValueKind::other, names[i], serialized(moment));
    }
    if (wanted.empty()) co_return Result<void>{};
    co_return co_await sender_.to_phone(messaging::encode_key_request(wanted), std::move(draft));
}

/// Names of the collections that need no catching up.
Task<std::set<std::string>> AppState::settled() {
    CO_TRY(auto const stored, co_await context_.vault.get(ClientValueKind::app_state, kSettled));
    auto const state = parsed<proto::SettledState>(stored);
    co_return std::set<std::string>{state.collections().begin(), state.collections().end()};
}

Task<void> AppState::pull_now(std::vector<Collection> collections) {
    if (collections.empty()) co_return Result<void>{};
    CO_TRY(auto const pulled, co_await sync_.pull(std::move(collections)));
    CO_TRY(auto now, co_await settled());
    auto const before = now;
    for (auto const& one : pulled) {
        auto const name = std::string{messaging::name_of(one.collection)};
        if (one.state == messaging::PullState::waits_for_keys)
            now.erase(name);
        else
            now.insert(name);
        if (one.state == messaging::PullState::broken)
            broken_.insert_or_assign(one.collection, one.detail);
        else
            broken_.erase(one.collection);
    }
    if (now == before) co_return Result<void>{};
    proto::SettledState state;
    for (auto const& name : now) state.add_collections(name);
    Draft draft;
    draft.put(ClientValueKind::app_state, kSettled, serialized(state));
    co_return co_await context_.vault.commit_draft(std::move(draft));
}

Task<void> AppState::catch_up() {
    auto const held = co_await turn();
    CO_TRY(auto const done, co_await settled());
    std::vector<Collection> open;
    for (auto const one : messaging::kCollections)
        if (!done.contains(std::string{messaging::name_of(one)})) open.push_back(one);
    if (open.empty()) co_return Result<void>{};
    CO_TRY(auto const have, co_await keys());
    if (have.empty()) co_return Result<void>{};   // nothing could be read
    co_return co_await pull_now(std::move(open));
}

Task<void> AppState::pull(std::vector<Collection> collections) {
    auto const held = co_await turn();
    CO_TRY(auto const have, co_await keys());
    if (have.empty()) co_return Result<void>{};   // all of it is read when they come
    co_return co_await pull_now(std::move(collections));
}

Task<void> AppState::push(messaging::SyncAction action) {
    auto const held = co_await turn();
    co_return co_await sync_.push(std::move(action));
}

}   // namespace waqtor::whatsapp
