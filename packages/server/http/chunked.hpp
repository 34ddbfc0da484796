#pragma once
#include "core/base/result.hpp"

#include <string>
#include <string_view>

namespace waqtor {

/// Takes a chunked body apart (RFC 9112 §7.1) as its bytes come. Strict: sizes are hexadecimal digits and nothing else before ';'
/// or the line end, lines end with CR LF, extensions and trailers are bounded and dropped.
class ChunkedReader {
public:
    explicit ChunkedReader(std::size_t limit) : limit_{limit} {}

    /// Consumes a prefix of `bytes`, appends what it holds to `body` and returns the number consumed; it may leave an unfinished
    /// line, which must come again with more behind it. Code::malformed, or Code::too_large beyond the limit.
    Result<std::size_t> feed(std::string_view bytes, std::string& body);
    bool done() const { return state_ == State::done; }

private:
    enum class State : std::uint8_t { size, data, data_end, trailer, done };
    Result<void> read_size(std::string_view line, std::size_t so_far);

    std::size_t limit_;
    std::size_t left_ = 0;       // of the chunk
    std::size_t overhead_ = 0;   // bytes of extensions and trailers
    State state_ = State::size;
};

}   // namespace waqtor
