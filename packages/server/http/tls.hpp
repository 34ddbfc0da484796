#pragma once
#include "core/base/result.hpp"

#include <memory>
#include <mutex>

namespace boost::asio::ssl {
class context;
}

namespace waqtor {

/// The certificate and key connections are made with. A reload concerns new connections only. Safe to use from any thread.
class TlsFiles {
public:
    TlsFiles(std::string certificate, std::string key) : certificate_{std::move(certificate)}, key_{std::move(key)} {}

    /// Reads the files (again). Code::unavailable says what is wrong with them; what was loaded before stays in use.
    Result<void> load();
    /// nullptr before the first load().
    std::shared_ptr<asio::ssl::context> current() const;

private:
    std::string certificate_;
    std::string key_;
    mutable std::mutex mutex_;
    std::shared_ptr<asio::ssl::context> context_;
};

}   // namespace waqtor
