#include "server/realtime/codec/frame_reader.hpp"

#include "server/realtime/codec/deflate.hpp"

#include <algorithm>
#include <cstring>

namespace waqtor::realtime {
namespace {
constexpr std::size_t kKeep = 4096;   // larger buffers are given back after a message

std::unexpected<Violation> broken(std::string_view why) { return std::unexpected(Violation{CloseCode::protocol_error, why}); }

bool is_control(Opcode opcode) { return static_cast<unsigned>(opcode) >= 8; }

bool is_known(unsigned opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

void give_back(std::string& buffer) {
    if (buffer.capacity() > kKeep)
        std::string{}.swap(buffer);
    else
        buffer.clear();
}

std::size_t head_bytes(unsigned second) {
    auto const length = second & 0x7fU;
    return 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U) + (second & 0x80U ? 4U : 0U);
}
}   // namespace

FrameReader::Step FrameReader::next(std::span<char>& in, Inflater* inflater) {
    if (given_) {
        give_back(control_);
        if (opcode_ == Opcode::continuation) give_back(message_);
        given_ = false;
    }
    while (true) {
        if (!in_frame_) {
            auto const whole = take_head(in, inflater != nullptr);
            if (!whole) return std::unexpected(whole.error());
            if (!*whole) return std::nullopt;
        }
        auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
        auto const part = in.first(size);
        in = in.subspan(size);
        if (from_ == From::client) apply_mask(part.data(), size, key_, key_offset_);
        key_offset_ = (key_offset_ + size) % 4;
        left_ -= size;
        auto const text = std::string_view{part.data(), size};
        auto step = is_control(frame_) ? control(text) : data(text, inflater);
        if (!step || *step || left_ > 0) return step;
    }
}

/// True once the frame's first bytes are there and allowed.
std::expected<bool, Violation> FrameReader::take_head(std::span<char>& in, bool may_compress) {
    auto const wanted = [&] { return head_size_ < 2 ? std::size_t{2} : head_bytes(head_[1]); };
    while (head_size_ < wanted()) {
        auto const size = std::min(wanted() - head_size_, in.size());
        if (size == 0) return false;
        std::memcpy(head_.data() + head_size_, in.data(), size);
        head_size_ = static_cast<std::uint8_t>(head_size_ + size);
        in = in.subspan(size);
        // What the first two bytes give away is refused before more is waited for.
        if (head_size_ != 2) continue;
        auto const first = head_[0];
        if (!is_known(first & 0x0fU)) return broken("unknown opcode");
        frame_ = static_cast<Opcode>(first & 0x0fU);
        fin_ = (first & 0x80U) != 0;
        if (auto checked = check_head(may_compress, (first & 0x40U) != 0, (first & 0x30U) != 0, (head_[1] & 0x80U) != 0); !checked)
            return std::unexpected(checked.error());
    }
    auto const short_length = head_[1] & 0x7fU;
    auto const extra = short_length == 126 ? 2U : short_length == 127 ? 8U : 0U;
    left_ = extra ? 0 : short_length;
    for (auto i = 0U; i < extra; ++i) left_ = left_ << 8 | head_[2 + i];
    if ((extra == 2 && left_ < 126) || (extra == 8 && (left_ <= 0xffff || left_ >> 63)))
        return broken("a length is not written in the shortest way");
    if (from_ == From::client) std::memcpy(&key_, head_.data() + 2 + extra, 4);
    key_offset_ = 0;
    head_size_ = 0;
    in_frame_ = true;
    if (!is_control(frame_) && left_ > limits_.message - std::min(message_.size(), limits_.message))
        return std::unexpected(Violation{CloseCode::too_big, "the message is too big"});
    return true;
}

std::expected<void, Violation> FrameReader::check_head(bool may_compress, bool rsv1, bool rsv23, bool masked) {
    if (rsv23 || (rsv1 && !may_compress)) return broken("a reserved bit is set");
    if (masked != (from_ == From::client)) return broken(masked ? "a server's frame is masked" : "a client's frame is not masked");
    if (is_control(frame_)) return check_control(fin_, rsv1);
    if (frame_ == Opcode::continuation) {
        if (opcode_ == Opcode::continuation) return broken("a continuation without a message");
        if (rsv1) return broken("a reserved bit is set");
        if (++fragments_ > limits_.fragments) return std::unexpected(Violation{CloseCode::policy, "too many fragments"});
        return {};
    }
    if (opcode_ != Opcode::continuation) return broken("a new message inside another");
    opcode_ = frame_;
    compressed_ = rsv1;
    fragments_ = 1;
    utf8_ = {};
    return {};
}

std::expected<void, Violation> FrameReader::check_control(bool fin, bool rsv1) {
    if (!fin) return broken("a control frame in fragments");
    if (rsv1) return broken("a reserved bit is set");
    if ((head_[1] & 0x7fU) > kMostControlBytes) return broken("a control frame is too long");
    return {};
}

FrameReader::Step FrameReader::control(std::string_view part) {
    auto payload = part;
    if (left_ > 0 || !control_.empty()) {
        control_ += part;
        if (left_ > 0) return std::nullopt;
        payload = control_;
        given_ = true;
    }
    in_frame_ = false;
    if (frame_ == Opcode::close) return close_frame(payload);
    return Incoming{frame_, payload};
}

FrameReader::Step FrameReader::close_frame(std::string_view payload) {
    if (payload.size() == 1) return broken("a close frame with half a code");
    if (payload.size() >= 2) {
        auto const code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
        if (!may_be_sent(static_cast<std::uint16_t>(code))) return broken("a close code that may not be sent");
        Utf8Check reason;
        if (!reason.feed(payload.substr(2)) || !reason.complete())
            return std::unexpected(Violation{CloseCode::bad_data, "a close reason is not UTF-8"});
    }
    return Incoming{Opcode::close, payload};
}

FrameReader::Step FrameReader::data(std::string_view part, Inflater* inflater) {
    if (opcode_ == Opcode::text && !compressed_ && !utf8_.feed(part))
        return std::unexpected(Violation{CloseCode::bad_data, "the text is not UTF-8"});
    auto const ended = left_ == 0 && fin_;
    if (left_ == 0) in_frame_ = false;
    if (ended && message_.empty()) return finish(part, inflater);
    message_ += part;
    if (!ended) return std::nullopt;
    given_ = true;
    return finish(message_, inflater);
}

FrameReader::Step FrameReader::finish(std::string_view whole, Inflater* inflater) {
    auto const opcode = opcode_;
    opcode_ = Opcode::continuation;
    if (!compressed_) {
        if (opcode == Opcode::text && !utf8_.complete())
            return std::unexpected(Violation{CloseCode::bad_data, "the text is not UTF-8"});
        return Incoming{opcode, whole};
    }
    auto text = inflater->expand(whole, limits_.message);
    if (!text)
        return std::unexpected(text.error() == InflateProblem::too_big
                                   ? Violation{CloseCode::too_big, "the message is too big"}
                                   : Violation{CloseCode::bad_data, "the compressed data is damaged"});
    message_ = *std::move(text);
    given_ = true;
    Utf8Check check;
    if (opcode == Opcode::text && (!check.feed(message_) || !check.complete()))
        return std::unexpected(Violation{CloseCode::bad_data, "the text is not UTF-8"});
    return Incoming{opcode, message_};
}

}   // namespace waqtor::realtime
