#pragma once
#include "core/messages/governor_service.hpp"
#include "core/messages/message_desk.hpp"
#include "core/messages/message_files.hpp"
#include "core/messages/template_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// /api/messages and /api/chats, with 2.3's sending paths.
void declare_message_routes(Router& api, MessageDesk& desk);
/// /api/messages/upload, /api/messages/send-file and /api/media: files.
void declare_media_routes(Router& api, MessageDesk& desk, MediaService& media, MessageFiles& files);
void declare_bulk_media_routes(Router& api, MessageDesk& desk, MediaService& media);
/// /api/templates.
void declare_template_routes(Router& api, TemplateService& templates);
/// /api/governor: limits and what they are used up to.
void declare_governor_routes(Router& api, GovernorService& governor);

}   // namespace waqtor
