#include "whatsapp/messaging/history.hpp"

#include "whatsapp/fuzz/fuzz.hpp"

#include <zlib.h>

using namespace waqtor::whatsapp;
using namespace waqtor::whatsapp::messaging;

namespace {

struct Count : HistorySink {
    std::uint64_t seen = 0;
    waqtor::Result<void> messages(Jid const&, std::vector<HistoryMessage> some) override {
        for (auto const& one : some) fuzz::must(one.decoded.content.has_value() && !one.id.empty());
        seen += some.size();
        return {};
    }
    waqtor::Result<void> chat(HistoryChat) override { return {}; }
    waqtor::Result<void> push_name(Jid const&, std::string) override { return {}; }
    waqtor::Result<void> same_person(Jid const&, Jid const&) override { return {}; }
};

struct Outcome {
    bool ok = false;
    std::uint64_t seen = 0;
    bool operator==(Outcome const&) const = default;
};

Outcome read(ByteView deflated, std::size_t step) {
    static auto const me = Jid::parse("15550100@s.whatsapp.net").value();
    Count count;
    HistoryReader reader{me, {}, count, {.inflated = 1 << 20, .message = 4096}};
    for (std::size_t at = 0; at < deflated.size(); at += step)
        if (!reader.add(deflated.subspan(at, std::min(step, deflated.size() - at)))) return {false, count.seen};
    return {reader.finish().has_value(), count.seen};
}

}   // namespace

/// A history as the phone's file (deflated here, so that the fuzzer works on what is inside) and as it comes. The pieces in which
/// it arrives change nothing.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const input{data, size};
    (void)read(input, size + 1);
    (void)read_lid_mappings(input);
    static auto const me = Jid::parse("15550100@s.whatsapp.net").value();
    (void)read_web_message(input, me, {});
    auto length = compressBound(size);
    Bytes deflated(length);
    fuzz::must(compress2(deflated.data(), &length, data, size, 1) == Z_OK);
    deflated.resize(length);
    auto const whole = read(deflated, deflated.size());
    auto const pieces = read(deflated, 3);
    fuzz::must(whole.ok == pieces.ok && (!whole.ok || whole.seen == pieces.seen));
    return 0;
}
