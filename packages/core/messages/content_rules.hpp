#pragma once
#include "core/messages/content.hpp"

namespace waqtor {

/// Has a message what its type needs? Code::invalid names what is missing or too much.
Result<void> check_content(Content const& content);

/// The stored text of a content, and back. Stored content is never refused for its limits: what came in is what it is.
std::string content_text(Content const& content);
Content content_from(std::string_view stored);

/// Everything in it that people may search for, folded (core/contacts/fold.hpp).
std::string searchable(Content const& content);

/// The folded words of a search, at most 8.
std::vector<std::string> search_words(std::string_view text);

}   // namespace waqtor
