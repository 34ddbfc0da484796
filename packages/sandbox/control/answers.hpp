#pragma once
#include "sandbox/sandbox.hpp"

#include <boost/json.hpp>

/// What the files of the control API share.
namespace waqtor::sandbox {

HttpAnswer good(boost::json::value data);
HttpAnswer bad(Error const& error);
inline boost::json::value nothing() { return boost::json::object{}; }

/// The answer made of the result by `make`, or of its error.
template <class T> HttpAnswer answer(Result<T> const& result, auto make) {
    if (!result) return bad(result.error());
    if constexpr (std::is_void_v<T>)
        return good(make());
    else
        return good(make(*result));
}

HttpAnswer order_phone(Sandbox& sandbox, std::string const& number, std::string_view action, boost::json::object const& body);
HttpAnswer order_device(Sandbox& sandbox, std::string const& device, std::string_view action, boost::json::object const& body);
HttpAnswer add_group(Sandbox& sandbox, boost::json::object const& body);

}   // namespace waqtor::sandbox
