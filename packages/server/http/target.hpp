#pragma once
#include "core/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

/// The two halves of an origin-form request target.
struct Target {
    std::string_view path;    // decoded; points into the target, or into the scratch text when something was encoded
    std::string_view query;   // as sent
};

/// Splits and decodes "/a%20b?x=1". Refused with Code::malformed: another form than "/…" or "*", bytes that may not stand in a
/// target, encodings that are broken, not UTF-8 or hide a control character, '/' or '\', and the segments "." and "..".
Result<Target> parse_target(std::string_view target, std::string& scratch);

struct QueryField {
    std::string name;
    std::string value;
};

/// "a=1&b=x+y" decoded, in order. Code::malformed for broken encodings, control characters and text that is not UTF-8.
Result<std::vector<QueryField>> parse_query(std::string_view query);

bool is_utf8(std::string_view text);

}   // namespace waqtor
