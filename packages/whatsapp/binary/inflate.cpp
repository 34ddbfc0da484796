#include "whatsapp/binary/inflate.hpp"

#include "whatsapp/crypto/refusal.hpp"

#include <zlib.h>

#include <limits>
#include <memory>

namespace waqtor::whatsapp {

Result<Bytes> inflate(ByteView deflated, std::size_t most) {
    if (deflated.size() > std::numeric_limits<uInt>::max()) return refuse(Refusal::limit, "zlib data of 4 GiB");
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) return fail(Code::unavailable, "no memory to inflate a stanza");
    auto const guard = std::unique_ptr<z_stream, int (*)(z_stream*)>{&stream, inflateEnd};

    stream.next_in = const_cast<Bytef*>(deflated.data());
    stream.avail_in = static_cast<uInt>(deflated.size());
    Bytes out(std::min(most + 1, std::max<std::size_t>(deflated.size() * 4, 1024)));
    for (std::size_t done = 0;;) {
        stream.next_out = out.data() + done;
        stream.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size() - done, 1U << 30));
        auto const offered = stream.avail_out;
        auto const status = ::inflate(&stream, Z_NO_FLUSH);
        done += offered - stream.avail_out;
        if (done > most) return refuse(Refusal::limit, "zlib data that grows beyond its limit");
        if (status == Z_STREAM_END) {
            if (stream.avail_in != 0) return refuse(Refusal::malformed, "bytes after the end of zlib data");
            out.resize(done);
            return out;
        }
        if (status != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0))
            return refuse(Refusal::malformed, "broken zlib data");
        if (done == out.size()) out.resize(std::min(most + 1, out.size() * 2));
    }
}

}   // namespace waqtor::whatsapp
