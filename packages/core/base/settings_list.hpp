#pragma once
#include "core/base/settings.hpp"

namespace waqtor {

/// Every setting of the server, once. The file, the WAQTOR_* variables, the flags, `waqtor config` and api/settings.md are read
/// from here.
struct Settings final : SettingList {
    using Number = NumberSetting;
    using Text = TextSetting;
    using Bool = BoolSetting;
    using List = ListSetting;

    Text data{*this, {"data", "Folder of the database, the master key and media"}, "./data"};
    Text host{*this, {"server.host", "Address to listen on. Others than loopback are refused until an owner exists"}, "127.0.0.1"};
    Number port{*this, {"server.port", "Port to listen on; 0 takes a free one", "PORT"}, 8080, 0, 65535};
    Number threads{*this, {"server.threads", "Threads for network work; 0 means one per core, at most 4"}, 0, 0, 64};
    Number body_kib{*this, {"server.body_kib", "Largest request body, in KiB, where a route says nothing else"}, 1024, 1, 65536};
    Number first_byte_seconds{*this, {"server.first_byte_seconds", "How long a new connection may stay silent"}, 10, 1, 600};
    Number request_seconds{*this, {"server.request_seconds", "How long a request may take to arrive in full"}, 30, 1, 3600};
    Number idle_seconds{*this, {"server.idle_seconds", "How long a connection may stay open between requests"}, 75, 1, 3600};
    Number connections{*this, {"server.connections", "Connections at once"}, 10000, 1, 1000000};
    Number connections_per_address{
        *this, {"server.connections_per_address", "Connections at once from one address"}, 512, 1, 1000000};
    Number drain_seconds{*this, {"server.drain_seconds", "How long requests in flight may take at shutdown"}, 10, 0, 600};
    Text certificate{*this, {"tls.certificate", "File with the certificate chain (PEM); with tls.key it turns TLS on"}, ""};
    Text key{*this, {"tls.key", "File with the private key (PEM)"}, ""};
    List trusted_proxies{*this, {"server.trusted_proxies", "Proxies whose X-Forwarded-For and -Proto are believed"}, Format::cidr};
    List allowed_origins{*this,
                         {"server.allowed_origins", "Origins of other sites whose pages may call the API", "ALLOWED_ORIGINS"},
                         Format::origin};
    List allowed_addresses{
        *this, {"server.allowed_addresses", "Clients that may connect; none means all", "ALLOWED_IPS"}, Format::cidr};

    Text database_url{
        *this, {"database.url", "postgresql://… for PostgreSQL; empty means SQLite in the data folder", "DATABASE_URL", true}, ""};
    Number database_readers{*this, {"database.readers", "Connections for reading"}, 2, 1, 64};

    Number longest_wait_seconds{*this, {"events.longest_wait_seconds", "Longest long-poll of /api/events"}, 60, 0, 60};

    Number login_hours{*this, {"auth.login_hours", "How long a login lasts"}, 168, 1, 8760};
    Number refresh_days{*this, {"auth.refresh_days", "How long a refresh token lasts"}, 30, 1, 365};
    Number login_attempts{
        *this, {"auth.login_attempts", "Failed logins per account and quarter of an hour before it must wait"}, 10, 3, 1000};
    Number login_attempts_per_address{
        *this, {"auth.login_attempts_per_address", "The same per address; offices share one"}, 50, 3, 10000};
    Text api_key{
        *this,
        {"auth.api_key", "A fixed API key with an admin's rights in the first workspace; 24 characters or more", "API_KEY", true},
        ""};
    Text public_url{*this, {"server.public_url", "How people reach this server, for links in messages to them"}, ""};

    Text country{*this, {"contacts.default_country", "Country whose national numbers are read, two letters"}, "SA"};

    Text whatsapp_url{
        *this, {"whatsapp.url", "WhatsApp's WebSocket address; another one for the sandbox"}, "wss://web.whatsapp.com/ws/chat"};
    Text whatsapp_version{*this,
                          {"whatsapp.version", "Version of WhatsApp Web to claim; raise it when sessions say outdated_version"},
                          "2.3000.1045649367"};
    Text whatsapp_tls_root{
        *this, {"whatsapp.tls_root", "File with the only TLS roots to trust for WhatsApp (PEM); empty: the system's"}, ""};
    Text whatsapp_noise_root{
        *this,
        {"whatsapp.noise_root", "File with the root key of WhatsApp's own certificates (64 hex digits); empty: WhatsApp's"},
        ""};
    Text whatsapp_device_name{
        *this, {"whatsapp.device_name", "How phones show this server in their list of linked devices"}, "WaQtor"};
    Number whatsapp_threads{*this, {"whatsapp.threads", "Threads for sessions; 0 means one per core, at most 4"}, 0, 0, 64};

    Bool pacing{*this,
                {"governor.pacing",
                 "Off for tests and demos only: messages leave without pace, daily limits and quiet hours. "
                 "Opt-outs and WhatsApp's own locks always count"},
                true};

