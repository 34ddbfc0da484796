#include "sandbox/control/answers.hpp"
#include "sandbox/control/reader.hpp"
#include "sandbox/control/world.hpp"
#include "whatsapp/crypto/encoding.hpp"

/// The control API's orders to phones and linked devices: one row each.
namespace waqtor::sandbox {

namespace json = boost::json;

namespace {

using Answer = Result<json::value>;

Answer plain(Result<void> done) {
    if (!done) return std::unexpected(std::move(done).error());
    return nothing();
}

struct Order {
    std::string_view name;
    Answer (*work)(Sandbox&, std::string const& who, Reader&);
};

Answer set_behaviour(Sandbox& sandbox, std::string const& who, json::object const& body) {
    TRY(auto behaviour, read_behaviour(body));
    return plain(sandbox.set_behaviour(who, std::move(behaviour)));
}

constexpr std::array kPhoneOrders{
    Order{"scan", [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.scan(who, body.needed("qr"))); }},
    Order{"code", [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.enter_code(who, body.needed("code"))); }},
    Order{"send",
          [](Sandbox& s, std::string const& who, Reader& body) -> Answer {
              TRY(auto const id, s.send_text(who, body.needed("to"), body.text("text")));
              return json::object{{"message", id}};
          }},
    Order{"send-file",
          [](Sandbox& s, std::string const& who, Reader& body) -> Answer {
              auto const bytes = crypto::from_base64(body.needed("data"));
              if (!bytes) return invalid("data", "must be base64");
              auto const mime_type = body.text("mimeType", "application/octet-stream");
              auto const name = body.text("name", "file"), caption = body.text("caption");
              TRY(auto const id, s.send_file(who, body.needed("to"), {std::string{text_of(*bytes)}, mime_type, name, caption}));
              return json::object{{"message", id}};
          }},
    Order{"read", [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.read(who, body.needed("message"))); }},
    Order{"react",
          [](Sandbox& s, std::string const& who, Reader& body) -> Answer {
              TRY(auto const id, s.react(who, body.needed("message"), body.text("emoji")));
              return json::object{{"message", id}};
          }},
    Order{"vote",
          [](Sandbox& s, std::string const& who, Reader& body) -> Answer {
              TRY(auto const id, s.vote(who, body.needed("poll"), body.texts("choices")));
              return json::object{{"message", id}};
          }},
    Order{"call",
          [](Sandbox& s, std::string const& who, Reader& body) -> Answer {
              TRY(auto const id, s.call(who, body.needed("to")));
              return json::object{{"call", id}};
          }},
    Order{"group-members",
          [](Sandbox& s, std::string const& who, Reader& body) {
              auto const change = body.needed("change");
              return plain(s.change_members(who, body.needed("group"), change, body.texts("members")));
          }},
    Order{"group-subject",
          [](Sandbox& s, std::string const& who, Reader& body) {
              auto const subject = body.needed("subject");
              return plain(s.set_subject(who, body.needed("group"), subject));
          }},
    Order{"group-leave",
          [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.leave_group(who, body.needed("group"))); }},
    Order{"typing", [](Sandbox& s, std::string const& who,
                       Reader& body) { return plain(s.typing(who, body.needed("to"), body.flag("on", false))); }},
    Order{"online",
          [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.go_online(who, body.flag("on", true))); }},
    Order{"ban", [](Sandbox& s, std::string const& who,
                    Reader& body) { return plain(s.ban(who, static_cast<unsigned>(body.number("reason", 402, 0, 999)))); }},
    Order{"reach-out",
          [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.lock_reach_out(who, body.flag("locked", true))); }},
    Order{"identity", [](Sandbox& s, std::string const& who, Reader&) { return plain(s.change_identity(who)); }},
    Order{"lid",
          [](Sandbox& s, std::string const& who, Reader& body) { return plain(s.hide_lid(who, body.flag("hidden", false))); }},
};

constexpr std::array kDeviceOrders{
    Order{"disconnect", [](Sandbox& s, std::string const& who, Reader&) { return plain(s.disconnect(who)); }},
    Order{"remove", [](Sandbox& s, std::string const& who, Reader&) { return plain(s.remove_device(who)); }},
    Order{"stream-error",
          [](Sandbox& s, std::string const& who, Reader& body) {
              return plain(s.stream_error(who, static_cast<unsigned>(body.number("code", 503, 100, 999))));
          }},
    Order{"exhaust-prekeys", [](Sandbox& s, std::string const& who, Reader&) { return plain(s.exhaust_prekeys(who)); }},
};

/// An order that fails for a member that is missing says so, not what came of it.
HttpAnswer carry_out(Sandbox& sandbox, auto const& orders, std::string const& who, std::string_view action,
                     json::object const& body) {
    auto const order = std::ranges::find(orders, action, &Order::name);
    if (order == orders.end()) return bad(fail(Code::not_found, "no such action").error());
    auto reader = Reader{body};
    auto const done = order->work(sandbox, who, reader);
    if (auto const read = reader.end(); !read) return bad(read.error());
    return answer(done, [](json::value const& value) { return value; });
}

}   // namespace

HttpAnswer order_phone(Sandbox& sandbox, std::string const& number, std::string_view action, json::object const& body) {
    if (action == "behaviour") return answer(set_behaviour(sandbox, number, body), [](json::value const& value) { return value; });
    return carry_out(sandbox, kPhoneOrders, number, action, body);
}

HttpAnswer order_device(Sandbox& sandbox, std::string const& device, std::string_view action, json::object const& body) {
    return carry_out(sandbox, kDeviceOrders, device, action, body);
}

HttpAnswer add_group(Sandbox& sandbox, json::object const& body) {
    auto reader = Reader{body};
    auto const subject = reader.needed("subject");
    auto const creator = reader.needed("creator");
    auto const members = reader.texts("members");
    if (auto const read = reader.end(); !read) return bad(read.error());
    return answer(sandbox.add_group(subject, creator, members),
                  [](std::string const& group) { return json::object{{"group", group}}; });
}

}   // namespace waqtor::sandbox
