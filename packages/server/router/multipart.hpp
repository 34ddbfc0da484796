#pragma once
#include "core/base/result.hpp"

#include <string_view>
#include <vector>

namespace waqtor {

/// One part of a multipart/form-data body. Views into the body.
struct FormPart {
    std::string_view name;
    std::string_view file_name;   // as sent, empty when it is no file
    std::string_view content_type;
    std::string_view body;
};

/// Reads a multipart/form-data body (RFC 7578), at most 32 parts. Code::malformed when it is none.
Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body);

}   // namespace waqtor
