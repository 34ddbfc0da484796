#include "whatsapp/crypto/digest.hpp"
#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/pairing/adv.hpp"
#include "whatsapp/pairing/code.hpp"
#include "whatsapp/pairing/qr.hpp"
#include "whatsapp/proto/adv.pb.h"

using namespace waqtor::whatsapp;

namespace {

std::string text(ByteView bytes) { return std::string{text_of(bytes)}; }

/// What stands behind the HMAC, with a right HMAC.
Bytes sealed(std::string inside, ByteView secret) {
    proto::ADVSignedDeviceIdentityHMAC outer;
    outer.set_hmac(text(crypto::hmac_sha256(secret, bytes_of(inside))));
    outer.set_details(std::move(inside));
    return to_bytes(bytes_of(outer.SerializeAsString()));
}

/// Signed as a phone would, so that what is read after the signature is reached.
void accept_signed(ByteView details, crypto::KeyPair const& phone, crypto::KeyPair const& device, ByteView secret) {
    proto::ADVSignedDeviceIdentity whole;
    whole.set_details(text(details));
    whole.set_account_signature_key(text(phone.pub));
    whole.set_account_signature(text(crypto::sign(phone.secret, concat({ByteArray<2>{6, 0}, details, device.pub}))));
    auto const accepted = pairing::accept_device(sealed(whole.SerializeAsString(), secret), secret, device);
    if (!accepted) return;
    auto const verified = pairing::verify_device(accepted->signed_identity, device.pub, phone.pub);
    fuzz::must(verified && *verified == accepted->device);
    fuzz::must(!pairing::verify_device(accepted->signed_identity, phone.pub, phone.pub));
}

void read_signed_list(ByteView details, crypto::KeyPair const& phone) {
    proto::ADVSignedKeyIndexList whole;
    whole.set_details(text(details));
    whole.set_account_signature(text(crypto::sign(phone.secret, concat({ByteArray<2>{6, 2}, details}))));
    auto const list = pairing::verify_key_index_list(bytes_of(whole.SerializeAsString()), phone.pub);
    if (!list) return;
    auto const again = pairing::verify_key_index_list(pairing::sign_key_index_list(*list, phone), phone.pub);
    fuzz::must(again && again->valid_indexes == list->valid_indexes && again->current_index == list->current_index);
}

}   // namespace

/// What a phone and a person give while linking: device identities behind a right HMAC and under right signatures, lists of key
/// indexes, codes and what is wrapped with them. The first byte chooses.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const phone = crypto::KeyPair::generate(), device = crypto::KeyPair::generate();
    static auto const secret = crypto::random_secret();
    if (size == 0) return 0;
    auto const input = ByteView{data, size}.subspan(1);
    switch (data[0] % 5) {
        case 0: fuzz::must(!pairing::accept_device(sealed(text(input), secret), secret, device)); break;
        case 1: accept_signed(input, phone, device, secret); break;
        case 2: read_signed_list(input, phone); break;
        case 3:
            if (auto const code = pairing::clean_code(text_of(input)))
                fuzz::must(pairing::clean_code(*code) == *code && code->size() == 8);
            break;
        default:
            fuzz::must(!pairing::finish_phone(phone, device.pub, phone, device.pub, input));
            if (auto const qr = pairing::QrCode::parse(text_of(input)))
                fuzz::must(pairing::QrCode::parse(qr->text())->text() == qr->text());
            break;
    }
    return 0;
}
