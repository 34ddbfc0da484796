#include "server/http/body_reader.hpp"

namespace waqtor {
namespace {
constexpr auto kSlowest = std::size_t{32} * 1024;   // bytes a second, on average after the usual time
}

Result<BodyReader> BodyReader::make(Head const& head, std::size_t limit, std::string& into) {
    into.clear();
    if (head.content_length.value_or(0) > limit)
        return fail(Code::too_large, "The body is larger than the " + std::to_string(limit) + " bytes allowed here");
    return BodyReader{head.chunked ? std::nullopt : std::optional<std::size_t>{head.content_length.value_or(0)}, limit, into};
}

Result<std::size_t> BodyReader::feed(std::string_view bytes) {
    if (!length_) return chunks_.feed(bytes, body_);
    auto const part = bytes.substr(0, *length_ - body_.size());
    body_ += part;
    return part.size();
}

std::chrono::seconds BodyReader::earned() const { return std::chrono::seconds{body_.size() / kSlowest}; }

}   // namespace waqtor
