#include "whatsapp/messaging/history.hpp"

#include "whatsapp/binary/inflate.hpp"
#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/messaging/clean.hpp"
#include "whatsapp/messaging/decode_parts.hpp"
#include "whatsapp/messaging/wire_stream.hpp"
#include "whatsapp/proto/history.pb.h"

#include <zlib.h>

namespace waqtor::whatsapp::messaging {

namespace {

// Fields of HistorySync.
constexpr std::uint32_t kConversations = 2, kStatus = 3, kPushNames = 7, kMappings = 15, kNctSalt = 19;
constexpr std::uint32_t kMessages = 2;   // of a conversation
constexpr std::size_t kMostSmall = 64 << 10, kMostAbout = 256 << 10;
constexpr std::size_t kMostBatch = 100, kMostBatchBytes = 1 << 20;
constexpr std::size_t kMostName = 255, kMostId = 128;
constexpr std::size_t kBlock = 32 << 10;

std::unexpected<Error> malformed(char const* what) { return refuse(Refusal::malformed, std::string{"history: "} + what); }

Jid person(std::string const& text) {
    auto const jid = Jid::parse(text);
    return jid && jid->is_person() && !jid->user.empty() ? jid->without_device() : Jid{};
}

std::optional<Timestamp> seconds(std::uint64_t value) {
    constexpr std::uint64_t kMost = 7'258'118'400;   // the year 2200
    if (value == 0 || value >= kMost) return std::nullopt;
    return Timestamp{std::chrono::seconds{static_cast<std::int64_t>(value)}};
}

/// Fields of a conversation that we read; the rest (members, wallpapers, …) would only take memory.
bool is_wanted(std::uint32_t field) {
    static constexpr std::uint32_t kFields[] = {1, 6, 9, 12, 13, 16, 19, 21, 22, 24, 25, 39, 42};
    return std::ranges::find(kFields, field) != std::end(kFields);
}

}   // namespace

class HistoryReader::State {
public:
    State(Jid me, Jid me_lid, HistorySink& sink, HistoryLimits limits)
        : me_{std::move(me)}, me_lid_{std::move(me_lid)}, sink_{sink}, limits_{limits}, wire_{hooks()} {
        ready_ = inflateInit(&zlib_) == Z_OK;
    }
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() {
        if (ready_) inflateEnd(&zlib_);
    }

    Result<void> add(ByteView deflated) {
        if (!ready_) return fail(Code::internal, "zlib cannot be started");
        Bytes out(kBlock);
        zlib_.next_in = const_cast<Bytef*>(deflated.data());   // zlib does not write there
        zlib_.avail_in = static_cast<uInt>(deflated.size());
        for (;;) {
            zlib_.next_out = out.data();
            zlib_.avail_out = static_cast<uInt>(out.size());
            auto const said = ended_ ? Z_DATA_ERROR : inflate(&zlib_, Z_NO_FLUSH);
            if (said == Z_BUF_ERROR) return {};   // wants the next piece
            if (said != Z_OK && said != Z_STREAM_END) return malformed("its compression is broken");
            ended_ = said == Z_STREAM_END;
            auto const got = out.size() - zlib_.avail_out;
            inflated_ += got;
            if (inflated_ > limits_.inflated) return refuse(Refusal::limit, "history: larger than it may be");
            TRY_OK(wire_.add(ByteView{out}.first(got)));
            if (zlib_.avail_in == 0 && (ended_ || got < out.size())) return {};
        }
    }

    Result<HistorySummary> finish() {
        if (!ended_) return malformed("it is cut short");
        TRY_OK(wire_.finish());
        return std::move(summary_);
    }

private:
    Jid me_, me_lid_;
    HistorySink& sink_;
    HistoryLimits limits_;
    WireStream wire_;
    z_stream zlib_{};
    bool ready_ = false, ended_ = false;
    std::uint64_t inflated_ = 0;
    HistorySummary summary_;

    Bytes about_;   // of the conversation: the fields that are not messages
    std::optional<Jid> chat_;
    std::vector<HistoryMessage> batch_;
    std::size_t batch_bytes_ = 0;

