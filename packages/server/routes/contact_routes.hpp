#pragma once
#include "core/contacts/contact_importer.hpp"
#include "core/contacts/contact_service.hpp"
#include "core/contacts/tag_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

void declare_contact_routes(Router& api, ContactService& contacts, ContactImporter& imports);
void declare_import_routes(Router& api, ContactImporter& imports);
void declare_tag_routes(Router& api, TagService& tags);
/// WaQtor 2.3's names for contacts and tags.
void declare_recipient_routes(Router& api, ContactService& contacts, TagService& tags);
void declare_group_routes(Router& api, ContactService& contacts, TagService& tags);

}   // namespace waqtor
