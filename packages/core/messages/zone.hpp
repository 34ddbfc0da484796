#pragma once
#include "core/base/time.hpp"

#include <string_view>

namespace waqtor {

/// How far a time zone (IANA name) is from UTC at a time, from the machine's own tables. Zero for a zone that is not known.
std::chrono::seconds zone_offset(std::string_view zone, Timestamp at);

}   // namespace waqtor
