#include "server/http/head_parser.hpp"

#include "server/fuzz/fuzz.hpp"

using namespace waqtor;

namespace {

/// Where the head ends when the bytes come one by one.
HeadScanner::Found scan_slowly(std::string_view bytes, HeadScanner& scanner) {
    for (std::size_t size = 1; size <= bytes.size(); ++size)
        if (auto const found = scanner.scan(bytes.substr(0, size)); found != HeadScanner::Found::more) return found;
    return HeadScanner::Found::more;
}

/// The head as we read it, written plainly.
std::string written(Head const& head, std::vector<HeaderView> const& headers) {
    auto out = std::string{head.method_text} + ' ' + std::string{head.target} + (head.old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    for (auto const& [name, value] : headers) out += std::string{name} + ": " + std::string{value} + "\r\n";
    return out + "\r\n";
}

bool same(HeaderView const& one, HeaderView const& other) { return one.name == other.name && one.value == other.value; }
}   // namespace

/// A request's head: it ends at the same place however it arrives, and what is accepted means the same written plainly.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bytes = fuzz::text_of(data, size);
    HeadScanner at_once;
    HeadScanner slowly;
    auto const found = at_once.scan(bytes);
    fuzz::must(found == scan_slowly(bytes, slowly));
    if (found != HeadScanner::Found::whole) return 0;
    fuzz::must(at_once.size() == slowly.size() && at_once.size() <= size);

    std::vector<HeaderView> headers;
    auto const head = parse_head(bytes.substr(0, at_once.size()), headers);
    if (!head) return 0;
    fuzz::must(!(head->chunked && head->content_length));
    fuzz::must(headers.size() <= kMostHeaders);
    auto const plain = written(*head, headers);
    std::vector<HeaderView> headers_again;
    auto const again = parse_head(plain, headers_again);
    fuzz::must(again.has_value());
    fuzz::must(std::ranges::equal(headers, headers_again, same));
    fuzz::must(again->host == head->host && again->content_length == head->content_length && again->chunked == head->chunked &&
               again->keep_alive == head->keep_alive && again->request_id == head->request_id);
    return 0;
}
