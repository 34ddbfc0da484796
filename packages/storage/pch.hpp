#pragma once
#include "core/base/database.hpp"
#include "core/base/json.hpp"

#include <fmt/format.h>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