    WireStream::Hooks hooks() {
        using Do = WireStream::Do;
        return {.decide =
                    [this](int depth, std::uint32_t field, std::uint64_t size) {
                        auto const what = decide(depth, field, size);
                        if (what == Do::skip && ((depth == 1 && field == kMessages) || (depth == 0 && field == kStatus)))
                            ++summary_.skipped;
                        return what;
                    },
                .taken = [this](int depth, std::uint32_t field, ByteView content,
                                ByteView raw) { return depth == 0 ? outer(field, content) : inner(field, content, raw); },
                .number =
                    [this](int depth, std::uint32_t field, std::uint64_t, ByteView raw) {
                        if (depth == 1 && is_wanted(field)) keep(raw);
                        return Result<void>{};
                    },
                .left = [this](int, std::uint32_t) { return end_chat(); }};
    }

    WireStream::Do decide(int depth, std::uint32_t field, std::uint64_t size) const {
        using Do = WireStream::Do;
        if (depth == 0) {
            if (field == kConversations) return Do::enter;
            auto const wanted = field == kStatus || field == kPushNames || field == kMappings || field == kNctSalt;
            return wanted && size <= (field == kStatus ? limits_.message : kMostSmall) ? Do::take : Do::skip;
        }
        if (field == kMessages) return size <= limits_.message ? Do::take : Do::skip;
        return is_wanted(field) && size <= kMostSmall ? Do::take : Do::skip;
    }

    void keep(ByteView raw) {
        if (about_.size() + raw.size() <= kMostAbout) append(about_, raw);
    }

    Result<void> outer(std::uint32_t field, ByteView content) {
        if (field == kPushNames) {
            e2e::PushName name;
            TRY_OK(parse_bounded(content, name));
            auto const jid = person(name.id());
            auto text = clean(name.name(), kMostName, Lines::one);
            if (jid.server == Server::none || text.empty()) return {};
            return sink_.push_name(jid, std::move(text));
        }
        if (field == kMappings) {
            e2e::PhoneNumberToLid pair;
            TRY_OK(parse_bounded(content, pair));
            auto const phone = person(pair.pn_jid()), lid = person(pair.lid_jid());
            if (phone.server != Server::user || lid.server != Server::lid) return {};
            return sink_.same_person(phone, lid);
        }
        if (field == kNctSalt) {
            summary_.nct_salt = to_bytes(content);
            return {};
        }
        return status(content);
    }

    Result<void> status(ByteView content) {
        auto const chat = Jid{.user = "status", .server = Server::broadcast};
        auto message = read_web_message(content, me_, me_lid_, chat);
        if (!message) return ++summary_.skipped, Result<void>{};
        ++summary_.messages;
        std::vector<HistoryMessage> one;
        one.push_back(*std::move(message));
        return sink_.messages(chat, std::move(one));
    }

    Result<void> inner(std::uint32_t field, ByteView content, ByteView raw) {
        if (field != kMessages) return keep(raw), Result<void>{};
        TRY(auto const chat, this_chat());
        e2e::HistorySyncMsg wrapper;
        if (!parse_bounded(content, wrapper)) return ++summary_.skipped, Result<void>{};
        auto message = read_web_message(bytes_of(wrapper.message()), me_, me_lid_, chat);
        if (!message) return ++summary_.skipped, Result<void>{};
        ++summary_.messages;
        batch_.push_back(*std::move(message));
        batch_bytes_ += content.size();
        return batch_.size() >= kMostBatch || batch_bytes_ >= kMostBatchBytes ? flush() : Result<void>{};
    }

    Result<void> flush() {
        if (batch_.empty()) return {};
        batch_bytes_ = 0;
        return sink_.messages(*chat_, std::exchange(batch_, {}));
    }

    Result<e2e::HistoryConversation> about() const {
        e2e::HistoryConversation out;
        TRY_OK(parse_bounded(about_, out));
        return out;
    }

    /// The address stands in front of the messages.
    Result<Jid> this_chat() {
        if (!chat_) {
            TRY(auto const known, about());
            auto const jid = Jid::parse(known.id());
            if (!jid || jid->user.empty()) return malformed("a conversation without an address");
            chat_ = jid->without_device();
        }
        return *chat_;
    }

