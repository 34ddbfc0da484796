#include "sandbox/control/world.hpp"

#include "sandbox/control/reader.hpp"

namespace waqtor::sandbox {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kMostInRange = 1'000'000;

/// Calls `work(object, where)` for each object of a list.
Result<void> each(json::object const& world, std::string_view key, auto work) {
    auto const* value = world.if_contains(key);
    if (!value) return {};
    if (!value->is_array()) return fail(Code::invalid, std::string{key} + ": must be a list");
    auto nth = 0U;
    for (auto const& one : value->get_array()) {
        auto where = std::string{key} + '[' + std::to_string(nth++) + "].";
        if (!one.is_object()) return fail(Code::invalid, where + ": must be an object");
        TRY_OK(work(one.get_object(), std::move(where)));
    }
    return {};
}

std::string numbered(std::string text, std::uint64_t nth) {
    if (auto const at = text.find("{n}"); at != text.npos) text.replace(at, 3, std::to_string(nth));
    return text;
}

Result<void> add_range(std::vector<PhoneSpec>& phones, json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto const first = reader.needed("first");
    auto const count = reader.count("count", 1);
    auto const name = reader.text("name", "Phone {n}");
    auto behaviour = Behaviour{};
    if (auto const* own = reader.object("behaviour")) {
        TRY(behaviour, read_behaviour(*own, reader.where() + "behaviour."));
    }
    if (count > kMostInRange) reader.wrong("count", "must be at most a million");
    TRY_OK(reader.end());
    TRY(auto const digits, digits_of(first));
    for (std::uint64_t i = 0; i < count; ++i)
        phones.push_back(
            {.number = std::to_string(std::stoull(digits) + i), .name = numbered(name, i + 1), .behaviour = behaviour});
    return {};
}

Result<void> set_troubles(Sandbox& sandbox, json::object const& phone, std::string const& number) {
    auto reader = Reader{phone};
    if (auto const reason = reader.count("ban", 0); reason != 0) TRY_OK(sandbox.ban(number, static_cast<unsigned>(reason)));
    if (reader.flag("reachOutLocked", false)) TRY_OK(sandbox.lock_reach_out(number, true));
    if (reader.flag("lidHidden", false)) TRY_OK(sandbox.hide_lid(number, true));
    return {};
}

Result<HistoryChat> read_chat(json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto out = HistoryChat{.with = reader.needed("with"),
                           .name = reader.text("name"),
                           .unread = static_cast<std::uint32_t>(reader.number("unread", 0, 0, 1e6)),
                           .archived = reader.flag("archived", false)};
    reader.array("messages");
    TRY_OK(reader.end());
    TRY_OK(each(from, "messages", [&](json::object const& one, std::string inner) -> Result<void> {
        auto message = Reader{one, reader.where() + inner};
        out.messages.push_back({.text = message.text("text"),
                                .from_me = message.flag("fromMe", false),
                                .age = std::chrono::seconds{message.count("ageSeconds", 60)},
                                .id = message.text("id")});
        return message.end();
    }));
    return out;
}

/// What a phone has before anything is linked to it. The phones it names exist by then.
Result<void> set_past(Sandbox& sandbox, json::object const& phone, std::string const& where) {
    auto const number = std::string{phone.at("number").as_string()};
    auto chats = std::vector<HistoryChat>{};
    TRY_OK(each(phone, "history", [&](json::object const& one, std::string inner) -> Result<void> {
        TRY(auto chat, read_chat(one, where + inner));
        chats.push_back(std::move(chat));
        return {};
    }));
    auto reader = Reader{phone, where};
    auto const parts = static_cast<std::uint32_t>(reader.number("historyParts", 1, 1, 1000));
    if (!chats.empty()) TRY_OK(sandbox.set_history(number, std::move(chats), parts));
    return each(phone, "contacts", [&](json::object const& one, std::string inner) -> Result<void> {
        auto reader = Reader{one, where + inner};
        auto const contact = reader.needed("number");
        auto const name = reader.needed("name");
        TRY_OK(reader.end());
        return sandbox.save_contact(number, contact, name);
    });
}

Result<void> add_group(Sandbox& sandbox, json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto const subject = reader.needed("subject");
    auto const creator = reader.needed("creator");
    auto const members = reader.texts("members");
    TRY_OK(reader.end());
    TRY_OK(sandbox.add_group(subject, creator, members));
    return {};
}

}   // namespace

