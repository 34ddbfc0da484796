#pragma once
#include "core/base/settings_list.hpp"
#include "core/sessions/whatsapp_client.hpp"
#include "core/trust/master_key.hpp"

#include <filesystem>

namespace waqtor {

/// Where the files of messages are kept.
inline std::filesystem::path media_folder(Settings const& settings) { return std::filesystem::path{settings.data()} / "media"; }

/// The WhatsApp engine on this database. Code::invalid for settings (version, files of roots) it cannot use.
Result<std::unique_ptr<WhatsAppClients>> make_engine(Settings const& settings, Database& db, Sealer const& sealer,
                                                     Clock const& clock);

}   // namespace waqtor
