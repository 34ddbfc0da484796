#pragma once
#include "core/base/json.hpp"

namespace waqtor {

/// One of the many that WaQtor 2.3's bulk bodies name; fields without a row are variables of the text.
struct BulkRecipient {
    std::string phone;
    std::string message;
    std::map<std::string, std::string> rest{};
};
BOOST_DESCRIBE_STRUCT(BulkRecipient, (), (phone, message))
template <>
inline constexpr std::array kFields<BulkRecipient>{
    Field{"phone", "Number with country code", 1, 64, Format::single_line},
    Field{"message", "Text; {{name}} and {name} are replaced by the other fields", 1, 65536},
};

}   // namespace waqtor
