#include "whatsapp/binary/jid.hpp"
#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/pairing/qr.hpp"

using namespace waqtor::whatsapp;

/// Texts from outside: addresses and QR codes. What can be read is written and read the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const text = text_of({data, size});
    if (auto const jid = Jid::parse(text)) fuzz::must(Jid::parse(jid->to_string()) == jid);
    if (auto const code = pairing::QrCode::parse(text)) fuzz::must(pairing::QrCode::parse(code->text())->text() == code->text());
    return 0;
}
