#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<std::uint8_t const>;

inline BytesView as_bytes(std::string_view text) { return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}; }

}   // namespace waqtor
