#pragma once
#include "core/base/result.hpp"
#include "server/http/message.hpp"

#include <optional>

namespace waqtor {

/// What stands before a request's body, read strictly (RFC 9112): what another parser could read in another way is refused.
struct Head {
    Method method = Method::get;
    std::string_view method_text;
    std::string_view target;
    std::string_view host;
    std::string_view request_id;   // the client's, when it is a plain word of at most 64 characters
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    bool old = false;   // HTTP/1.0
    bool expects_continue = false;

    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

inline constexpr std::size_t kMostHeaders = 100;

/// `block` ends with the empty line. The views in `headers` and the result point into it. Code::malformed for: another line end
/// than CR LF, folded lines, white space before a colon, control characters, a version other than 1.0 and 1.1, Host missing or
/// twice, Content-Length that is twice, no number, or beside Transfer-Encoding, and every Transfer-Encoding but one "chunked".
/// Code::headers_too_large for more than kMostHeaders.
Result<Head> parse_head(std::string_view block, std::vector<HeaderView>& headers);

/// Finds the end of a head in bytes that come in pieces.
class HeadScanner {
public:
    enum class Found : std::uint8_t { more, whole, bare_line_feed };
    /// `bytes` from the head's start, more each time. When `whole`, size() is the length with the empty line.
    Found scan(std::string_view bytes);
    std::size_t size() const { return line_start_; }
    /// Nothing of the first line's end was seen yet.
    bool in_first_line() const { return line_start_ == 0; }
    void reset() { line_start_ = scanned_ = 0; }

private:
    std::size_t line_start_ = 0;
    std::size_t scanned_ = 0;
};

}   // namespace waqtor