Result<Behaviour> read_behaviour(json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto out = Behaviour{.delivered = reader.flag("delivered", true),
                         .reads_after = reader.wait("readsAfterMs"),
                         .read_chance = reader.number("readChance", 1, 0, 1),
                         .reply_chance = reader.number("replyChance", 1, 0, 1),
                         .replies_after = reader.wait("repliesAfterMs").value_or(Milliseconds{0}),
                         .typing = reader.wait("typingMs").value_or(Milliseconds{0})};
    if (auto const* replies = reader.array("replies"))
        for (auto const& one : *replies) {
            if (!one.is_object()) return fail(Code::invalid, reader.where() + "replies: must be a list of objects");
            auto inner = Reader{one.get_object(), reader.where() + "replies."};
            out.replies.push_back({inner.text("contains"), inner.needed("text")});
            TRY_OK(inner.end());
        }
    TRY_OK(reader.end());
    return out;
}

Result<PhoneSpec> read_phone(json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto out = PhoneSpec{.number = reader.needed("number"), .name = reader.text("name"), .lid = reader.text("lid")};
    if (auto const* behaviour = reader.object("behaviour")) {
        TRY(out.behaviour, read_behaviour(*behaviour, reader.where() + "behaviour."));
    }
    reader.count("ban", 0);
    reader.flag("reachOutLocked", false);
    reader.flag("lidHidden", false);
    reader.array("history");
    reader.number("historyParts", 1, 1, 1000);
    reader.array("contacts");
    TRY_OK(reader.end());
    return out;
}

Result<FaultRule> read_fault(json::object const& from, std::string where) {
    auto reader = Reader{from, std::move(where)};
    auto const kind = fault_kind(reader.text("kind"));
    if (!kind) reader.wrong("kind", "must be drop, delay, reorder, duplicate, corrupt or disconnect");
    auto const way = reader.text("way", "to_device");
    if (way != "to_device" && way != "from_device") reader.wrong("way", "must be to_device or from_device");
    auto out = FaultRule{.kind = kind.value_or(FaultRule::Kind::drop),
                         .way = way == "from_device" ? FaultRule::Way::from_device : FaultRule::Way::to_device,
                         .device = reader.text("device"),
                         .tag = reader.text("tag"),
                         .type = reader.text("type"),
                         .chance = reader.number("chance", 1, 0, 1),
                         .skip = reader.count("skip", 0),
                         .times = reader.count("times", 0),
                         .delay = reader.wait("delayMs").value_or(Milliseconds{0})};
    TRY_OK(reader.end());
    if (out.device.starts_with('+')) out.device.erase(0, 1);
    return out;
}

Result<void> apply_world(Sandbox& sandbox, json::object const& world) {
    auto reader = Reader{world};
    auto const seed = reader.count("seed", 0);
    auto const lowest = reader.count("lowestVersion", 0);
    auto const slow = reader.wait("slowMediaMs");
    for (auto const* key : {"phones", "ranges", "groups", "faults"}) reader.array(key);
    TRY_OK(reader.end());
    sandbox.on_service([&](Service& service) {
        if (seed != 0) service.seed = service.faults.seed = seed;
        if (lowest != 0) service.lowest_version = static_cast<std::uint32_t>(lowest);
    });
    if (slow) sandbox.slow_media(*slow);

    auto phones = std::vector<PhoneSpec>{};
    TRY_OK(each(world, "phones", [&](json::object const& one, std::string where) -> Result<void> {
        TRY(auto phone, read_phone(one, std::move(where)));
        phones.push_back(std::move(phone));
        return {};
    }));
    TRY_OK(each(world, "ranges",
                [&](json::object const& one, std::string where) { return add_range(phones, one, std::move(where)); }));
    TRY_OK(sandbox.add_phones(std::move(phones)));
    TRY_OK(each(world, "phones", [&](json::object const& one, std::string const& where) -> Result<void> {
        TRY_OK(set_troubles(sandbox, one, std::string{one.at("number").as_string()}));
        return set_past(sandbox, one, where);
    }));
    TRY_OK(each(world, "groups",
                [&](json::object const& one, std::string where) { return add_group(sandbox, one, std::move(where)); }));
    return each(world, "faults", [&](json::object const& one, std::string where) -> Result<void> {
        TRY(auto rule, read_fault(one, std::move(where)));
        sandbox.add_fault(std::move(rule));
        return {};
    });
}

}   // namespace waqtor::sandbox
