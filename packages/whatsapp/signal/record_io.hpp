#pragma once
#include "whatsapp/crypto/curve.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp::signal {

/// Writes the fields of a stored record one after the other; numbers big-endian.
class RecordWriter {
public:
    explicit RecordWriter(std::uint8_t version) {
        out_.reserve(512);   // a session without skipped keys
        u8(version);
    }

    void u8(std::size_t value) { bytes(big_endian<1>(value)); }
    void u16(std::size_t value) { bytes(big_endian<2>(value)); }
    void u32(std::uint32_t value) { bytes(big_endian<4>(value)); }
    void bytes(ByteView value) {
        make_room(value.size());
        append(out_, value);
    }
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;

    /// A growing vector would leave copies of secret keys behind on the heap.
    void make_room(std::size_t size) {
        if (out_.capacity() - out_.size() >= size) return;
        Bytes larger;
        larger.reserve(2 * (out_.size() + size));
        append(larger, out_);
        crypto::wipe(out_);
        out_.swap(larger);
    }
};

/// Reads them back. After the first read beyond the end everything is zero and ok() is false, so that callers check once.
class RecordReader {
public:
    explicit RecordReader(ByteView bytes) : rest_{bytes} {}

    std::uint64_t number(std::size_t size) { return from_big_endian(take(size)); }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    crypto::Secret32 secret() { return crypto::secret32(take(32)); }
    crypto::PublicKey key() { return {to_array<32>(take(32))}; }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

private:
    ByteView rest_;
    bool ok_ = true;

    ByteView take(std::size_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        auto const taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
};

}   // namespace waqtor::whatsapp::signal
