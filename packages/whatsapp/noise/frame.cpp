#include "whatsapp/noise/frame.hpp"

#include "whatsapp/crypto/refusal.hpp"
#include "whatsapp/noise/symmetric.hpp"

namespace waqtor::whatsapp::noise {

namespace {
constexpr ByteArray<4> kRouting{'E', 'D', 0, 1};
constexpr std::size_t kLengthSize = 3;
}   // namespace

Bytes intro(ByteView routing_info) {
    if (routing_info.empty()) return to_bytes(kHeader);
    return concat({kRouting, big_endian<3>(routing_info.size()), routing_info, kHeader});
}

Result<void> append_frame(Bytes& out, ByteView payload) {
    if (payload.size() > kLargestFrame) return fail(Code::too_large, "a frame holds less than 16 MiB");
    out.reserve(out.size() + kLengthSize + payload.size());
    append(out, big_endian<kLengthSize>(payload.size()));
    append(out, payload);
    return {};
}

void FrameReader::feed(ByteView received) {
    if (done_ > 0) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(done_));
        done_ = 0;
    }
    drop_when_empty();
    append(buffer_, received);
}

void FrameReader::drop_when_empty() {
    if (done_ != buffer_.size()) return;
    Bytes{}.swap(buffer_);
    done_ = 0;
}

Result<std::optional<ByteView>> FrameReader::next() {
    if (intro_pending_) {
        TRY(auto const complete, read_intro());
        if (!complete) return std::nullopt;
    }
    auto const rest = ByteView{buffer_}.subspan(done_);
    if (rest.size() < kLengthSize) {
        drop_when_empty();
        return std::nullopt;
    }
    auto const size = static_cast<std::size_t>(from_big_endian(rest.first(kLengthSize)));
    if (size > largest_) return refuse(Refusal::limit, "a frame is larger than allowed");
    if (rest.size() < kLengthSize + size) return std::nullopt;
    done_ += kLengthSize + size;
    return rest.subspan(kLengthSize, size);
}

Result<bool> FrameReader::read_intro() {
    auto const starts = [](ByteView bytes, ByteView with) {
        return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), with.size())),
                          with.begin());
    };
    auto rest = ByteView{buffer_}.subspan(done_);
    auto const header_only = starts(rest, kHeader);
    if (!header_only && !starts(rest, kRouting)) return refuse(Refusal::malformed, "the connection does not start with WA 6 3");

    std::size_t size = 0;
    if (!header_only) {
        if (rest.size() < kRouting.size() + kLengthSize) return false;
        size = static_cast<std::size_t>(from_big_endian(rest.subspan(kRouting.size(), kLengthSize)));
        if (size > kLargestRoutingInfo) return refuse(Refusal::limit, "the routing information is larger than allowed");
        rest = rest.subspan(kRouting.size() + kLengthSize);
        if (rest.size() < size + kHeader.size()) return false;
        if (!starts(rest.subspan(size), kHeader)) return refuse(Refusal::malformed, "no WA 6 3 after the routing information");
        routing_info_ = to_bytes(rest.first(size));
        done_ += kRouting.size() + kLengthSize + size;
    } else if (rest.size() < kHeader.size()) {
        return false;
    }
    done_ += kHeader.size();
    intro_pending_ = false;
    return true;
}

}   // namespace waqtor::whatsapp::noise
