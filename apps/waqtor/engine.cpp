#include "engine.hpp"

#include "core/messages/media_store.hpp"
#include "storage/sql/whatsapp_store.hpp"
#include "whatsapp/adapter/adapter.hpp"

#include <filesystem>
#include <fstream>

namespace waqtor {
namespace {

Result<std::string> text_of(std::string const& file, std::string const& setting) {
    std::ifstream in{file};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (!in) return invalid(setting, "the file " + file + " cannot be read");
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
    return text;
}

Result<whatsapp::EngineOptions> options_from(Settings const& settings) {
    whatsapp::EngineOptions out;
    out.url = settings.whatsapp_url();
    out.tls_root = settings.whatsapp_tls_root();
    auto version = whatsapp::Version::parse(settings.whatsapp_version());
    if (!version) return invalid("whatsapp.version", "must be a version like 2.3000.1045649367");
    out.version = *version;
    out.appearance.os = settings.whatsapp_device_name();
    if (auto const file = settings.whatsapp_noise_root(); !file.empty()) {
        TRY(auto const hex, text_of(file, "whatsapp.noise_root"));
        TRY(out.noise_root, whatsapp::noise_root_from_hex(hex));
    }
    return out;
}

/// The engine with its store.
class Engine final : public WhatsAppClients {
public:
    Engine(Settings const& settings, Database& db, Sealer const& sealer, Clock const& clock, whatsapp::EngineOptions options)
        : store_{sealer}, files_{media_folder(settings)}, adapter_{db, store_, std::move(options), clock, &files_} {}

    std::unique_ptr<WhatsAppClient> make(SessionRef session, asio::any_io_executor executor, SessionListener& listener,
                                         std::string proxy) override {
        return adapter_.make(session, std::move(executor), listener, std::move(proxy));
    }
    Result<void> forget(Transaction& tx, SessionRef session) override { return adapter_.forget(tx, session); }

private:
    sql::SqlWhatsAppStore store_;
    FileMediaStore files_;   // the same folder as the product's, which keeps nothing in memory
    whatsapp::Adapter adapter_;
};
}   // namespace

Result<std::unique_ptr<WhatsAppClients>> make_engine(Settings const& settings, Database& db, Sealer const& sealer,
                                                     Clock const& clock) {
    TRY(auto options, options_from(settings));
    return std::make_unique<Engine>(settings, db, sealer, clock, std::move(options));
}

}   // namespace waqtor
