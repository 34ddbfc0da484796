#pragma once
#include "whatsapp/binary/jid.hpp"
#include "whatsapp/crypto/bytes.hpp"

#include <concepts>
#include <initializer_list>
#include <optional>
#include <variant>

namespace waqtor::whatsapp {

/// An attribute's value: a text or a typed address. The two are written differently on the wire, and other clients compare
/// typed addresses, so addresses must go in as Jid.
class Value {
public:
    Value() = default;
    template <std::size_t N> consteval Value(char const (&literal)[N]) : content_{.user = Text{literal}} {}
    Value(Text text) : content_{.user = std::move(text)} {}
    Value(std::string_view text) : content_{.user = Text{text}} {}
    Value(std::string const& text) : content_{.user = Text{text}} {}
    Value(Jid jid) : content_{std::move(jid)} {}
    /// In decimal.
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    Value(T number) : Value(std::to_string(number)) {}

    bool is_jid() const { return content_.server != Server::none; }
    /// The typed address; null for a text.
    Jid const* as_jid() const { return is_jid() ? &content_ : nullptr; }
    /// The text; empty for an address.
    std::string_view as_text() const { return is_jid() ? std::string_view{} : content_.user.view(); }
    /// Either, as a person would write it.
    std::string to_string() const { return is_jid() ? content_.to_string() : content_.user.str(); }
    bool operator==(Value const&) const = default;

private:
    Jid content_{};   // a plain text is its `user` with Server::none
};

struct Attr {
    Text key;
    Value value;
    bool operator==(Attr const&) const = default;
};
using Attrs = std::vector<Attr>;

/// A stanza or a part of one: `<tag key=value…>content</tag>`, content being nothing, child nodes, bytes or a text.
///
///     Node{"iq", {{"to", server_jid()}, {"type", "get"}, {"id", id}}, Node{"ping"}}
///
/// A plain value: copied deeply, moved cheaply, usable from one thread at a time.
class Node {
public:
    using Content = std::variant<std::monostate, std::vector<Node>, Bytes, Text>;

    Node() = default;
    explicit Node(Text tag, Attrs attrs = {}) : tag{std::move(tag)}, attrs{std::move(attrs)} {}
    Node(Text tag, Attrs attrs, Bytes bytes) : tag{std::move(tag)}, attrs{std::move(attrs)}, content{std::move(bytes)} {}
    Node(Text tag, Attrs attrs, Text text) : tag{std::move(tag)}, attrs{std::move(attrs)}, content{std::move(text)} {}
    Node(Text tag, Attrs attrs, std::vector<Node> children)
        : tag{std::move(tag)}, attrs{std::move(attrs)}, content{std::move(children)} {}
    template <std::same_as<Node>... More>
    Node(Text tag, Attrs attrs, Node first, More... more) : Node{std::move(tag), std::move(attrs)} {
        auto& children = content.emplace<std::vector<Node>>();
        children.reserve(1 + sizeof...(more));
        children.push_back(std::move(first));
        (children.push_back(std::move(more)), ...);
    }

    Text tag;
    Attrs attrs;
    Content content;

    bool is(std::string_view name) const { return tag == name; }

    /// Null when there is no such attribute.
    Value const* find(std::string_view key) const;
    bool has(std::string_view key) const { return find(key) != nullptr; }
    /// The text under `key`; empty when missing or an address. Valid as long as the node.
    std::string_view attr(std::string_view key) const;
    /// The text or the written address; empty when missing.
    std::string string(std::string_view key) const;
    /// The address under `key`, typed or written as text; nothing when missing or no address.
    std::optional<Jid> jid(std::string_view key) const;
    /// A decimal number of at most 64 bits without sign.
    std::optional<std::uint64_t> number(std::string_view key) const;
    /// Replaces the value or adds the attribute at the end.
    void set(Text key, Value value);

    /// The child nodes; none when the content is something else.
    std::vector<Node> const& children() const;
    /// The first child of that name, or null.
    Node const* child(std::string_view name) const;
    /// Adds a child; bytes or text that were the content are dropped.
    Node& add(Node child);

    /// The content as bytes, also when it came as a text; empty when missing or nodes.
    ByteView bytes() const;
    /// The content as text, also when it came as bytes.
    std::string_view text() const { return text_of(bytes()); }

    bool operator==(Node const&) const = default;

    /// For logs and test failures: like XML, bytes as hex, cut after `most` characters.
    std::string describe(std::size_t most = 4000) const;
};

}   // namespace waqtor::whatsapp
