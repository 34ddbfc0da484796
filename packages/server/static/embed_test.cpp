#include "server/static/static_files.hpp"

#include "server/testing/request_for.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <fstream>

namespace waqtor {

extern EmbeddedFile const kSampleFiles[];   // made by tools/embed from these sources, see CMakeLists.txt

namespace {
std::string source(std::string const& name) {
    std::ifstream file{std::string{WAQTOR_SERVER_FOLDER} + "/" + name, std::ios::binary};
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string unbrotli(std::string_view bytes, std::size_t size) {
    std::string out(size + 1, '\0');
    auto written = out.size();
    EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<std::uint8_t const*>(bytes.data()), &written,
                                      reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_DECODER_RESULT_SUCCESS);
    out.resize(written);
    return out;
}

/// What a client gets, as it was before compression.
Response served(std::string_view name, std::string const& accept) {
    auto const request = server_testing::MadeRequest{"GET", "/", {"Accept-Encoding: " + accept}};
    return serve_file(kSampleFiles, name, *request, "no-cache", "default-src 'none'").value();
}

TEST(Embed, KeepsACompressibleFileInBothFormsAndGivesItBackWhole) {
    auto const text = source("README.md");
    auto const& file = kSampleFiles[0];
    EXPECT_EQ(file.name, "readme.html");
    EXPECT_EQ(file.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(file.size, text.size());
    EXPECT_TRUE(file.raw.empty());
    EXPECT_LT(file.brotli.size(), file.gzip.size());
    EXPECT_LT(file.gzip.size(), text.size());
    EXPECT_EQ(unbrotli(served("readme.html", "br").bytes(), text.size()), text);
    EXPECT_EQ(served("readme.html", "gzip").bytes(), file.gzip);
    EXPECT_EQ(served("readme.html", "identity").bytes(), text) << "unpacked from the gzip form";
}

TEST(Embed, KeepsAFileThatCompressionWouldNotShrinkAsItIs) {
    for (auto const* accept : {"br", "gzip", "identity"}) {
        EXPECT_EQ(served("tiny.js", accept).bytes(), source("testing/embed/tiny.js"));
        EXPECT_EQ(served("empty.txt", accept).bytes(), "");
        EXPECT_EQ(served("empty.txt", accept).status, 200U);
    }
    EXPECT_EQ(kSampleFiles[1].content_type, "text/javascript; charset=utf-8");
    EXPECT_TRUE(kSampleFiles[3].name.empty()) << "the end of the list";
    EXPECT_NE(kSampleFiles[0].hash, kSampleFiles[1].hash);
}

TEST(Embed, FailsWithoutItsFiles) {
    auto const run = [](std::string const& arguments) {
        return WEXITSTATUS(std::system((std::string{WAQTOR_EMBED_TOOL} + " " + arguments + " 2>/dev/null").c_str()));
    };
    EXPECT_EQ(run("/dev/null"), 2);
    EXPECT_EQ(run("/dev/null kFiles a=/nonexistent/a"), 1);
}

}   // namespace
}   // namespace waqtor