    Result<void> end_chat() {
        TRY(auto const from, about());
        TRY(auto const jid, this_chat());
        TRY_OK(flush());
        HistoryChat chat{.jid = jid, .phone = person(from.pn_jid()), .lid = person(from.lid_jid())};
        if (jid.server == Server::user) chat.phone = jid;
        if (jid.server == Server::lid) chat.lid = jid;
        chat.name = clean(from.name(), kMostName, Lines::one);
        chat.unread = from.unread_count();
        chat.marked_unread = from.marked_as_unread();
        chat.archived = from.archived();
        chat.pinned = from.pinned();
        chat.muted_until = seconds(from.mute_end_time() > 10'000'000'000 ? from.mute_end_time() / 1000 : from.mute_end_time());
        chat.expires_after = std::min(from.ephemeral_expiration(), 7'776'000U);
        chat.token = to_bytes(bytes_of(from.tc_token()));
        chat.token_at = seconds(from.tc_token_timestamp()).value_or(Timestamp{});
        ++summary_.chats;
        chat_.reset();
        about_.clear();
        return sink_.chat(std::move(chat));
    }
};

HistoryReader::HistoryReader(Jid me, Jid me_lid, HistorySink& sink, HistoryLimits limits)
    : state_{std::make_unique<State>(std::move(me), std::move(me_lid), sink, limits)} {}
HistoryReader::~HistoryReader() = default;
Result<void> HistoryReader::add(ByteView deflated) { return state_->add(deflated); }
Result<HistorySummary> HistoryReader::finish() { return state_->finish(); }

Result<HistoryMessage> read_web_message(ByteView bytes, Jid const& me, Jid const& me_lid, Jid const& chat) {
    e2e::WebMessageInfo from;
    TRY_OK(parse_bounded(bytes, from));
    HistoryMessage out{.id = clean(from.key().id(), kMostId, Lines::one), .chat = chat, .sender = {}};
    if (chat.server == Server::none) out.chat = Jid::parse(from.key().remote_jid()).value_or(Jid{}).without_device();
    if (out.id.empty() || out.chat.server == Server::none) return malformed("a message without a name");
    if (from.message().empty()) return malformed("a message without content");
    out.from_me = from.key().from_me();
    auto const author = from.participant().empty() ? from.key().participant() : from.participant();
    out.sender = out.from_me ? me : out.chat.is_person() ? out.chat : person(author);
    if (out.sender.server == Server::none) return malformed("a message without an author");
    out.at = seconds(from.message_timestamp()).value_or(Timestamp{});
    out.push_name = clean(from.push_name(), kMostName, Lines::one);
    out.status = static_cast<std::int32_t>(std::min(from.status(), 5U));
    out.starred = from.starred();
    TRY(out.decoded,
        decode_content(bytes_of(from.message()), {.me = me, .me_lid = me_lid, .chat = out.chat, .sender = out.sender}));
    // What a message asked of a device was asked then, not now.
    out.decoded = Decoded{.content = std::move(out.decoded.content),
                          .extras = std::move(out.decoded.extras),
                          .secret = out.decoded.secret,
                          .vote = std::move(out.decoded.vote),
                          .edited_at = out.decoded.edited_at};
    if (from.message_secret().size() == 32) out.decoded.secret = crypto::secret32(bytes_of(from.message_secret()));
    if (!out.decoded.content) return malformed("a message that says nothing");
    return out;
}

Result<std::vector<LidPair>> read_lid_mappings(ByteView deflated) {
    constexpr std::size_t kMost = 8 << 20;
    TRY(auto const bytes, whatsapp::inflate(deflated, kMost));
    e2e::LidMigrationPayload payload;
    TRY_OK(parse_bounded(bytes, payload));
    std::vector<LidPair> out;
    for (auto const& one : payload.mappings()) {
        auto const lid = one.latest_lid() != 0 ? one.latest_lid() : one.assigned_lid();
        if (one.pn() == 0 || lid == 0) continue;
        out.push_back({.phone = {.user = Text{std::to_string(one.pn())}, .server = Server::user},
                       .lid = {.user = Text{std::to_string(lid)}, .server = Server::lid}});
    }
    return out;
}

}   // namespace waqtor::whatsapp::messaging
