#include "whatsapp/testing/vectors.hpp"

#include "whatsapp/crypto/encoding.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace waqtor::whatsapp::testing {

boost::json::value vectors(std::string_view file) {
    auto const path = std::string{WAQTOR_VECTORS} + "/" + std::string{file};
    std::ifstream in{path, std::ios::binary};
    if (!in) throw std::runtime_error{"golden vectors are missing: " + path};
    std::ostringstream text;
    text << in.rdbuf();
    boost::json::parse_options options;
    options.max_depth = 200;
    return boost::json::parse(text.str(), {}, options);
}

Bytes hex(boost::json::object const& object, std::string_view key) {
    auto bytes = crypto::from_hex(text(object, key));
    if (!bytes) throw std::runtime_error{"no hex in vector field " + std::string{key}};
    return *std::move(bytes);
}

std::string_view text(boost::json::object const& object, std::string_view key) {
    auto const& value = object.at(key).as_string();
    return {value.data(), value.size()};
}

Bytes operator""_hex(char const* digits, std::size_t size) {
    auto bytes = crypto::from_hex({digits, size});
    if (!bytes) throw std::runtime_error{"no hex in a test"};
    return *std::move(bytes);
}

}   // namespace waqtor::whatsapp::testing
