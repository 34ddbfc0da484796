#pragma once
#include "server/http/chunked.hpp"
#include "server/http/head_parser.hpp"

#include <chrono>

namespace waqtor {

/// Puts the body of a request together as its bytes come, by its length or in chunks, and never more of it than `limit`.
class BodyReader {
public:
    /// `into` is emptied and must outlive the reader. Code::too_large when the head alone says that it is.
    static Result<BodyReader> make(Head const& head, std::size_t limit, std::string& into);

    /// Consumes a prefix of `bytes` and returns its size; what is left must come again with more behind it. Code::malformed,
    /// Code::too_large.
    Result<std::size_t> feed(std::string_view bytes);
    bool done() const { return length_ ? body_.size() == *length_ : chunks_.done(); }

    /// The time that what has arrived adds to what a body may take: a large one may come slowly, a drip may not.
    std::chrono::seconds earned() const;

private:
    BodyReader(std::optional<std::size_t> length, std::size_t limit, std::string& into)
        : length_{length}, chunks_{limit}, body_{into} {}

    std::optional<std::size_t> length_;   // none: in chunks
    ChunkedReader chunks_;
    std::string& body_;
};

}   // namespace waqtor
