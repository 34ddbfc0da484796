#pragma once
#include "core/base/time.hpp"
#include "sandbox/wire/listener.hpp"

#include <map>

namespace waqtor::sandbox {

/// The media hosts: takes encrypted files at /mms/TYPE/TOKEN and gives them back at the direct path it answered with. In memory.
class MediaStore {
public:
    /// `host` is host:port as the answer's url names it.
    HttpAnswer handle(HttpRequest const& request, std::string const& host);
    /// A file of the service or of a phone. Gives its direct path.
    std::string put(std::string file);
    /// What a phone reads; nothing when there is no such file.
    std::optional<std::string> fetch(std::string_view direct_path) const;

    Milliseconds wait{0};   // before every answer
    bool spoil = false;     // downloads come with a flipped bit

private:
    std::map<std::string, std::string, std::less<>> files_;   // by direct path
    std::uint64_t last_ = 0;

    HttpAnswer answer_at_once(HttpRequest const& request, std::string const& host);
    HttpAnswer upload(std::string_view path, HttpRequest const& request, std::string const& host);
};

}   // namespace waqtor::sandbox
