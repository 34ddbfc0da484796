#include "server/http/chunked.hpp"

#include <algorithm>
#include <charconv>

namespace waqtor {
namespace {
constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kMostOverhead = 16 * 1024;

std::unexpected<Error> refuse(std::string why) { return fail(Code::malformed, "The chunked body " + std::move(why)); }

bool visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}
}   // namespace

Result<void> ChunkedReader::read_size(std::string_view line, std::size_t so_far) {
    auto const digits = line.substr(0, line.find(';'));
    std::size_t size = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    auto const wrong = digits.empty() || digits.size() > 8 || error != std::errc{} || end != digits.data() + digits.size();
    if (wrong || !visible(line)) return refuse("has a size that is no hexadecimal number");
    overhead_ += line.size() - digits.size();
    if (overhead_ > kMostOverhead) return refuse("has too many extensions");
    if (size > limit_ || so_far > limit_ - size)
        return fail(Code::too_large, "The body is larger than the " + std::to_string(limit_) + " bytes allowed here");
    left_ = size;
    state_ = size == 0 ? State::trailer : State::data;
    return {};
}

Result<std::size_t> ChunkedReader::feed(std::string_view bytes, std::string& body) {
    auto const whole = bytes.size();
    while (state_ != State::done && !bytes.empty()) {
        if (state_ == State::data) {
            auto const part = bytes.substr(0, left_);
            body += part;
            left_ -= part.size();
            bytes.remove_prefix(part.size());
            if (left_ == 0) state_ = State::data_end;
            continue;
        }
        auto const line_feed = bytes.find('\n');
        if (line_feed == bytes.npos) {
            if (bytes.size() > (state_ == State::data_end ? 1 : kLongestLine + 1)) return refuse("has a line that is too long");
            break;
        }
        if (line_feed == 0 || bytes[line_feed - 1] != '\r') return refuse("has a line that does not end with CR LF");
        auto const line = bytes.substr(0, line_feed - 1);
        if (line.size() > kLongestLine) return refuse("has a line that is too long");
        if (state_ == State::size) {
            TRY_OK(read_size(line, body.size()));
        } else if (state_ == State::data_end) {
            if (!line.empty()) return refuse("has a chunk longer than its size");
            state_ = State::size;
        } else if (line.empty())
            state_ = State::done;
        else {
            overhead_ += line.size();
            auto const colon = line.find(':');
            if (overhead_ > kMostOverhead || colon == line.npos || colon == 0 || line.front() == ' ' || !visible(line))
                return refuse("has a trailer that cannot be read");
        }
        bytes.remove_prefix(line_feed + 1);
    }
    return whole - bytes.size();
}

}   // namespace waqtor
