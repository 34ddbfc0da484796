#pragma once
#include "whatsapp/client/dial_queue.hpp"
#include "whatsapp/client/history.hpp"
#include "whatsapp/client/manager.hpp"
#include "whatsapp/client/media_files.hpp"
#include "whatsapp/client/nursery.hpp"
#include "whatsapp/client/originals.hpp"
#include "whatsapp/client/pairing.hpp"
#include "whatsapp/client/receiver.hpp"
#include "whatsapp/client/sender.hpp"
#include "whatsapp/client/tokens.hpp"

namespace waqtor::whatsapp {

/// What a client is made of; all of it outlives the client.
struct ClientParts {
    Database& db;
    ClientStore& store;
    SessionListener& listener;
    Clock const& clock;
    asio::any_io_executor executor;   // one strand; every call comes on it
    asio::any_io_executor pool;       // for what takes milliseconds to compute
    SessionRef session;
    Endpoint endpoint;
    Pace pace{};
    MediaStore* files = nullptr;                                        // none: no files are sent or fetched
    std::shared_ptr<DialQueue> dials = std::make_shared<DialQueue>();   // shared by the sessions of a process
};

/// One linked device: keeps its connection, and tells the listener what happens.
class Client final : public WhatsAppClient {
public:
    explicit Client(ClientParts parts);
    ~Client() override;

    void start() override;
    asio::awaitable<void> stop() override;
    Task<void> logout() override;
    Task<std::string> pairing_code(std::string phone) override;
    Task<void> send(Outgoing message) override;
    Task<std::string> download(MessageType type, Media media) override;
    Task<std::vector<NumberCheck>> check(std::vector<std::string> phones) override;
    Task<void> mark_read(Address chat, std::vector<std::string> ids, std::optional<Address> sender) override;
    Task<void> mark_played(Address chat, std::vector<std::string> ids, std::optional<Address> sender) override;
    Task<void> typing(Address chat, bool on) override;
    ClientFigures figures() const override;
    AccountCalls* account_calls() override { return &manager_; }
    Account const& account() const { return context_.account; }

private:
    /// How a connection ended, and what is next.
    struct Ending {
        enum class Next : std::uint8_t { again, at_once, never, unlinked };
        ClientTrouble trouble = ClientTrouble::network;
        std::string detail{};
        Next next = Next::again;
        std::optional<Timestamp> until{};
    };
    /// Counts a call of the product as long as it runs, so that stop() can wait for it.
    class Call;

    static constexpr std::size_t kMostAtWork = 128;   // stanzas of one connection

    Context context_;
    std::shared_ptr<DialQueue> dials_;
    Directory directory_;
    Sessions sessions_;
    Prekeys prekeys_;
    Groups groups_;
    MediaFiles files_;
    Originals originals_;
    Sender sender_;
    Receiver receiver_;
    Blobs blobs_;
    AppState app_state_;
    History history_;
    Manager manager_;
    Tokens tokens_;
    bool prekeys_compared_ = false;
    Pairing pairing_;
    Nursery life_;         // run()
    Nursery connection_;   // what belongs to the present connection
    Doorbell stopped_;
    Doorbell calls_done_;
    std::size_t calls_ = 0;
    bool stopping_ = false;
    bool leaving_ = false;   // logout() waits for run() to end
    bool offline_over_ = false;
    Doorbell offline_bell_;
    std::optional<Ending> ending_;   // decided before the connection is cut
    ClientState state_;
    std::optional<Milliseconds> keepalive_round_trip_;

    // client.cpp: the life of the client
    asio::awaitable<void> run();
    Task<void> load();
    asio::awaitable<Ending> connect();
    asio::awaitable<Ending> serve(std::shared_ptr<Line> line);
    asio::awaitable<bool> pause(Ending const& ending, unsigned failures);
    asio::awaitable<bool> rest(std::chrono::steady_clock::time_point until);
    void tell(ClientPhase phase, ClientTrouble trouble = ClientTrouble::none, std::string detail = {});
    void end(Ending ending);
    Task<void> unlink();
    Person me() const;

    // client_send.cpp: what the product sends
    Task<void> upload(Content& content, messaging::EncodeContext& context);
    Task<messaging::EncodeContext> context_for(Jid chat);
    Task<void> confirm(Address chat, std::vector<std::string> ids, std::optional<Address> sender, std::string_view type);
    /// The same work, but Code::unavailable as soon as the client is stopped.
    template <class T> Task<T> unless_stopped(Task<T> work);

    // client_login.cpp: from success to working, keepalive
    asio::awaitable<void> login(Node success);
    asio::awaitable<void> keep_alive(std::shared_ptr<Line> line);
    asio::awaitable<void> catch_up(std::shared_ptr<Line> line);

    // client_machine.cpp: what the phone and the service have for the client itself
    void listen_to_phone();
    Task<void> keep_machine(Draft& draft, std::string const& id, messaging::Decoded const& decoded);
    asio::awaitable<void> settings_changed(Node notification);
    asio::awaitable<void> presence(Node stanza);
    Task<void> tokens(Node const& notification);

    // client_stanzas.cpp: what comes in
    std::optional<Ending> dispatch(Node stanza);
    std::optional<Ending> stream_error(Node const& stanza) const;
    std::optional<Ending> failure(Node const& stanza) const;
    void request(Node stanza);
    void information(Node stanza);
    asio::awaitable<void> rotate(Node stanza);
    asio::awaitable<void> paired(Node stanza);
    asio::awaitable<void> message(std::shared_ptr<Receiver::Arrival> arrival);
    asio::awaitable<void> receipt(Node stanza);
    asio::awaitable<void> notification(Node stanza);
    asio::awaitable<void> acknowledged(Node stanza);
    asio::awaitable<void> routing(Bytes info);
};

}   // namespace waqtor::whatsapp
