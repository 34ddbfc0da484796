#include "server/router/upload.hpp"

#include "server/http/target.hpp"
#include "server/router/multipart.hpp"

namespace waqtor {

Result<Upload> read_upload(Request const& request) {
    auto const type = request.header("content-type");
    Upload out;
    if (!same_ignoring_case(type.substr(0, type.find(';')), "multipart/form-data")) {
        out.bytes = request.body;
        out.mime_type = type;
        TRY(auto const query, parse_query(request.query));
        for (auto const& [name, value] : query) out.fields.emplace(name, value);
        if (auto const name = out.fields.find("name"); name != out.fields.end()) out.name = name->second.substr(0, 255);
        return out;
    }
    TRY(auto const parts, parse_form(type, request.body));
    auto found = false;
    for (auto const& part : parts) {
        if (part.name == "file" && !found) {
            found = true;
            out.bytes = part.body;
            out.mime_type = part.content_type;
            if (!part.file_name.empty()) out.name = std::string{part.file_name.substr(0, 255)};
        } else
            out.fields.emplace(part.name, part.body);
    }
    if (!found) return invalid("file", "is required");
    return out;
}

std::string Upload::field(std::string_view which) const {
    auto const at = fields.find(which);
    return at == fields.end() ? std::string{} : at->second;
}

}   // namespace waqtor
