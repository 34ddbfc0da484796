#include "server/router/multipart.hpp"

#include "server/http/message.hpp"

namespace waqtor {
namespace {
constexpr std::size_t kMostParts = 32;
constexpr std::size_t kLongestHead = 4096;

std::unexpected<Error> malformed(std::string what) { return fail(Code::malformed, "The form cannot be read: " + std::move(what)); }

std::string_view trimmed(std::string_view text) {
    auto const start = text.find_first_not_of(" \t");
    if (start == text.npos) return {};
    return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// `key` of "form-data; name=\"file\"; filename=\"a.png\"", or of a content type.
std::string_view parameter(std::string_view value, std::string_view key) {
    for (auto at = value.find(';'); at != value.npos;) {
        value.remove_prefix(at + 1);
        auto const equals = value.find('=');
        if (equals == value.npos) return {};
        auto const name = trimmed(value.substr(0, equals));
        auto rest = trimmed(value.substr(equals + 1));
        std::string_view text;
        if (rest.starts_with('"')) {
            auto const close = rest.find('"', 1);
            if (close == rest.npos) return {};
            text = rest.substr(1, close - 1);
            value = rest.substr(close + 1);
        } else {
            text = trimmed(rest.substr(0, rest.find(';')));
            value = rest.substr(text.size());
        }
        if (same_ignoring_case(name, key)) return text;
        at = value.find(';');
    }
    return {};
}

Result<FormPart> parse_part(std::string_view text) {
    auto const end = text.find("\r\n\r\n");
    if (end == text.npos || end > kLongestHead) return malformed("a part has no head");
    FormPart out;
    out.body = text.substr(end + 4);
    auto head = text.substr(0, end);
    while (!head.empty()) {
        auto const line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        auto const colon = line.find(':');
        if (colon == line.npos) return malformed("a part's head is broken");
        auto const name = line.substr(0, colon);
        auto const value = trimmed(line.substr(colon + 1));
        if (same_ignoring_case(name, "content-type")) out.content_type = value;
        if (!same_ignoring_case(name, "content-disposition")) continue;
        out.name = parameter(value, "name");
        out.file_name = parameter(value, "filename");
    }
    if (out.name.empty()) return malformed("a part has no name");
    return out;
}
}   // namespace

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
    auto const boundary = parameter(content_type, "boundary");
    if (boundary.empty() || boundary.size() > 70) return malformed("there is no boundary");
    auto const line = "--" + std::string{boundary};
    auto const between = "\r\n" + line;
    if (!body.starts_with(line)) return malformed("it does not start with its boundary");
    body.remove_prefix(line.size());
    std::vector<FormPart> out;
    while (!body.starts_with("--")) {
        if (!body.starts_with("\r\n")) return malformed("a boundary is broken");
        body.remove_prefix(2);
        auto const end = body.find(between);
        if (end == body.npos) return malformed("it has no end");
        if (out.size() == kMostParts) return malformed("it has too many parts");
        TRY(auto const part, parse_part(body.substr(0, end)));
        out.push_back(part);
        body.remove_prefix(end + between.size());
    }
    return out;
}

}   // namespace waqtor
