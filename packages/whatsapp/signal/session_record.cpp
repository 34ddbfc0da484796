#include "whatsapp/signal/record_io.hpp"
#include "whatsapp/signal/session.hpp"

namespace waqtor::whatsapp::signal {

namespace {

// Version 1: count of states, the current one first, 1 byte saying whether there is a current one.
constexpr std::uint8_t kVersion = 1;

enum class PendingForm : std::uint8_t { none, signed_only, with_one_time };

PendingForm form_of(SessionState const& state) {
    if (!state.pending) return PendingForm::none;
    return state.pending->prekey_id ? PendingForm::with_one_time : PendingForm::signed_only;
}

void write(RecordWriter& out, Chain const& chain) {
    out.bytes(chain.key());
    out.u32(chain.index());
}

Chain read_chain(RecordReader& in) {
    auto key = in.secret();
    return Chain{std::move(key), in.u32()};
}

void write(RecordWriter& out, SessionState const& state) {
    out.bytes(state.remote_identity);
    out.bytes(state.base_key);
    out.u32(state.remote_registration_id);
    out.bytes(state.root_key);
    out.bytes(state.ratchet.secret);
    out.bytes(state.ratchet.pub);
    write(out, state.sending);
    out.u32(state.previous_counter);
    out.u8(static_cast<std::size_t>(form_of(state)));
    if (state.pending) {
        out.u32(state.pending->signed_prekey_id);
        if (state.pending->prekey_id) out.u32(*state.pending->prekey_id);
    }
    out.u8(state.receiving.size());
    for (auto const& receiving : state.receiving) {
        out.bytes(receiving.ratchet_key);
        write(out, receiving.chain.chain);
        out.u16(receiving.chain.skipped.size());
        for (auto const& skipped : receiving.chain.skipped) {
            out.u32(skipped.index);
            out.bytes(skipped.seed);
        }
    }
}

bool read_receiving(RecordReader& in, SessionState::Receiving& out) {
    out.ratchet_key = in.key();
    out.chain.chain = read_chain(in);
    auto const count = in.u16();
    if (count > kMostSkipped || count > in.left() / 36) return false;
    out.chain.skipped.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
        auto const index = in.u32();
        out.chain.skipped.push_back({index, in.secret()});
    }
    return in.ok();
}

bool read(RecordReader& in, SessionState& out) {
    out.remote_identity = in.key();
    out.base_key = in.key();
    out.remote_registration_id = in.u32();
    out.root_key = in.secret();
    out.ratchet.secret = in.secret();
    out.ratchet.pub = in.key();
    out.sending = read_chain(in);
    out.previous_counter = in.u32();
    auto const form = in.u8();
    if (form > static_cast<std::uint8_t>(PendingForm::with_one_time)) return false;
    if (form != static_cast<std::uint8_t>(PendingForm::none)) {
        out.pending = SessionState::Pending{{}, in.u32()};
        if (form == static_cast<std::uint8_t>(PendingForm::with_one_time)) out.pending->prekey_id = in.u32();
    }
    auto const chains = in.u8();
    if (!in.ok() || chains > kMostReceivingChains) return false;
    out.receiving.resize(chains);
    return std::ranges::all_of(out.receiving, [&](auto& receiving) { return read_receiving(in, receiving); });
}

}   // namespace

Bytes SessionRecord::serialize() const {
    RecordWriter out{kVersion};
    out.u8(current_ ? 1 : 0);
    out.u8(archived_.size());
    if (current_) write(out, *current_);
    for (auto const& state : archived_) write(out, state);
    return out.take();
}

Result<SessionRecord> SessionRecord::parse(ByteView bytes) {
    auto const broken = [] { return refuse(Refusal::malformed, "a stored session cannot be read"); };
    RecordReader in{bytes};
    if (in.u8() != kVersion) return broken();
    auto const has_current = in.u8();
    auto const archived = in.u8();
    if (!in.ok() || has_current > 1 || archived > kMostArchived) return broken();
    SessionRecord record;
    if (has_current == 1 && !read(in, record.current_.emplace())) return broken();
    record.archived_.resize(archived);
    for (auto& state : record.archived_)
        if (!read(in, state)) return broken();
    if (!in.done()) return broken();
    return record;
}

}   // namespace waqtor::whatsapp::signal
