#include "hub_settings_from.hpp"

namespace waqtor {

realtime::HubSettings hub_settings(Settings const& settings) {
    auto const size = [](NumberSetting const& setting) { return static_cast<std::size_t>(setting()); };
    auto const heartbeat = Milliseconds{settings.realtime_heartbeat_ms()};
    realtime::HubSettings out;
    out.version = WAQTOR_VERSION;
    out.payload_bytes = size(settings.realtime_payload_bytes);
    out.message_bytes = size(settings.realtime_message_bytes);
    out.compression = settings.realtime_compression();
    out.compression_level = static_cast<int>(settings.realtime_compression_level());
    out.compression_threshold = size(settings.realtime_compression_threshold);
    out.buffered_bytes = size(settings.realtime_buffered_bytes);
    out.heartbeat = heartbeat;
    out.pong = std::min(out.pong, heartbeat);
    out.sweep = std::min(out.sweep, heartbeat / 2);
    out.messages_per_second = static_cast<double>(settings.realtime_messages_per_second());
    out.burst = static_cast<double>(settings.realtime_burst());
    out.violations = size(settings.realtime_violations);
    out.connections_per_address = size(settings.realtime_connections_per_address);
    out.connections_per_key = size(settings.realtime_connections_per_key);
    out.connections_per_workspace = size(settings.realtime_connections_per_workspace);
    out.resume_events = settings.realtime_resume_events();
    out.alerts = {.memory_mib = settings.realtime_alert_memory_mib(),
                  .buffered_mib = settings.realtime_alert_buffered_mib(),
                  .refused_per_minute = settings.realtime_alert_refused(),
                  .slow_per_minute = settings.realtime_alert_slow()};
    out.allowed_origins = settings.allowed_origins();
    out.allowed_addresses = settings.realtime_allowed_addresses();
    out.server_secret = settings.realtime_server_secret();
    out.handshake_age = Milliseconds{settings.realtime_handshake_ms()};
    out.handshake_binds_address = settings.realtime_handshake_address();
    out.key_in_url = settings.realtime_key_in_url();
    return out;
}

void add_hub_figures(Metrics& metrics, realtime::Hub& hub) {
    auto const add = [&](std::string name, std::string help, auto member) {
        metrics.add("waqtor_ws_" + std::move(name), std::move(help),
                    [&hub, member] { return static_cast<double>((hub.counters().*member).load()); });
    };
    using Counters = realtime::HubCounters;
    add("connections", "WebSocket clients now", &Counters::connections);
    add("accepted_total", "WebSocket clients that came in", &Counters::accepted);
    add("received_total", "Messages from clients", &Counters::received);
    add("deliveries_total", "Messages queued for clients", &Counters::delivered);
    add("encoded_total", "Messages encoded; deliveries share them", &Counters::encoded);
    add("writes_total", "Gathered writes; each may carry many messages", &Counters::writes);
    add("collapsed_total", "Messages replaced by a newer one before they were sent", &Counters::collapsed);
    add("slow_closed_total", "Clients closed because they read too slowly", &Counters::slow_closed);
    add("rate_limited_total", "Messages over the limit", &Counters::rate_limited);
    add("oversized_total", "Messages that were too big", &Counters::oversized);
    add("violations_total", "Clients that broke the protocol", &Counters::violations);
    add("dead_total", "Clients that answered no ping", &Counters::dead);
    add("resumed_total", "Clients that were given what they missed", &Counters::resumed);
    add("reset_total", "Clients that had missed too much", &Counters::reset);
    add("bad_origin_total", "Refused: origin", &Counters::bad_origin);
    add("unauthorised_total", "Refused: no valid proof", &Counters::unauthorised);
    add("expired_handshakes_total", "Refused: handshake too old", &Counters::expired_handshakes);
    add("bad_signatures_total", "Refused: signature wrong or used", &Counters::bad_signatures);
    add("blocked_addresses_total", "Refused: address", &Counters::blocked_addresses);
    add("kicked_total", "Clients ended by an administrator", &Counters::kicked);
    add("errors_total", "Errors of the hub itself", &Counters::errors);
    add("buffered_bytes", "Bytes that wait for clients", &Counters::buffered);
    add("too_many_total", "Refused: too many connections", &Counters::too_many);
}

}   // namespace waqtor
