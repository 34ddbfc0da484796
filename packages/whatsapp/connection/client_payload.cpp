#include "whatsapp/connection/client_payload.hpp"

#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/proto/client_payload.pb.h"

#include <charconv>

namespace waqtor::whatsapp {

namespace {

std::string text_copy(ByteView bytes) { return std::string{text_of(bytes)}; }

template <class Number> bool read_number(std::string_view digits, Number& out) {
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} && !digits.empty() && end == digits.data() + digits.size();
}

proto::ClientPayload common(Version const& version, Appearance const& appearance) {
    proto::ClientPayload payload;
    auto& agent = *payload.mutable_user_agent();
    agent.set_platform(proto::ClientPayload::UserAgent::WEB);
    agent.mutable_app_version()->set_primary(version.primary);
    agent.mutable_app_version()->set_secondary(version.secondary);
    agent.mutable_app_version()->set_tertiary(version.tertiary);
    agent.set_mcc("000");
    agent.set_mnc("000");
    agent.set_os_version("0.1");
    agent.set_manufacturer("");
    agent.set_device("Desktop");
    agent.set_os_build_number("0.1");
    agent.set_release_channel(proto::ClientPayload::UserAgent::RELEASE);
    agent.set_locale_language("en");
    agent.set_locale_country(appearance.country);
    payload.mutable_web_info()->set_web_sub_platform(proto::ClientPayload::WebInfo::WEB_BROWSER);
    payload.set_connect_type(proto::ClientPayload::WIFI_UNKNOWN);
    payload.set_connect_reason(proto::ClientPayload::USER_ACTIVATED);
    return payload;
}

std::string device_props(Appearance const& appearance) {
    proto::DeviceProps props;
    props.set_os(appearance.os);
    props.mutable_version()->set_primary(0);
    props.mutable_version()->set_secondary(1);
    props.mutable_version()->set_tertiary(0);
    props.set_platform_type(static_cast<std::uint32_t>(appearance.platform));
    props.set_require_full_sync(appearance.full_history);
    props.mutable_history_sync_config()->set_storage_quota_mb(10240);
    props.mutable_history_sync_config()->set_inline_initial_payload(true);
    return props.SerializeAsString();
}

Bytes serialized(proto::ClientPayload const& payload) { return to_bytes(bytes_of(payload.SerializeAsString())); }

}   // namespace

Result<Version> Version::parse(std::string_view text) {
    Version out;
    auto const first = text.find('.');
    auto const second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second == std::string_view::npos || !read_number(text.substr(0, first), out.primary) ||
        !read_number(text.substr(first + 1, second - first - 1), out.secondary) ||
        !read_number(text.substr(second + 1), out.tertiary))
        return invalid("whatsapp.version", "must look like 2.3000.1045649367");
    return out;
}

std::string Version::text() const {
    return std::to_string(primary) + "." + std::to_string(secondary) + "." + std::to_string(tertiary);
}

Bytes registration_payload(Version const& version, Appearance const& appearance, signal::Identity const& identity,
                           signal::SignedPreKey const& signed_prekey) {
    auto payload = common(version, appearance);
    payload.set_passive(false);
    payload.set_pull(false);
    auto& pairing = *payload.mutable_device_pairing_data();
    pairing.set_registration_id(text_copy(big_endian<4>(identity.registration_id)));
    pairing.set_key_type(std::string(1, crypto::PublicKey::kType));
    pairing.set_identity(text_copy(identity.keys.pub));
    pairing.set_signed_prekey_id(text_copy(big_endian<3>(signed_prekey.id)));
    pairing.set_signed_prekey(text_copy(signed_prekey.keys.pub));
    pairing.set_signed_prekey_signature(text_copy(signed_prekey.signature));
    pairing.set_build_hash(text_copy(crypto::md5(bytes_of(version.text()))));
    pairing.set_device_props(device_props(appearance));
    return serialized(payload);
}

Result<Bytes> login_payload(Version const& version, Appearance const& appearance, Jid const& own) {
    auto payload = common(version, appearance);
    std::uint64_t number = 0;
    if (!read_number(own.user.view(), number)) return invalid("jid", "must be a phone number");
    payload.set_username(number);
    payload.set_device(own.device);
    payload.set_passive(true);
    payload.set_pull(true);
    payload.set_lc(1);
    payload.set_lid_db_migrated(true);
    return serialized(payload);
}

}   // namespace waqtor::whatsapp
