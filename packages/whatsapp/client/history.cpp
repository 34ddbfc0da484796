#include "whatsapp/client/history.hpp"

#include "core/base/run_on.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/proto/client_state.pb.h"

namespace waqtor::whatsapp {

namespace {

constexpr std::uint64_t kMostFile = std::uint64_t{256} << 20;   // bytes, deflated
constexpr std::size_t kPiece = 4 << 10;                         // bytes, deflated; at most a thousand times as many inflated
constexpr std::size_t kMostTogether = 100;                      // messages in one transaction, the last batch not counted
constexpr std::size_t kMostNames = 20'000;
constexpr std::size_t kMostLost = 10;

Bytes serialized(google::protobuf::MessageLite const& state) { return to_bytes(bytes_of(state.SerializeAsString())); }
std::unexpected<Error> cut_off() { return fail(Code::unavailable, "The connection to WhatsApp was lost"); }

/// It will never become better.
bool is_hopeless(Error const& error) {
    return refusal_of(error) || error.code == Code::gone || error.code == Code::invalid || error.code == Code::too_large ||
           error.code == Code::not_found;
}

}   // namespace

void History::keep(Draft& draft, std::string const& id, messaging::HistoryNotice const& notice, Timestamp now) {
    proto::HistoryState state;
    state.set_type(notice.type);
    state.set_chunk(notice.chunk);
    state.set_progress(notice.progress);
    state.set_direct_path(notice.file.direct_path);
    state.set_media_key(notice.file.media_key);
    state.set_file_sha256(notice.file.file_sha256);
    state.set_file_enc_sha256(notice.file.file_enc_sha256);
    state.set_inline_data(std::string{text_of(notice.inline_data)});
    state.set_at(now.time_since_epoch().count());
    draft.put(ClientValueKind::history, id, serialized(state));
}

/// One piece of the history, read twice: first who is who, then what was said, so that every message finds the right chat.
class History::Reading final : public messaging::HistorySink {
public:
    enum class Pass : std::uint8_t { people, messages };
    struct Batch {
        Jid chat;
        std::vector<messaging::HistoryMessage> messages;
    };

    Reading(std::string with_id, proto::HistoryState with_state) : id{std::move(with_id)}, state{std::move(with_state)} {}

    std::string id;
    proto::HistoryState state;
    std::shared_ptr<Blob> file{};   // null: the data is inline

    // What the present piece of the file told.
    std::vector<messaging::LidPair> pairs{};
    std::vector<messaging::PrivacyToken> tokens{};
    std::deque<Batch> batches{};
    std::map<Jid, std::string> names{};   // of the whole file

    Result<void> begin(Pass pass, Jid const& me, Jid const& me_lid) {
        pass_ = pass;
        told_ = position_ = 0;
        if (file) TRY_OK(file->rewind());
        messaging::HistoryLimits limits;
        if (pass == Pass::people) limits.message = 0;   // messages are not even looked at
        reader_ = std::make_unique<messaging::HistoryReader>(me, me_lid, *this, limits);
        return {};
    }
    /// Reads on; false at the end. On the pool.
    Result<bool> step() {
        Bytes piece;
        if (file) {
            TRY(piece, file->read(kPiece));
        } else {
            auto const rest = bytes_of(state.inline_data()).subspan(std::min(position_, state.inline_data().size()));
            piece = to_bytes(rest.first(std::min(kPiece, rest.size())));
            position_ += piece.size();
        }
        if (piece.empty()) return false;
        TRY_OK(reader_->add(piece));
        return true;
    }
    Result<messaging::HistorySummary> finish() { return reader_->finish(); }

