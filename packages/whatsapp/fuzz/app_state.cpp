#include "whatsapp/appstate/patch.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

using namespace waqtor::whatsapp;

/// Patches, snapshots and references as a server may send them. Nothing that we did not sign is accepted.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const key = appstate::Keys::expand(crypto::random_bytes(32));
    ByteView const input{data, size};
    appstate::FindKeys const keys = [](ByteView) { return &key; };
    appstate::FindValue const values = [](appstate::Mac const&) { return std::optional<appstate::Mac>{}; };
    fuzz::must(!appstate::apply_patch("regular", {}, input, keys, values));
    fuzz::must(!appstate::apply_patch("regular", {}, input.first(size / 2), keys, values, input.subspan(size / 2)));
    (void)appstate::read_snapshot("regular", input, keys);
    (void)appstate::external_of(input);
    (void)appstate::parse_external(input);
    (void)appstate::keys_of_patch(input);
    (void)appstate::keys_of_snapshot(input);
    return 0;
}
