#include "whatsapp/binary/codec.hpp"
#include "whatsapp/binary/tags.hpp"
#include "whatsapp/binary/tokens.hpp"

#include <zlib.h>

#include <cassert>
#include <stdexcept>

namespace waqtor::whatsapp {

namespace {

/// The four bits of a character in a packed text, or nothing when the alphabet lacks it.
std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c == '-') return 10;
    if (c == '.') return 11;
    return std::nullopt;
}
std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

class Writer {
public:
    Bytes out{0};

    void node(Node const& node) {
        auto const has_content = !std::holds_alternative<std::monostate>(node.content);
        list(2 * node.attrs.size() + 1 + (has_content ? 1 : 0));
        text(node.tag);
        for (auto const& attr : node.attrs) {
            text(attr.key);
            if (auto const* address = attr.value.as_jid())
                jid(*address);
            else
                text(attr.value.as_text());
        }
        if (auto const* children = std::get_if<std::vector<Node>>(&node.content)) {
            list(children->size());
            for (auto const& child : *children) this->node(child);
        } else if (auto const* bytes = std::get_if<Bytes>(&node.content)) {
            raw(*bytes);
        } else if (auto const* words = std::get_if<Text>(&node.content)) {
            text(*words);
        }
    }

private:
    void byte(std::size_t value) { out.push_back(static_cast<std::uint8_t>(value)); }

    void list(std::size_t size) {
        if (size > 0xffff) throw std::length_error{"a node list holds at most 65535 items"};
        if (size == 0) {
            byte(tags::kListEmpty);
        } else if (size < 256) {
            byte(tags::kList8);
            byte(size);
        } else {
            byte(tags::kList16);
            append(out, big_endian<2>(size));
        }
    }

    void raw(ByteView bytes) {
        if (bytes.size() < 256) {
            byte(tags::kBinary8);
            byte(bytes.size());
        } else if (bytes.size() < 1U << 20) {
            byte(tags::kBinary20);
            append(out, big_endian<3>(bytes.size()));
        } else {
            byte(tags::kBinary32);
            append(out, big_endian<4>(bytes.size()));
        }
        append(out, bytes);
    }

    void text(std::string_view words) {
        if (auto const token = token_of(words)) {
            if (token->dictionary != Token::kSingle) byte(tags::kDictionary0 + token->dictionary);
            byte(token->index);
            return;
        }
        if (packed(words, tags::kNibble8, nibble) || packed(words, tags::kHex8, hex_digit)) return;
        raw(bytes_of(words));
    }

    template <class Digit> bool packed(std::string_view words, std::uint8_t tag, Digit digit) {
        if (words.empty() || words.size() > tags::kPackedMost) return false;
        for (auto c : words)
            if (!digit(c)) return false;
        auto const odd = words.size() % 2;
        byte(tag);
        byte((words.size() + 1) / 2 | odd << 7);
        for (std::size_t i = 0; i < words.size(); i += 2) {
            auto const low = i + 1 < words.size() ? *digit(words[i + 1]) : std::uint8_t{15};
            byte(static_cast<std::size_t>(*digit(words[i]) << 4 | low));
        }
        return true;
    }

    void jid(Jid const& jid) {
        auto const device_form = (jid.device > 0 && (jid.server == Server::user || jid.server == Server::lid)) ||
                                 jid.server == Server::hosted || jid.server == Server::hosted_lid;
        if (device_form) {
            assert(jid.device <= 255);
            byte(tags::kDeviceJid);
            byte(domain(jid.server));
            byte(jid.device);
            user(jid);
        } else if (jid.server == Server::messenger || jid.server == Server::interop) {
            byte(jid.server == Server::messenger ? tags::kMessengerJid : tags::kInteropJid);
            user(jid);
            append(out, big_endian<2>(jid.device));
            if (jid.server == Server::interop) append(out, big_endian<2>(jid.integrator));
            text(name_of(jid.server));
        } else {
            byte(tags::kJidPair);
            user(jid);
            text(name_of(jid.server));
        }
    }

    void user(Jid const& jid) {
        if (jid.user.empty())
            byte(tags::kListEmpty);
        else
            text(jid.user);
    }

    static std::uint8_t domain(Server server) {
        switch (server) {
            case Server::lid: return tags::kDomainLid;
            case Server::hosted: return tags::kDomainHosted;
            case Server::hosted_lid: return tags::kDomainHostedLid;
            default: return tags::kDomainUser;
        }
    }
};

Bytes deflated(Bytes const& plain) {
    auto size = compressBound(static_cast<uLong>(plain.size()));
    Bytes out(1 + size);
    out[0] = tags::kDeflated;
    if (compress(out.data() + 1, &size, plain.data() + 1, static_cast<uLong>(plain.size() - 1)) != Z_OK)
        throw std::runtime_error{"zlib refused to compress a stanza"};
    out.resize(1 + size);
    return out;
}

}   // namespace

Bytes encode(Node const& node, Compression compression) {
    Writer writer;
    writer.node(node);
    return compression == Compression::deflate ? deflated(writer.out) : std::move(writer.out);
}

}   // namespace waqtor::whatsapp
