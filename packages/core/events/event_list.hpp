#pragma once
#include "core/base/json.hpp"

namespace waqtor {

/// Every event of every feature with its version, meaning and schema: what api/events.json holds.
json::object describe_events();

}   // namespace waqtor
