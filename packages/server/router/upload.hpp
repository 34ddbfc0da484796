#pragma once
#include "core/base/result.hpp"
#include "server/http/message.hpp"

#include <map>
#include <optional>

namespace waqtor {

/// A file that came, as the body itself or as the part "file" of a form, with the query's or the form's other fields.
struct Upload {
    std::string bytes;
    std::string mime_type;
    std::optional<std::string> name{};
    std::map<std::string, std::string, std::less<>> fields{};

    /// Empty when it was not given.
    std::string field(std::string_view which) const;
};

/// Code::invalid (field "file") for a form without one.
Result<Upload> read_upload(Request const& request);

}   // namespace waqtor
