#include "whatsapp/adapter/adapter.hpp"

#include "whatsapp/adapter/proxy_text.hpp"
#include "whatsapp/client/client.hpp"
#include "whatsapp/crypto/encoding.hpp"

#include <boost/asio/thread_pool.hpp>

#include <mutex>

namespace waqtor::whatsapp {

/// One thread for the little that computes long; the roots are read once, for the first session (30 ms), and shared by all.
struct Adapter::Shared {
    Shared(Database& with_db, ClientStore& with_store, EngineOptions with_options, Clock const& with_clock, MediaStore* with_files)
        : db{with_db}, store{with_store}, options{std::move(with_options)}, clock{with_clock}, files{with_files} {}
    ~Shared() { pool.join(); }

    Result<std::shared_ptr<transport::Tls const>> const& tls() const {
        std::call_once(made, [&] { made_tls = transport::Tls::make(options.tls_root); });
        return made_tls;
    }

    Database& db;
    ClientStore& store;
    EngineOptions options;
    Clock const& clock;
    MediaStore* files;
    mutable std::once_flag made;
    mutable Result<std::shared_ptr<transport::Tls const>> made_tls;
    mutable asio::thread_pool pool{1};
    std::shared_ptr<DialQueue> dials = std::make_shared<DialQueue>();
};

Result<noise::TrustRoot> noise_root_from_hex(std::string_view hex) {
    auto const bytes = crypto::from_hex(hex.substr(0, hex.find_first_of("\r\n")));
    if (!bytes || bytes->size() != 32) return invalid("whatsapp.noise_root", "must be 64 hex digits");
    return noise::TrustRoot{{to_array<32>(*bytes)}, 0};
}

Adapter::Adapter(Database& db, ClientStore& store, EngineOptions options, Clock const& clock, MediaStore* files)
    : shared_{std::make_shared<Shared>(db, store, std::move(options), clock, files)} {}
Adapter::~Adapter() = default;

std::unique_ptr<WhatsAppClient> Adapter::make(SessionRef session, asio::any_io_executor executor, SessionListener& listener,
                                              std::string proxy) {
    auto const& options = shared_->options;
    auto endpoint = Endpoint{
        .url = options.url, .noise_root = options.noise_root, .version = options.version, .appearance = options.appearance};
    if (auto const& tls = shared_->tls())
        endpoint.tls = *tls;
    else
        endpoint.fault = tls.error().message;
    if (auto read = read_proxy(proxy))
        endpoint.proxy = *std::move(read);
    else
        endpoint.fault = read.error().message;   // never without the proxy that was asked for
    return std::make_unique<Client>(ClientParts{.db = shared_->db,
                                                .store = shared_->store,
                                                .listener = listener,
                                                .clock = shared_->clock,
                                                .executor = executor,
                                                .pool = shared_->pool.get_executor(),
                                                .session = session,
                                                .endpoint = std::move(endpoint),
                                                .files = shared_->files,
                                                .dials = shared_->dials});
}

Result<void> Adapter::forget(Transaction& tx, SessionRef session) { return shared_->store.forget(tx, session.session); }

}   // namespace waqtor::whatsapp
