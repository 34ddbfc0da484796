#pragma once
#include "core/contacts/contact_importer.hpp"
#include "core/contacts/contact_service.hpp"
#include "server/router/router.hpp"

namespace waqtor {

/// `country` is whose national numbers an import reads when it names none.
void declare_contact_routes(Router& api, ContactService& contacts, ContactImporter& imports, std::string country);

}   // namespace waqtor
