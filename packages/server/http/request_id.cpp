#include "server/http/request_id.hpp"

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace waqtor {
namespace {

/// Random bytes in stock for one thread: one system call for 400 requests instead of one each.
class Stock {
public:
    unsigned char const* take() {
        if (left_ < kTake) {
            randombytes_buf(bytes_.data(), bytes_.size());
            left_ = bytes_.size();
        }
        left_ -= kTake;
        return bytes_.data() + left_;
    }

private:
    static constexpr std::size_t kTake = 10;
    std::array<unsigned char, 400 * kTake> bytes_{};
    std::size_t left_ = 0;
};
}   // namespace

void make_request_id(std::string& out) {
    static thread_local Stock stock;
    std::array<unsigned char, 16> id{};
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    for (unsigned i = 0; i < 6; ++i) id[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(now) >> (40 - 8 * i));
    std::memcpy(id.data() + 6, stock.take(), 10);
    id[6] = static_cast<unsigned char>((id[6] & 0x0f) | 0x70);
    id[8] = static_cast<unsigned char>((id[8] & 0x3f) | 0x80);
    constexpr char kHex[] = "0123456789abcdef";
    out.resize(36);
    auto* at = out.data();
    for (unsigned i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
        *at++ = kHex[id[i] >> 4];
        *at++ = kHex[id[i] & 15];
    }
}

}   // namespace waqtor
