#include "core/messages/zone.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <vector>

namespace waqtor {
namespace {

/// The changes of one zone, as RFC 8536 files tell them.
struct Zone {
    std::vector<std::int64_t> changes;   // seconds since 1970, rising
    std::vector<std::int64_t> offsets;   // one more: the first is before all changes
};

class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}
    bool failed() const { return failed_; }
    std::int64_t number(std::size_t bytes) {
        if (text_.size() < bytes) return failed_ = true, 0;
        std::uint64_t out = (text_.front() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
        for (auto c : text_.substr(0, bytes)) out = (out << 8) | static_cast<unsigned char>(c);
        text_.remove_prefix(bytes);
        return static_cast<std::int64_t>(out);
    }
    void skip(std::int64_t bytes) {
        if (bytes < 0 || std::cmp_less(text_.size(), bytes)) return void(failed_ = true);
        text_.remove_prefix(static_cast<std::size_t>(bytes));
    }
    bool take(std::string_view word) {
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }

private:
    std::string_view text_;
    bool failed_ = false;
};

struct Counts {
    std::int64_t utc, standard, leaps, times, types, letters;
};

std::optional<Counts> header(Reader& in) {
    if (!in.take("TZif")) return std::nullopt;
    in.skip(16);
    Counts out{};
    for (auto* count : {&out.utc, &out.standard, &out.leaps, &out.times, &out.types, &out.letters}) *count = in.number(4);
    if (in.failed() || out.times > 10'000 || out.types < 1 || out.types > 256) return std::nullopt;
    return out;
}

std::optional<Zone> parse(std::string_view file) {
    Reader in{file};
    auto counts = header(in);
    if (!counts) return std::nullopt;
    // The first block has 32-bit times for old readers; the second one has what we want.
    in.skip(counts->times * 5 + counts->types * 6 + counts->letters + counts->leaps * 8 + counts->standard + counts->utc);
    counts = header(in);
    if (!counts) return std::nullopt;
    Zone out;
    for (std::int64_t i = 0; i < counts->times; ++i) out.changes.push_back(in.number(8));
    std::vector<std::size_t> kinds;
    for (std::int64_t i = 0; i < counts->times; ++i) kinds.push_back(static_cast<std::size_t>(in.number(1) & 0xff));
    std::vector<std::int64_t> types;
    for (std::int64_t i = 0; i < counts->types; ++i) {
        types.push_back(in.number(4));
        in.skip(2);
    }
    if (in.failed()) return std::nullopt;
    out.offsets.push_back(types.front());
    for (auto kind : kinds) {
        if (kind >= types.size()) return std::nullopt;
        out.offsets.push_back(types[kind]);
    }
    return out;
}

bool is_name(std::string_view zone) {
    return !zone.empty() && zone.size() < 64 && zone.front() != '/' && !zone.contains("..") &&
           std::ranges::all_of(
               zone, [](unsigned char c) { return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+'; });
}

Zone load(std::string const& zone) {
    auto const* folder = std::getenv("TZDIR");
    std::ifstream in{std::string{folder ? folder : "/usr/share/zoneinfo"} + "/" + zone, std::ios::binary};
    auto const bytes = std::string{std::istreambuf_iterator<char>{in}, {}};
    return parse(bytes).value_or(Zone{{}, {0}});
}
}   // namespace

std::chrono::seconds zone_offset(std::string_view zone, Timestamp at) {
    if (!is_name(zone)) return std::chrono::seconds{0};
    thread_local std::unordered_map<std::string, Zone> known;   // at most as many as there are zones
    auto const name = std::string{zone};
    auto found = known.find(name);
    if (found == known.end()) {
        if (known.size() > 1000) known.clear();
        found = known.emplace(name, load(name)).first;
    }
    auto const& [changes, offsets] = found->second;
    auto const seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    auto const index = std::ranges::upper_bound(changes, seconds) - changes.begin();
    return std::chrono::seconds{offsets[static_cast<std::size_t>(index)]};
}

}   // namespace waqtor
