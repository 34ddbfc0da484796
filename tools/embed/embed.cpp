// embed OUTPUT.cpp SYMBOL NAME=FILE...: writes a C++ file that holds the files, compressed with gzip and brotli where that makes
// them smaller, as `EmbeddedFile SYMBOL[]` (server/static/embedded.hpp). The compressed bytes lie beside OUTPUT.cpp. Runs at build
// time.

#include <brotli/encode.h>
#include <sodium.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

std::string read_file(std::string const& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string gzip(std::string const& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string brotli(std::string const& bytes) {
    auto size = BrotliEncoderMaxCompressedSize(bytes.size());
    std::string out(size, '\0');
    BrotliEncoderCompress(11, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT, bytes.size(),
                          reinterpret_cast<uint8_t const*>(bytes.data()), &size, reinterpret_cast<uint8_t*>(out.data()));
    out.resize(size);
    return out;
}

std::string hash(std::string const& bytes) {
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(sum, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size());
    char text[2 * 12 + 1];
    sodium_bin2hex(text, sizeof text, sum, 12);
    return text;
}

std::string_view type_of(std::string_view name) {
    struct Row {
        std::string_view end, type;
    };
    constexpr Row kTypes[] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".webp", "image/webp"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".wasm", "application/wasm"},
        {".map", "application/json"},
    };
    for (auto const& [end, type] : kTypes)
        if (name.ends_with(end)) return type;
    return "application/octet-stream";
}

/// Bytes as a symbol of the object file: far quicker to compile than an array.
void include(std::ofstream& out, std::string const& symbol, std::string const& path, std::string const& bytes) {
    std::ofstream{path, std::ios::binary} << bytes;
    out << "extern char const " << symbol << "[] __attribute__((visibility(\"hidden\")));\n"
        << "__asm__(\".section .rodata\\n.global " << symbol << "\\n.hidden " << symbol << "\\n"
        << symbol << ":\\n.incbin \\\"" << path << "\\\"\\n.byte 0\\n.previous\");\n";
}
}   // namespace

int main(int argc, char** argv) try {
    if (argc < 4) return std::cerr << "usage: embed OUTPUT.cpp SYMBOL NAME=FILE...\n", 2;
    auto const output = std::string{argv[1]};
    auto const symbol = std::string{argv[2]};
    std::ofstream out{output};
    out << "#include \"server/static/embedded.hpp\"\n\nextern \"C\" {\n";
    std::string rows;
    for (int i = 3; i < argc; ++i) {
        auto const pair = std::string{argv[i]};
        auto const name = pair.substr(0, pair.find('='));
        auto const bytes = read_file(pair.substr(name.size() + 1));
        auto const id = symbol + "_" + std::to_string(i - 3);
        auto const row = [&](std::string_view kind, std::string const& content) {
            include(out, id + "_" + std::string{kind}, output + "." + id + "_" + std::string{kind}, content);
            return "{" + id + "_" + std::string{kind} + ", " + std::to_string(content.size()) + "}";
        };
        auto const zipped = gzip(bytes);
        auto const small = zipped.size() + 64 < bytes.size();
        rows += "    {\"" + name + "\", \"" + std::string{type_of(name)} + "\", \"" + hash(bytes) + "\", " +
                std::to_string(bytes.size()) + ", ";
        rows += small ? "{}, " + row("gz", zipped) + ", " + row("br", brotli(bytes)) : row("raw", bytes) + ", {}, {}";
        rows += "},\n";
    }
    out << "}\n\nnamespace waqtor {\nextern EmbeddedFile const " << symbol << "[];\nEmbeddedFile const " << symbol << "[] = {\n"
        << rows << "    {},\n};\n}   // namespace waqtor\n";
    return out.flush() ? 0 : 1;
} catch (std::exception const& thrown) {
    std::cerr << "embed: " << thrown.what() << '\n';
    return 1;
}
