#pragma once
#include "house.hpp"

namespace waqtor {

/// Who a command acts for: the first owner of the workspace (the only one, or the one named by its id or name).
/// Code::not_found when there is none, Code::invalid when there are several and none was named.
Result<Caller> local_caller(House& house, std::string const& workspace);

}   // namespace waqtor
