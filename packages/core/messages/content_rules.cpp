#include "core/messages/content_rules.hpp"

#include "core/base/json.hpp"
#include "core/contacts/fold.hpp"

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

std::vector<std::string> search_words(std::string_view text) {
    std::vector<std::string> out;
    auto const all = fold(text);
    for (std::size_t at = 0; at < all.size() && out.size() < 8;) {
        auto const start = all.find_first_not_of(' ', at);
        if (start == all.npos) break;
        at = std::min(all.find_first_of(' ', start), all.size());
        out.push_back(all.substr(start, at - start));
    }
    return out;
}

}   // namespace waqtor
