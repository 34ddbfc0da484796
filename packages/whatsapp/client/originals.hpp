#pragma once
#include "whatsapp/client/context.hpp"
#include "whatsapp/messaging/content_codec.hpp"

#include <deque>

namespace waqtor::whatsapp {

/// What is kept of messages so that votes on them and sealed edits of them can be read and written. On the session's strand.
class Originals {
public:
    explicit Originals(Context& context) : context_{context} {}

    /// Nothing when it is not known (any more).
    Task<std::optional<messaging::Original>> find(std::string id);
    /// Keeps with the draft what a message that came carries.
    void keep(Draft& draft, std::string const& id, messaging::Original original);
    /// Reads a message; what is sealed with another one's secret is opened when that one is known.
    Task<messaging::Decoded> decode(Bytes message, messaging::DecodeContext context);

private:
    static constexpr std::size_t kMostRecent = 64;
    struct Recent {
        std::string id;
        messaging::Original original;
    };
    Context& context_;
    std::deque<Recent> recent_;   // may not be on disk yet: a poll and its votes can come together
};

/// Keeps it in a transaction; the first of an id stays.
Draft::Work keep_original(Context& context, std::string id, messaging::Original const& original);

}   // namespace waqtor::whatsapp
