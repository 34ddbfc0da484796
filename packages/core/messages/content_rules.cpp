#include "core/messages/content_rules.hpp"

#include "core/base/json.hpp"

namespace waqtor {
namespace {

bool is_media(MessageType type) {
    switch (type) {
        case MessageType::image:
        case MessageType::video:
        case MessageType::gif:
        case MessageType::voice:
        case MessageType::audio:
        case MessageType::document:
        case MessageType::sticker: return true;
        default: return false;
    }
}

bool has_text(Content const& content) { return content.text && !content.text->empty(); }

struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1;
};

/// The code point at the front of valid UTF-8; a broken byte stands for itself.
CodePoint next(std::string_view text) {
    auto const first = static_cast<unsigned char>(text.front());
    auto const length = first < 0x80 ? 1U : first < 0xe0 ? 2U : first < 0xf0 ? 3U : 4U;
    if (length == 1 || text.size() < length) return {first, 1};
    char32_t value = first & (0xff >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) value = (value << 6) | (static_cast<unsigned char>(text[i]) & 0x3f);
    return {value, length};
}

void put(std::string& out, char32_t c) {
    if (c < 0x80)
        out += static_cast<char>(c);
    else if (c < 0x800) {
        out += static_cast<char>(0xc0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

/// 0 leaves the character out.
char32_t folded(char32_t c) {
    if (c >= U'A' && c <= U'Z') return c + 32;
    if (c < 0x80) return c;
    if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;    // À … Þ
    if (c >= 0x391 && c <= 0x3a9) return c + 32;               // Greek
    if (c >= 0x410 && c <= 0x42f) return c + 32;               // Cyrillic
    if ((c >= 0x64b && c <= 0x65f) || c == 0x670) return 0;    // vowel signs
    if (c == 0x640) return 0;                                  // lengthening
    if (c >= 0x200b && c <= 0x200f) return 0;                  // invisible marks
    if (c >= 0x660 && c <= 0x669) return U'0' + (c - 0x660);   // Arabic-Indic digits
    if (c >= 0x6f0 && c <= 0x6f9) return U'0' + (c - 0x6f0);   // the Persian ones
    switch (c) {
        case 0x622:
        case 0x623:
        case 0x625:
        case 0x671: return 0x627;   // alef
        case 0x649:
        case 0x626:
        case 0x6cc: return 0x64a;   // yaa
        case 0x624: return 0x648;   // waw
        case 0x629: return 0x647;   // taa marbuta as haa
        case 0x6a9: return 0x643;   // kaf
        default: return c;
    }
}
}   // namespace

Result<void> check_content(Content const& content) {
    Problems problems;
    auto const need = [&](bool there, std::string const& field) {
        if (!there) problems.add(field, "is required for this type");
    };
    if (is_media(content.type)) need(content.media.has_value(), "media");
    switch (content.type) {
        case MessageType::text: need(has_text(content), "text"); break;
        case MessageType::location: need(content.location.has_value(), "location"); break;
        case MessageType::contact: need(content.contacts && !content.contacts->empty(), "contacts"); break;
        case MessageType::poll: need(content.poll.has_value(), "poll"); break;
        case MessageType::poll_vote:
            need(content.target.has_value(), "target");
            need(content.choices.has_value(), "choices");
            break;
        case MessageType::reaction:
            need(content.target.has_value(), "target");
            need(content.emoji.has_value(), "emoji");
            break;
        case MessageType::edit:
            need(content.target.has_value(), "target");
            need(has_text(content), "text");
            break;
        case MessageType::revoke: need(content.target.has_value(), "target"); break;
        case MessageType::placeholder:
        case MessageType::unsupported: problems.add("type", "cannot be sent"); break;
        default: break;
    }
    if (content.poll) {
        auto const& poll = *content.poll;
        if (poll.most > std::ssize(poll.choices)) problems.add("poll.most", "is more than there are choices");
        for (std::size_t i = 0; i < poll.choices.size(); ++i) {
            auto const at = "poll.choices[" + std::to_string(i) + "]";
            if (poll.choices[i].empty() || poll.choices[i].size() > 400) problems.add(at, "length must be 1..100");
            if (std::ranges::find(poll.choices.begin(), poll.choices.begin() + static_cast<std::ptrdiff_t>(i), poll.choices[i]) !=
                poll.choices.begin() + static_cast<std::ptrdiff_t>(i))
                problems.add(at, "stands there twice");
        }
    }
    if (problems.any()) return std::move(problems).error();
    return {};
}

std::string content_text(Content const& content) { return json::serialize(write_json(content)); }

Content content_from(std::string_view stored) {
    auto const parsed = parse_json(stored);
    Problems ignored;
    auto read = parsed ? read_json<Content>(*parsed, nullptr, "", ignored) : std::nullopt;
    return read ? *std::move(read) : Content{.type = MessageType::unsupported};
}

std::string searchable(Content const& content) {
    std::string all = content.text.value_or("");
    auto const add = [&](std::optional<std::string> const& text) {
        if (text && !text->empty()) all += (all.empty() ? "" : "\n") + *text;
    };
    if (content.media) add(content.media->name);
    if (content.location) add(content.location->name), add(content.location->address);
    if (content.poll) {
        add(content.poll->question);
        for (auto const& choice : content.poll->choices) add(choice);
    }
    if (content.contacts)
        for (auto const& card : *content.contacts) add(card.name);
    return fold(std::string_view{all}.substr(0, 16'384));
}

std::string fold(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        auto const [value, length] = next(text);
        if (length == 1 && value >= 0x80)
            ;   // a byte that is no character, as where a text was cut
        else if (auto const c = folded(value); c != 0)
            put(out, c);
        text.remove_prefix(length);
    }
    return out;
}

std::vector<std::string> search_words(std::string_view text) {
    std::vector<std::string> out;
    auto const all = fold(text);
    for (std::size_t at = 0; at < all.size() && out.size() < 8;) {
        auto const start = all.find_first_not_of(" \t\r\n", at);
        if (start == all.npos) break;
        at = std::min(all.find_first_of(" \t\r\n", start), all.size());
        out.push_back(all.substr(start, at - start));
    }
    return out;
}

}   // namespace waqtor
