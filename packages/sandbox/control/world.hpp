#pragma once
#include "sandbox/sandbox.hpp"

#include <boost/json.hpp>

#include <filesystem>

namespace waqtor::sandbox {

/// A world as data: POST /v1/world of the control API, and the file of `waqtor sandbox --world`.
///
///     { "seed": 7, "lowestVersion": 0, "slowMediaMs": 0,
///       "phones": [{ "number", "name", "lid", "behaviour", "ban": 0, "reachOutLocked": false, "lidHidden": false,
///                    "contacts": [{ "number", "name" }],
///                    "historyParts": 1,
///                    "history": [{ "with", "name", "unread", "archived",
///                                  "messages": [{ "text", "fromMe", "ageSeconds", "id" }] }] }],
///       "ranges": [{ "first": "15550100000", "count": 10000, "name": "Customer {n}", "behaviour" }],
///       "groups": [{ "subject", "creator", "members": ["15550101"] }],
///       "faults": [{ "kind", "way", "device", "tag", "type", "chance", "skip", "times", "delayMs" }] }
///
///     behaviour: { "delivered": true, "readsAfterMs", "readChance": 1, "replies": [{ "contains", "text" }], "replyChance": 1,
///                  "repliesAfterMs", "typingMs" }
///
/// Code::invalid with the name of the member that is wrong. What stood before it may be there already.
Result<void> apply_world(Sandbox& sandbox, boost::json::object const& world);

/// The same from TOML, where names are written with underscores (reads_after_ms) and lists of tables as [[phones]].
/// Code::not_found, Code::invalid with the line.
Result<boost::json::object> read_world_file(std::filesystem::path const& file);

Result<PhoneSpec> read_phone(boost::json::object const& from, std::string where = {});
Result<Behaviour> read_behaviour(boost::json::object const& from, std::string where = {});
Result<FaultRule> read_fault(boost::json::object const& from, std::string where = {});

}   // namespace waqtor::sandbox
