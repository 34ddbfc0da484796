#include "server/realtime/codec/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace waqtor::realtime {
namespace {
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};   // every message's, left out on the wire (RFC 7692 §7.2.1)
constexpr int kMemory = 8;
constexpr int kAtBlockEdge = 128;   // z_stream::data_type: no block is half read
constexpr std::size_t kFirstStep = 4096;

Bytef* bytes_of(char const* text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text)); }
}   // namespace

Deflater::Deflater(int level) : stream_{std::make_unique<z_stream>()} {
    if (deflateInit2(stream_.get(), level, Z_DEFLATED, -MAX_WBITS, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc{};
}

Deflater::~Deflater() {
    if (stream_) deflateEnd(stream_.get());
}
Deflater::Deflater(Deflater&&) noexcept = default;

std::string Deflater::compress(std::string_view text) {
    deflateReset(stream_.get());
    std::string out(deflateBound(stream_.get(), text.size()) + 16, '\0');
    stream_->next_in = bytes_of(text.data());
    stream_->avail_in = static_cast<uInt>(text.size());
    stream_->next_out = bytes_of(out.data());
    stream_->avail_out = static_cast<uInt>(out.size());
    deflate(stream_.get(), Z_SYNC_FLUSH);
    out.resize(out.size() - stream_->avail_out);
    if (out.ends_with(kTail)) out.resize(out.size() - kTail.size());
    if (out.size() >= text.size()) out.clear();
    return out;
}

Inflater::Inflater() : stream_{std::make_unique<z_stream>()} {
    if (inflateInit2(stream_.get(), -MAX_WBITS) != Z_OK) throw std::bad_alloc{};
}

Inflater::~Inflater() {
    if (stream_) inflateEnd(stream_.get());
}
Inflater::Inflater(Inflater&&) noexcept = default;

std::expected<std::string, InflateProblem> Inflater::expand(std::string_view payload, std::size_t limit) {
    inflateReset(stream_.get());
    std::string out;
    std::size_t made = 0;
    auto const feed = [&](std::string_view part) -> std::expected<void, InflateProblem> {
        stream_->next_in = bytes_of(part.data());
        stream_->avail_in = static_cast<uInt>(part.size());
        while (true) {
            if (made == out.size()) out.resize(std::min(std::max(kFirstStep, 2 * out.size()), limit + 1));
            stream_->next_out = bytes_of(out.data() + made);
            stream_->avail_out = static_cast<uInt>(out.size() - made);
            auto const code = inflate(stream_.get(), Z_SYNC_FLUSH);
            made = out.size() - stream_->avail_out;
            if (made > limit) return std::unexpected(InflateProblem::too_big);
            if (code == Z_STREAM_END) {   // a final block; another stream may follow (RFC 7692 §7.2.3.4)
                auto* const next = stream_->next_in;
                auto const left = stream_->avail_in;
                inflateReset(stream_.get());
                stream_->next_in = next;
                stream_->avail_in = left;
                if (left == 0) return {};
                continue;
            }
            if (code != Z_OK && code != Z_BUF_ERROR) return std::unexpected(InflateProblem::damaged);
            if (stream_->avail_in == 0 && stream_->avail_out > 0) return {};
        }
    };
    for (auto part : {payload, kTail})
        if (auto fed = feed(part); !fed) return std::unexpected(fed.error());
    if ((stream_->data_type & kAtBlockEdge) == 0) return std::unexpected(InflateProblem::damaged);   // the tail was taken for data
    out.resize(made);
    return out;
}

}   // namespace waqtor::realtime
