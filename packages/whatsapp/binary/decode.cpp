#include "whatsapp/binary/codec.hpp"
#include "whatsapp/binary/inflate.hpp"
#include "whatsapp/binary/tags.hpp"
#include "whatsapp/binary/tokens.hpp"
#include "whatsapp/crypto/refusal.hpp"

namespace waqtor::whatsapp {

namespace {

std::unexpected<Error> malformed(char const* what, std::source_location at = std::source_location::current()) {
    return refuse(Refusal::malformed, std::string{"stanza: "} + what, at);
}

class Reader {
public:
    Reader(ByteView bytes, NodeLimits const& limits) : rest_{bytes}, items_{limits.items}, depth_{limits.depth} {}

    bool at_end() const { return rest_.empty(); }

    Result<Node> node() {
        if (depth_ == 0) return refuse(Refusal::limit, "stanza: nested too deeply");
        owed_ -= std::min(owed_, kSmallestNode);
        TRY(auto const tag, byte());
        TRY(auto const size, list_size(tag));
        if (size == 0) return malformed("a node without a tag");
        auto const attr_count = (size - 1) / 2;
        TRY_OK(spend(1 + attr_count));

        Node node;
        TRY(node.tag, text());
        if (node.tag.empty()) return malformed("a node without a tag");
        // An attribute takes at least two bytes, so a count beyond that is a lie told to make us allocate.
        if (attr_count * 2 > rest_.size()) return malformed("it ends inside the attributes");
        node.attrs.reserve(attr_count);
        for (std::size_t i = 0; i < attr_count; ++i) {
            TRY(auto key, text());
            TRY(auto value, this->value());
            node.attrs.push_back({std::move(key), std::move(value)});
        }
        if (size % 2 == 0) TRY_OK(content(node));
        return node;
    }

private:
    ByteView rest_;
    std::size_t items_;
    std::size_t depth_;
    std::size_t owed_ = 0;   // bytes that the lists being read need at least

    static constexpr std::size_t kSmallestNode = 3;   // list tag, size, tag

    Result<void> spend(std::size_t items) {
        if (items > items_) return refuse(Refusal::limit, "stanza: too many nodes and attributes");
        items_ -= items;
        return {};
    }

    Result<ByteView> take(std::size_t size) {
        if (size > rest_.size()) return malformed("it ends too early");
        auto const taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    Result<std::uint8_t> byte() {
        if (rest_.empty()) return malformed("it ends too early");
        auto const value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }

    Result<std::size_t> integer(std::size_t size) {
        TRY(auto const bytes, take(size));
        return static_cast<std::size_t>(from_big_endian(bytes));
    }

    static bool is_list(std::uint8_t tag) { return tag == tags::kListEmpty || tag == tags::kList8 || tag == tags::kList16; }

    Result<std::size_t> list_size(std::uint8_t tag) {
        switch (tag) {
            case tags::kListEmpty: return 0;
            case tags::kList8: return integer(1);
            case tags::kList16: return integer(2);
            default: return malformed("a list was expected");
        }
    }

    static bool is_binary(std::uint8_t tag) { return tag == tags::kBinary8 || tag == tags::kBinary20 || tag == tags::kBinary32; }

    Result<ByteView> binary(std::uint8_t tag) {
        auto const width = tag == tags::kBinary8 ? 1U : tag == tags::kBinary20 ? 3U : 4U;
        TRY(auto size, integer(width));
        if (tag == tags::kBinary20) size &= 0xfffff;
        return take(size);
    }

    Result<void> content(Node& node) {
        TRY(auto const tag, byte());
        if (is_list(tag)) {
            TRY(auto const size, list_size(tag));
            // Lists inside lists must all be filled from the same rest, so no claim makes us allocate for more than is there.
            owed_ += size * kSmallestNode;
            if (owed_ > rest_.size()) return malformed("it ends inside a list");
            auto& children = node.content.emplace<std::vector<Node>>();
            children.reserve(size);
            --depth_;
            for (std::size_t i = 0; i < size; ++i) {
                TRY(auto child, this->node());
                children.push_back(std::move(child));
            }
            ++depth_;
        } else if (is_binary(tag)) {
            TRY(auto const bytes, binary(tag));
            node.content = to_bytes(bytes);
        } else {
            TRY(auto value, this->value(tag));
            node.content = value.is_jid() ? Text{value.to_string()} : Text{value.as_text()};
        }
        return {};
    }

    Result<Text> text() {
        TRY(auto const tag, byte());
        return text(tag);
    }

    Result<Text> text(std::uint8_t tag) {
        if (auto const word = single_token(tag)) return Text::forever(*word);
        if (tag >= tags::kDictionary0 && tag <= tags::kDictionary3) {
            TRY(auto const index, byte());
            return Text::forever(*double_token(tag - tags::kDictionary0, index));
        }
        if (tag == tags::kListEmpty) return Text{};
        if (tag == tags::kNibble8 || tag == tags::kHex8) return packed(tag);
        if (is_binary(tag)) {
            TRY(auto const bytes, binary(tag));
            return Text{text_of(bytes)};
        }
        return malformed("a text was expected");
    }

    Result<Text> packed(std::uint8_t tag) {
        TRY(auto const head, byte());
        TRY(auto const bytes, take(head & 0x7f));
        auto const alphabet = tag == tags::kHex8 ? std::string_view{"0123456789ABCDEF"} : std::string_view{"0123456789-."};
        auto const odd = (head & 0x80) != 0;
        if (odd && bytes.empty()) return malformed("an odd packed text without characters");
        std::array<char, 254> characters{};
        std::size_t size = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            auto const last = odd && i + 1 == bytes.size();
            for (auto digit : {bytes[i] >> 4, bytes[i] & 15}) {
                if (last && size % 2 == 1) break;
                if (static_cast<std::size_t>(digit) >= alphabet.size()) return malformed("a packed text with a wrong digit");
                characters[size++] = alphabet[static_cast<std::size_t>(digit)];
            }
        }
        return Text{std::string_view{characters.data(), size}};
    }

