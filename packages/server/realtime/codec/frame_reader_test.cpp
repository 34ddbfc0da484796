#include "server/realtime/codec/frame_reader.hpp"

#include "server/realtime/codec/deflate.hpp"

#include <gtest/gtest.h>

namespace waqtor::realtime {
namespace {
using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::uint32_t kKey = 0x9a3c5e71;

std::string masked(Opcode opcode, std::string_view payload, FrameOptions options = {}) {
    std::string out;
    append_masked_frame(out, opcode, payload, kKey, options);
    return out;
}
std::string text(std::string_view payload) { return masked(Opcode::text, payload); }
std::string close_of(unsigned code, std::string_view reason = "") {
    return masked(Opcode::close, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + std::string{reason});
}
FrameOptions const kMore{.fin = false};

/// What a reader says to bytes: "text:hello" for each message and frame, "!1002" for a violation.
std::vector<std::string> read(std::string bytes, std::size_t step, bool deflate = false, FrameReader::Limits limits = {}) {
    constexpr std::array<std::string_view, 11> kNames{"", "text", "binary", "", "", "", "", "", "close", "ping", "pong"};
    FrameReader reader{FrameReader::From::client, limits};
    Inflater inflater;
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        auto in = std::span{bytes}.subspan(at, std::min(step, bytes.size() - at));
        while (true) {
            auto const got = reader.next(in, deflate ? &inflater : nullptr);
            if (!got) {
                out.push_back("!" + std::to_string(static_cast<unsigned>(got.error().code)));
                return out;
            }
            if (!*got) break;
            out.push_back(std::string{kNames[static_cast<std::size_t>((*got)->opcode)]} + ":" + std::string{(*got)->payload});
        }
        EXPECT_TRUE(in.empty());
    }
    if (reader.in_message()) out.emplace_back("...");
    return out;
}

struct Case {
    std::string name;
    std::string bytes;
    std::vector<std::string> says;
};

std::vector<Case> const& cases() {
    static std::vector<Case> const all{
        {"a text", text("hello"), {"text:hello"}},
        {"an empty text", text(""), {"text:"}},
        {"a binary", masked(Opcode::binary, "\xff\x00\x80"s), {"binary:\xff\x00\x80"s}},
        {"125, 126, 65535 and 65536 bytes",
         text(std::string(125, 'a')) + text(std::string(126, 'b')) + text(std::string(65535, 'c')) + text(std::string(65536, 'd')),
         {"text:" + std::string(125, 'a'), "text:" + std::string(126, 'b'), "text:" + std::string(65535, 'c'),
          "text:" + std::string(65536, 'd')}},
        {"fragments with a ping between",
         masked(Opcode::text, "he", kMore) + masked(Opcode::ping, "p") + masked(Opcode::continuation, "l", kMore) +
             masked(Opcode::continuation, "lo"),
         {"ping:p", "text:hello"}},
        {"empty fragments",
         masked(Opcode::text, "", kMore) + masked(Opcode::continuation, "", kMore) + masked(Opcode::continuation, ""),
         {"text:"}},
        {"a pong nobody asked for", masked(Opcode::pong, "x") + text("y"), {"pong:x", "text:y"}},
        {"an unfinished message", masked(Opcode::text, "he", kMore), {"..."}},
        {"close", close_of(1000, "bye"), {"close:\x03\xe8"s + "bye"}},
        {"close without a code", masked(Opcode::close, ""), {"close:"}},
        {"close with half a code", masked(Opcode::close, "\x03"), {"!1002"}},
        {"close 999", close_of(999), {"!1002"}},
        {"close 1004", close_of(1004), {"!1002"}},
        {"close 1005", close_of(1005), {"!1002"}},
        {"close 1006", close_of(1006), {"!1002"}},
        {"close 1015", close_of(1015), {"!1002"}},
        {"close 2999", close_of(2999), {"!1002"}},
        {"close 3000", close_of(3000), {"close:\x0b\xb8"}},
        {"close 4999", close_of(4999), {"close:\x13\x87"}},
        {"close 5000", close_of(5000), {"!1002"}},
        {"close with a reason that is not UTF-8", close_of(1000, "\xc0\x80"), {"!1007"}},
        {"unmasked",
         [] {
             std::string out;
             append_frame(out, Opcode::text, "hello");
             return out;
         }(),
         {"!1002"}},
        {"reserved bit 1", masked(Opcode::text, "x", {.rsv1 = true}), {"!1002"}},
        {"reserved bit 2", "\xa1\x80\0\0\0\0"s, {"!1002"}},
        {"reserved bit 3", "\x91\x80\0\0\0\0"s, {"!1002"}},
        {"opcode 3", masked(static_cast<Opcode>(3), ""), {"!1002"}},
        {"opcode 11", masked(static_cast<Opcode>(11), ""), {"!1002"}},
        {"a long ping", masked(Opcode::ping, std::string(126, 'x')), {"!1002"}},
        {"a ping in fragments", masked(Opcode::ping, "x", kMore), {"!1002"}},
        {"a continuation first", masked(Opcode::continuation, "x"), {"!1002"}},
        {"a text inside a text", masked(Opcode::text, "x", kMore) + text("y"), {"!1002"}},
        {"a 16-bit length that needs 7 bits", "\x81\xfe\x00\x7d\0\0\0\0"s, {"!1002"}},
        {"a 64-bit length that needs 16 bits", "\x81\xff\0\0\0\0\0\0\xff\xff\0\0\0\0"s, {"!1002"}},
        {"a 64-bit length with its first bit", "\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0"s, {"!1002"}},
        {"a message over the limit, before it comes", "\x81\xff\0\0\0\0\x00\x10\x00\x01\0\0\0\0"s, {"!1009"}},
        {"UTF-8 over a fragment's edge",
         masked(Opcode::text, "\xe2\x82", kMore) + masked(Opcode::continuation, "\xac"),
         {"text:\xe2\x82\xac"}},
        {"UTF-8 cut off at the end", text("\xe2\x82"), {"!1007"}},
        {"UTF-8 that fails before its end", masked(Opcode::text, "\xf4\x90", kMore), {"!1007"}},
        {"an overlong character", text("\xc0\xaf"), {"!1007"}},
        {"a surrogate", text("\xed\xa0\x80"), {"!1007"}},
        {"the last character", text("\xf4\x8f\xbf\xbf"), {"text:\xf4\x8f\xbf\xbf"}},
    };
    return all;
}

TEST(FrameReader, ReadsAndRefusesHoweverTheBytesAreCut) {
    for (auto const& one : cases())
        for (auto step : {std::size_t{1}, std::size_t{3}, one.bytes.size()})
            EXPECT_EQ(read(one.bytes, step), one.says) << one.name << ", in steps of " << step;
}

TEST(FrameReader, CountsFragmentsAndBytesOverAllOfThem) {
    auto flood = masked(Opcode::text, "x", kMore);
    for (auto i = 0; i < 8; ++i) flood += masked(Opcode::continuation, "x", kMore);
    EXPECT_EQ(read(flood, 7, false, {.fragments = 8}), std::vector{"!1008"s});
    EXPECT_EQ(read(flood, 7, false, {.message = 8}), std::vector{"!1009"s});
    EXPECT_EQ(read(text("12345678"), 7, false, {.message = 8}), std::vector{"text:12345678"s});
}

TEST(FrameReader, GivesLargeBuffersBack) {
    FrameReader reader{FrameReader::From::client, {}};
    auto bytes = masked(Opcode::text, std::string(100'000, 'x'), kMore) + masked(Opcode::continuation, "y");
    auto in = std::span{bytes};
    EXPECT_EQ((*reader.next(in))->payload.size(), 100'001U);
    EXPECT_FALSE(*reader.next(in));
    EXPECT_LT(reader.buffered(), 5'000U);
}

TEST(FrameReader, ExpandsCompressedMessages) {
    Deflater deflater;
    auto const words = std::string(3000, 'a') + "سلام";
    auto const packed = deflater.compress(words);
    ASSERT_FALSE(packed.empty());
    auto const half = packed.size() / 2;
    auto const bytes = masked(Opcode::text, packed, {.rsv1 = true}) + text("plain") +
                       masked(Opcode::text, packed.substr(0, half), {.fin = false, .rsv1 = true}) + masked(Opcode::ping, "") +
                       masked(Opcode::continuation, packed.substr(half));
    for (auto step : {std::size_t{1}, bytes.size()})
        EXPECT_EQ(read(bytes, step, true), (std::vector{"text:" + words, "text:plain"s, "ping:"s, "text:" + words}));
    EXPECT_EQ(read(masked(Opcode::continuation, "", {.rsv1 = true}), 99, true), std::vector{"!1002"s});
    EXPECT_EQ(read(masked(Opcode::ping, "", {.rsv1 = true}), 99, true), std::vector{"!1002"s});
    EXPECT_EQ(read(masked(Opcode::text, "\xff\xff\xff", {.rsv1 = true}), 99, true), std::vector{"!1007"s});
    EXPECT_EQ(read(masked(Opcode::text, deflater.compress(std::string(64, '\xff')), {.rsv1 = true}), 99, true),
              std::vector{"!1007"s})
        << "not UTF-8 once expanded";
}

TEST(FrameReader, StopsACompressionBombAtTheLimit) {
    Deflater deflater{9};
    auto const bomb = deflater.compress(std::string(64 * 1024 * 1024, 'x'));
    ASSERT_LT(bomb.size(), 100'000U);
    EXPECT_EQ(read(masked(Opcode::binary, bomb, {.rsv1 = true}), 4096, true), std::vector{"!1009"s});
    Inflater inflater;
    EXPECT_EQ(inflater.expand(bomb, 1000).error(), InflateProblem::too_big);
    EXPECT_EQ(inflater.expand(deflater.compress(std::string(1000, 'y')), 1000), std::string(1000, 'y'))
        << "the limit itself is allowed";
}

TEST(Frame, CutsACloseReasonBetweenCharacters) {
    std::string out;
    append_close(out, CloseCode::policy, std::string(122, 'x') + "é and more");
    EXPECT_EQ(out, "\x88\x7c\x03\xf0"s + std::string(122, 'x')) << "both bytes of é or none";
}

TEST(Frame, MasksFromAnyOffset) {
    std::string const plain = "The quick brown fox jumps over the lazy dog";
    auto whole = plain;
    apply_mask(whole.data(), whole.size(), kKey, 0);
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        auto parts = plain;
        apply_mask(parts.data(), cut, kKey, 0);
        apply_mask(parts.data() + cut, parts.size() - cut, kKey, cut);
        EXPECT_EQ(parts, whole) << cut;
    }
}

}   // namespace
}   // namespace waqtor::realtime
