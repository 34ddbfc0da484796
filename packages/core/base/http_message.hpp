#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <sstream>

// Whole HTTP messages on a stream, through plain buffers. Beast's own composed reads and writes are compiled anew for every stream,
// body and buffer they meet, which made a few calls of them a megabyte of the program.

namespace waqtor::http_message {
namespace asio = boost::asio;
namespace http = boost::beast::http;

template <class Stream, bool IsRequest>
asio::awaitable<boost::system::error_code> write(Stream& stream, http::message<IsRequest, http::string_body> const& message) {
    std::ostringstream head;
    head << message.base();
    auto const text = std::move(head).str() + message.body();
    boost::system::error_code error;
    co_await asio::async_write(stream, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

/// Reads until the message is complete, or says why it is not: the stream's error, or the parser's (http::error). `buffer` keeps
/// what came after it.
template <class Stream, bool IsRequest>
asio::awaitable<boost::system::error_code> read(Stream& stream, boost::beast::flat_buffer& buffer,
                                                http::parser<IsRequest, http::string_body>& parser) {
    constexpr std::size_t kBlock = 64 << 10;
    boost::system::error_code error;
    parser.eager(true);
    for (;;) {
        while (buffer.size() > 0) {
            auto const used = parser.put(buffer.data(), error);
            buffer.consume(used);
            if (parser.is_done() || (error && error != http::error::need_more)) co_return error;
            if (error || used == 0) break;
        }
        error = {};
        auto const room = asio::mutable_buffer{buffer.prepare(kBlock)};
        buffer.commit(co_await stream.async_read_some(room, asio::redirect_error(asio::use_awaitable, error)));
        if (error == asio::error::eof && parser.got_some()) {   // an answer without a length ends with the connection
            error = {};
            parser.put_eof(error);
            co_return error;
        }
        if (error) co_return error;
    }
}

}   // namespace waqtor::http_message
