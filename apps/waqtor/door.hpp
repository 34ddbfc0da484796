#pragma once
#include "core/base/json.hpp"
#include "core/base/settings_list.hpp"
#include "output.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace waqtor {

/// Where a command's work is done: a server (--server, --api-key), or the data folder here, whether a server runs on it or not.
struct DoorWish {
    std::string server{};
    std::string key{};
    std::string workspace{};
    bool carries_out = false;   // imports, here, unless a server has the data folder: then that does

    void add_flags(CLI::App& command);
};

/// The API as a command uses it. The same routes answer behind it, here or there.
class Door {
public:
    virtual ~Door() = default;
    /// Settings outlive it. Code::invalid when the wish is none, Code::not_found when there is no workspace here.
    static Result<std::unique_ptr<Door>> open(Settings const& settings, DoorWish const& wish);

    /// `data` of the answer; `body` may be null.
    Result<json::value> call(std::string_view method, std::string const& target, json::value const& body = nullptr);
    template <class T> Result<T> read(std::string_view method, std::string const& target, json::value const& body = nullptr);
    /// The whole answer, when it is no JSON or has more than `data`.
    virtual Result<std::string> ask(std::string_view method, std::string const& target, std::string body,
                                    std::string const& content_type = "application/json") = 0;
};

/// Escapes what must not stand in a query as it is.
std::string query_text(std::string_view text);

/// How far something is, on a terminal only: one line on standard error that is written over.
class Progress {
public:
    /// Shows nothing when programs read (--json) or standard error is no terminal.
    explicit Progress(Output const& output);
    ~Progress() { clear(); }
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    void show(std::int64_t done, std::int64_t total, std::string_view what);
    void clear();

private:
    bool shows_ = false;
    bool dirty_ = false;
};

/// "[#####     ]  50 %  500 of 1000 rows".
std::string progress_line(std::int64_t done, std::int64_t total, std::string_view what);

}   // namespace waqtor

template <class T>
waqtor::Result<T> waqtor::Door::read(std::string_view method, std::string const& target, json::value const& body) {
    TRY(auto const data, call(method, target, body));
    return read_json<T>(data);
}
