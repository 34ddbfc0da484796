#include "whatsapp/messaging/sync_action.hpp"
#include "whatsapp/fuzz/fuzz.hpp"

#include <algorithm>

using namespace waqtor::whatsapp;
using namespace waqtor::whatsapp::messaging;

/// What the user set on his phone, decrypted: an index (up to the first line break) and a value. What is understood and can be
/// said again is understood the same.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const input{data, size};
    auto const end = std::ranges::find(input, std::uint8_t{'\n'});
    appstate::Mutation mutation;
    mutation.index = std::string{text_of(input.first(static_cast<std::size_t>(end - input.begin())))};
    if (end != input.end()) mutation.value = to_bytes(input.subspan(mutation.index.size() + 1));
    auto const action = read_action(mutation);
    if (!action) return 0;
    auto const wish = write_action(*action, {});
    if (!wish) return 0;
    for (auto const& one : wish->wishes) {
        appstate::Mutation said;
        said.operation = one.operation;
        said.index = one.index;
        said.value = one.value;
        auto const again = read_action(said);
        fuzz::must(again.has_value());
        fuzz::must(again->kind == action->kind || wish->wishes.size() > 1);
        fuzz::must(again->chat == action->chat || wish->wishes.size() > 1);
    }
    return 0;
}