    Result<void> messages(Jid const& chat, std::vector<messaging::HistoryMessage> messages) override {
        if (pass_ == Pass::people) return {};
        if (told_++ < state.done()) return {};   // handed on before a crash
        batches.push_back({chat, std::move(messages)});
        return {};
    }
    Result<void> chat(messaging::HistoryChat chat) override {
        if (pass_ == Pass::messages) return {};
        if (!chat.phone.user.empty() && !chat.lid.user.empty()) pairs.push_back({chat.phone, chat.lid});
        if (!chat.token.empty()) tokens.push_back({chat.jid, std::move(chat.token), chat.token_at});
        return {};
    }
    Result<void> push_name(Jid const& person, std::string name) override {
        if (pass_ == Pass::people && names.size() < kMostNames) names.insert_or_assign(person, std::move(name));
        return {};
    }
    Result<void> same_person(Jid const& phone, Jid const& lid) override {
        if (pass_ == Pass::people) pairs.push_back({phone, lid});
        return {};
    }

private:
    Pass pass_ = Pass::people;
    std::uint64_t told_ = 0;
    std::size_t position_ = 0;
    std::unique_ptr<messaging::HistoryReader> reader_;
};

Task<void> History::work() {
    again_ = true;
    if (busy_) co_return Result<void>{};
    busy_ = true;
    Result<void> outcome{};
    while (outcome && std::exchange(again_, false)) {
        auto more = Result<bool>{true};
        while (more && *more) more = co_await next();
        if (!more) outcome = std::unexpected(std::move(more).error());
    }
    busy_ = false;
    co_return outcome;
}

/// Reads the piece that came first; false when there is none.
Task<bool> History::next() {
    CO_TRY(auto const rows, co_await context_.vault.read([&vault = context_.vault](Transaction& tx) {
        return vault.store().list(tx, vault.ref().session, ClientValueKind::history);
    }));
    if (rows.empty()) co_return false;
    std::unique_ptr<Reading> first;
    for (auto const& row : rows) {
        proto::HistoryState state;
        state.ParseFromArray(row.value.data(), static_cast<int>(row.value.size()));
        auto const earlier = [](proto::HistoryState const& a, proto::HistoryState const& b) {
            return std::tuple{a.at(), a.chunk()} < std::tuple{b.at(), b.chunk()};
        };
        if (!first || earlier(state, first->state)) first = std::make_unique<Reading>(row.name, std::move(state));
    }
    auto const outcome = co_await read(*first);
    if (!outcome && !is_hopeless(outcome.error())) co_return std::unexpected(outcome.error());
    if (!outcome) {
        lost_.push_back(described(outcome.error()));
        if (lost_.size() > kMostLost) lost_.erase(lost_.begin());
        Draft draft;
        draft.remove(ClientValueKind::history, first->id);
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    }
    if (auto const line = context_.line)
        line->send(Node{"receipt", {{"id", first->id}, {"to", bare(context_.account.phone)}, {"type", "hist_sync"}}});
    co_return true;
}

/// Who is who, as far as the present piece of the file tells.
Task<void> History::take_people(Reading& reading) {
    Draft draft;
    for (auto const& [phone, lid] : std::exchange(reading.pairs, {})) CO_TRY_OK(co_await directory_.learn(draft, phone, lid));
    for (auto const& token : std::exchange(reading.tokens, {})) CO_TRY_OK(co_await directory_.keep_token(draft, token));
    if (!draft.values.empty()) CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    co_return Result<void>{};
}

Task<std::optional<Inbound>> History::inbound(Reading const& reading, messaging::HistoryMessage message) {
    auto chat = message.chat;
    if (!chat.is_person() && chat.server != Server::group) co_return std::optional<Inbound>{};   // status posts, channels
    if (chat.is_person()) {
        CO_TRY(chat, co_await directory_.canonical(bare(chat)));
    }
    auto name = std::move(message.push_name);
    if (auto const known = reading.names.find(message.sender); name.empty() && known != reading.names.end()) name = known->second;
    if (message.from_me) name = context_.account.name;
    CO_TRY(auto from, co_await directory_.person(bare(message.sender), std::move(name)));
    co_return std::optional{Inbound{.id = std::move(message.id),
                                    .chat = chat.to_string(),
                                    .from = std::move(from),
                                    .from_me = message.from_me,
                                    .group = chat.server == Server::group,
                                    .history = true,
                                    .at = message.at,
                                    .content = *std::move(message.decoded.content)}};
}

/// Hands on what the present piece of the file told, and notes how far it has come.
Task<void> History::take_messages(Reading& reading) {
    while (!reading.batches.empty()) {
        auto const all = std::make_shared<std::vector<Inbound>>();
        while (!reading.batches.empty() && all->size() < kMostTogether) {
            for (auto& message : reading.batches.front().messages) {
                CO_TRY(auto one, co_await inbound(reading, std::move(message)));
                if (one) all->push_back(*std::move(one));
            }
            reading.batches.pop_front();
            reading.state.set_done(reading.state.done() + 1);
        }
        Draft draft;
        draft.put(ClientValueKind::history, reading.id, serialized(reading.state));
        draft.work.push_back(
            [all, listener = &context_.vault.listener(), ref = context_.vault.ref()](Transaction& tx) -> Result<void> {
                for (auto const& one : *all) TRY_OK(listener->received(tx, ref, one));
                return {};
            });
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    }
    co_return Result<void>{};
}

Task<void> History::read(Reading& reading) {
    auto const line = context_.line;
    if (!line) co_return cut_off();
    auto const& state = reading.state;
    if (state.inline_data().empty()) {
        RemoteFile file{.direct_path = state.direct_path(),
                        .media_key = state.media_key(),
                        .file_sha256 = state.file_sha256(),
                        .file_enc_sha256 = state.file_enc_sha256()};
        CO_TRY(reading.file, co_await blobs_.fetch(std::move(file), media::Kind::history, kMostFile));
    }
    static constexpr std::array kPasses{Reading::Pass::people, Reading::Pass::messages};
    for (auto const pass : kPasses) {
        CO_TRY_OK(reading.begin(pass, bare(context_.account.phone), bare(context_.account.lid)));
        for (auto more = true; more;) {
            if (line->closed()) co_return cut_off();
            CO_TRY(more, co_await run_on(context_.pool, [&reading] { return reading.step(); }));
            CO_TRY_OK(co_await take_people(reading));
            CO_TRY_OK(co_await take_messages(reading));
        }
        CO_TRY(auto const summary, reading.finish());
        if (pass == Reading::Pass::people) continue;
        Draft draft;
        if (!summary.nct_salt.empty()) draft.put(ClientValueKind::other, std::string{kTokenSalt}, summary.nct_salt);
        draft.remove(ClientValueKind::history, reading.id);
        CO_TRY_OK(co_await context_.vault.commit_draft(std::move(draft)));
    }
    co_return Result<void>{};
}

}   // namespace waqtor::whatsapp
