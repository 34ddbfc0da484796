#pragma once
#include <string>

namespace waqtor {

/// Writes a new UUID (version 7) into `out`.
void make_request_id(std::string& out);

}   // namespace waqtor