    Number notification_days{
        *this, {"notifications.days", "Notifications that nothing happened to for so long are removed"}, 90, 1, 3650};
    Number media_days{*this, {"media.days", "Stored files that no message used for so many days are removed"}, 30, 1, 3650};
    Number media_fetch_mib{
        *this,
        {"media.fetch_mib", "Files of this size that come in are fetched at once, in MiB; larger ones when asked for"},
        16,
        0,
        64};
    List media_allowed{
        *this, {"media.allowed_networks", "Private networks that files may be fetched from; none by default"}, Format::cidr};

    Text log_level{*this, {"log.level", "Least important line to write", "LOG_LEVEL"}, "info", {"debug", "info", "warn", "error"}};
    Text log_format{*this, {"log.format", "How lines are written"}, "text", {"text", "json"}};
    Number minimum_free_mib{*this, {"disk.minimum_free_mib", "Free space below which the server is not ready"}, 100, 1, 1048576};

    Text realtime_server_secret{
        *this,
        {"realtime.server_secret", "Secret of signed WebSocket handshakes; empty turns them off", "SERVER_SECRET", true},
        ""};
    Number realtime_handshake_ms{
        *this, {"realtime.handshake_ms", "How old a signed handshake may be", "HANDSHAKE_MAX_AGE"}, 300000, 1000, 3600000};
    Bool realtime_handshake_address{
        *this, {"realtime.handshake_address", "The signature also covers the client's address, as in WaQtor 2.3"}, false};
    Bool realtime_key_in_url{*this, {"realtime.key_in_url", "/ws?apiKey=… alone is enough; the key ends up in logs"}, false};
    List realtime_allowed_addresses{
        *this, {"realtime.allowed_addresses", "Clients that may open a WebSocket; none means all"}, Format::cidr};
    Number realtime_payload_bytes{
        *this, {"realtime.payload_bytes", "Largest WebSocket message", "WEBSOCKET_MAX_PAYLOAD"}, 1048576, 1024, 67108864};
    Number realtime_message_bytes{
        *this, {"realtime.message_bytes", "Largest request in a WebSocket message", "MESSAGE_MAX_SIZE"}, 10240, 256, 1048576};
    Bool realtime_compression{*this, {"realtime.compression", "Offer permessage-deflate", "WEBSOCKET_COMPRESSION"}, true};
    Number realtime_compression_threshold{
        *this,
        {"realtime.compression_threshold", "Smaller messages go plain", "WEBSOCKET_COMPRESSION_THRESHOLD"},
        1024,
        64,
        1048576};
    Number realtime_compression_level{
        *this, {"realtime.compression_level", "1 is quick, 9 is small", "WEBSOCKET_COMPRESSION_LEVEL"}, 1, 1, 9};
    Number realtime_buffered_bytes{*this,
                                   {"realtime.buffered_bytes", "What may wait for a slow WebSocket client before it is closed",
                                    "WEBSOCKET_BACKPRESSURE_LIMIT"},
                                   524288,
                                   16384,
                                   67108864};
    Number realtime_heartbeat_ms{
        *this, {"realtime.heartbeat_ms", "Time between pings", "WEBSOCKET_HEALTH_CHECK_INTERVAL"}, 30000, 100, 3600000};
    Number realtime_messages_per_second{
        *this,
        {"realtime.messages_per_second", "What a WebSocket client may send on average", "WEBSOCKET_RATE_LIMIT_MAX_MESSAGES"},
        10,
        1,
        10000};
    Number realtime_burst{*this, {"realtime.burst", "What it may send at once", "RATE_LIMIT_CAPACITY"}, 60, 1, 100000};
    Number realtime_violations{
        *this,
        {"realtime.violations", "Messages over the limit before the connection ends", "RATE_LIMIT_MAX_VIOLATIONS"},
        5,
        1,
        1000};
    Number realtime_connections_per_address{
        *this, {"realtime.connections_per_address", "WebSockets at once from one address"}, 100, 1, 1000000};
    Number realtime_connections_per_key{
        *this, {"realtime.connections_per_key", "WebSockets at once with one API key"}, 200, 1, 1000000};
    Number realtime_connections_per_workspace{
        *this, {"realtime.connections_per_workspace", "WebSockets at once in one workspace"}, 5000, 1, 1000000};
    Number realtime_alert_memory_mib{
        *this, {"realtime.alert_memory_mib", "Tell when the server has more memory; 0: never"}, 2048, 0, 1048576};
    Number realtime_alert_buffered_mib{
        *this, {"realtime.alert_buffered_mib", "Tell when more waits for WebSocket clients; 0: never"}, 256, 0, 1048576};
    Number realtime_alert_refused{
        *this, {"realtime.alert_refused", "Tell when more WebSocket clients are refused in a minute; 0: never"}, 120, 0, 1000000};
    Number realtime_alert_slow{
        *this, {"realtime.alert_slow", "Tell when more WebSocket clients are too slow in a minute; 0: never"}, 20, 0, 1000000};
    Number realtime_resume_events{
        *this, {"realtime.resume_events", "Events a client may have missed and still resume"}, 10000, 0, 10000000};
};

}   // namespace waqtor
