#include "command.hpp"
#include "core/messages/message_api.hpp"
#include "door.hpp"
#include "files.hpp"

#include <iostream>
#include <thread>

namespace waqtor {
namespace {
constexpr auto kLook = std::chrono::milliseconds{200};

struct Wish {
    DoorWish door;
    std::string to, text, session, file, template_id, language;
    std::vector<std::string> variables;
    bool wait = false;
};

void print(Message const& message) {
    std::cout << "Message " << message.id.text() << " is " << enum_name(message.state)
              << (message.reason ? ": " + *message.reason : "") << '\n';
}

/// "name=Amal" → {"name": "Amal"}.
Result<json::object> variables_of(std::vector<std::string> const& all) {
    json::object out;
    for (auto const& one : all) {
        auto const equals = one.find('=');
        if (equals == one.npos || equals == 0) return invalid("--variable", "must be NAME=VALUE");
        out[one.substr(0, equals)] = one.substr(equals + 1);
    }
    return out;
}

Result<Message> send(Door& door, Wish const& wish) {
    json::object body{{"to", wish.to}};
    if (!wish.text.empty()) body["text"] = wish.text;
    if (!wish.session.empty()) body["session"] = wish.session;
    if (!wish.template_id.empty()) body["templateId"] = wish.template_id;
    if (!wish.language.empty()) body["language"] = wish.language;
    TRY(auto variables, variables_of(wish.variables));
    if (!variables.empty()) body["variables"] = std::move(variables);
    if (!wish.file.empty()) {
        TRY(auto bytes, read_file(wish.file));
        auto const name = std::filesystem::path{wish.file}.filename().string();
        TRY(auto const text,
            door.ask("POST", "/api/messages/upload?name=" + query_text(name), std::move(bytes), "application/octet-stream"));
        TRY(auto const stored, parse_json(text));
        body["media"] = {{"file", stored.at("data").at("file")}, {"name", name}};
    }
    TRY(auto message, door.read<Message>("POST", "/api/messages", body));
    while (wish.wait && message.state < MessageState::sent) {
        std::this_thread::sleep_for(kLook);
        TRY(message, door.read<Message>("GET", "/api/messages/" + message.id.text()));
    }
    return message;
}
}   // namespace

void add_send(Program& program) {
    auto wish = std::make_shared<Wish>();
    auto* command =
        program.add(program.app, "send", "Send a message; a running server sends it", [&program, wish](Settings& settings) {
            auto door = Door::open(settings, wish->door);
            if (!door) return program.output.failure(door.error());
            auto const sent = send(**door, *wish);
            if (!sent) return program.output.failure(sent.error());
            program.output.show(*sent, [](Message const& message) { print(message); });
            auto const lost = sent->state == MessageState::failed || sent->state == MessageState::cancelled;
            return static_cast<int>(lost ? Exit::failed : Exit::ok);
        });
    wish->door.add_flags(*command);
    command->add_option("to", wish->to, "Number with its country code, or a group's address")->required();
    command->add_option("text", wish->text, "The text, or what stands under a file");
    command->add_option("--file", wish->file, "A file to send");
    command->add_option("--template", wish->template_id, "Id of a template instead of a text");
    command->add_option("--language", wish->language, "Which of the template's languages");
    command->add_option("--variable", wish->variables, "NAME=VALUE, for {{NAME}}; may be given several times");
    command->add_option("--session", wish->session, "Id of the session it is sent from; the first that works by default");
    command->add_flag("--wait", wish->wait, "Return when WhatsApp has taken it, or it failed");
}

}   // namespace waqtor
