#include "whatsapp/binary/node.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <charconv>

namespace waqtor::whatsapp {

Value const* Node::find(std::string_view key) const {
    for (auto const& attr : attrs)
        if (attr.key == key) return &attr.value;
    return nullptr;
}

std::string_view Node::attr(std::string_view key) const {
    auto const* value = find(key);
    return value ? value->as_text() : std::string_view{};
}

std::string Node::string(std::string_view key) const {
    auto const* value = find(key);
    return value ? value->to_string() : std::string{};
}

std::optional<Jid> Node::jid(std::string_view key) const {
    auto const* value = find(key);
    if (!value) return std::nullopt;
    if (auto const* typed = value->as_jid()) return *typed;
    return Jid::parse(value->as_text());
}

std::optional<std::uint64_t> Node::number(std::string_view key) const {
    auto const digits = attr(key);
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

void Node::set(Text key, Value value) {
    for (auto& attr : attrs) {
        if (attr.key != key) continue;
        attr.value = std::move(value);
        return;
    }
    attrs.push_back({std::move(key), std::move(value)});
}

std::vector<Node> const& Node::children() const {
    static std::vector<Node> const none;
    auto const* nodes = std::get_if<std::vector<Node>>(&content);
    return nodes ? *nodes : none;
}

Node const* Node::child(std::string_view name) const {
    for (auto const& node : children())
        if (node.is(name)) return &node;
    return nullptr;
}

Node& Node::add(Node child) {
    auto* nodes = std::get_if<std::vector<Node>>(&content);
    if (!nodes) nodes = &content.emplace<std::vector<Node>>();
    nodes->push_back(std::move(child));
    return *this;
}

ByteView Node::bytes() const {
    if (auto const* bytes = std::get_if<Bytes>(&content)) return *bytes;
    if (auto const* text = std::get_if<Text>(&content)) return bytes_of(*text);
    return {};
}

namespace {

void describe_into(Node const& node, std::string& out, std::size_t most) {
    if (out.size() >= most) return;
    auto const tag = std::string{node.tag.view()};
    out += "<" + tag;
    for (auto const& attr : node.attrs) out += " " + attr.key.str() + "=\"" + attr.value.to_string() + "\"";
    if (std::holds_alternative<std::monostate>(node.content)) {
        out += "/>";
        return;
    }
    out += ">";
    if (auto const* bytes = std::get_if<Bytes>(&node.content))
        out += crypto::to_hex(ByteView{*bytes}.first(std::min(bytes->size(), most)));
    if (auto const* text = std::get_if<Text>(&node.content)) out += text->view();
    for (auto const& child : node.children()) describe_into(child, out, most);
    out += "</" + tag + ">";
}

}   // namespace

std::string Node::describe(std::size_t most) const {
    std::string out;
    describe_into(*this, out, most);
    if (out.size() > most) out.replace(most, std::string::npos, "…");
    return out;
}

}   // namespace waqtor::whatsapp
