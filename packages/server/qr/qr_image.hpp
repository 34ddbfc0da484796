#pragma once
#include "core/base/result.hpp"

#include <string>

namespace waqtor {

/// A QR code (error correction M) with a quiet zone of four modules. Code::too_large for more text than a QR code holds.
/// PNG: one bit a pixel, eight pixels a module. SVG: one unit a module, scales to its box.
Result<std::string> qr_png(std::string const& text);
Result<std::string> qr_svg(std::string const& text);
/// Two modules a character with half blocks, dark on light, for terminals.
Result<std::string> qr_terminal(std::string const& text);

}   // namespace waqtor
