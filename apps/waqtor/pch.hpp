#pragma once
#include <fmt/format.h>
#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>