    Result<Value> value() {
        TRY(auto const tag, byte());
        return value(tag);
    }

    Result<Value> value(std::uint8_t tag) {
        switch (tag) {
            case tags::kJidPair: return pair();
            case tags::kDeviceJid: return device_jid();
            case tags::kMessengerJid: return wide_jid(Server::messenger);
            case tags::kInteropJid: return wide_jid(Server::interop);
            default: break;
        }
        TRY(auto words, text(tag));
        return Value{std::move(words)};
    }

    /// A server we do not know stays a text, so that one new kind of address does not cost the whole stanza.
    Result<Value> pair() {
        TRY(auto user, text());
        TRY(auto const server, text());
        if (server.empty()) return malformed("an address without a server");
        auto const known = server_named(server);
        auto const plain = user.view().find_first_of(":@") == std::string_view::npos && known != Server::interop;
        if (known && plain) return Value{Jid{.user = std::move(user), .server = *known}};
        auto whole = user.str() + "@" + server.str();
        if (auto parsed = Jid::parse(whole)) return Value{*std::move(parsed)};
        return Value{Text{whole}};
    }

    Result<Value> device_jid() {
        TRY(auto const domain, byte());
        TRY(auto const device, byte());
        TRY(auto user, text());
        auto jid = Jid{.user = std::move(user), .device = device};
        switch (domain) {
            case tags::kDomainUser: jid.server = Server::user; break;
            case tags::kDomainLid: jid.server = Server::lid; break;
            case tags::kDomainHosted: jid.server = Server::hosted; break;
            case tags::kDomainHostedLid: jid.server = Server::hosted_lid; break;
            default: return malformed("a device address of an unknown domain");
        }
        return Value{std::move(jid)};
    }

    Result<Value> wide_jid(Server expected) {
        TRY(auto user, text());
        TRY(auto const device, integer(2));
        std::size_t integrator = 0;
        if (expected == Server::interop) {
            TRY(integrator, integer(2));
        }
        TRY(auto const server, text());
        if (server != name_of(expected)) return malformed("an address whose form and server differ");
        return Value{Jid{.user = std::move(user),
                         .device = static_cast<std::uint16_t>(device),
                         .integrator = static_cast<std::uint16_t>(integrator),
                         .server = expected}};
    }
};

}   // namespace

Result<Node> decode(ByteView frame, NodeLimits const& limits) {
    if (frame.empty()) return malformed("empty");
    auto body = frame.subspan(1);
    Bytes inflated;
    if (frame.front() & tags::kDeflated) {
        TRY(inflated, inflate(body, limits.inflated_bytes));
        body = inflated;
    }
    Reader reader{body, limits};
    TRY(auto node, reader.node());
    if (!reader.at_end()) return malformed("bytes after the end");
    return node;
}

}   // namespace waqtor::whatsapp
