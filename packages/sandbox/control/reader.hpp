#pragma once
#include "core/base/result.hpp"
#include "core/base/time.hpp"

#include <boost/json.hpp>

#include <optional>
#include <set>

namespace waqtor::sandbox {

/// Reads the members of one JSON object that came from outside and remembers the first that is wrong: of another kind, out of
/// range, or not asked for at all.
class Reader {
public:
    /// `where` is put in front of names in errors: "phones[3].". Both must outlive the reader.
    explicit Reader(boost::json::object const& from, std::string where = {}) : from_{from}, where_{std::move(where)} {}

    std::string text(std::string_view key, std::string fallback = {});
    /// Text that must be there and not empty.
    std::string needed(std::string_view key);
    double number(std::string_view key, double fallback, double least, double most);
    std::uint64_t count(std::string_view key, std::uint64_t fallback);
    bool flag(std::string_view key, bool fallback);
    std::optional<Milliseconds> wait(std::string_view key);
    boost::json::object const* object(std::string_view key);
    boost::json::array const* array(std::string_view key);
    std::vector<std::string> texts(std::string_view key);

    std::string const& where() const { return where_; }
    void wrong(std::string_view key, std::string_view why);
    /// Code::invalid with the first thing that was wrong.
    Result<void> end();

private:
    boost::json::object const& from_;
    std::string where_;
    std::set<std::string, std::less<>> asked_;
    std::string problem_;

    boost::json::value const* find(std::string_view key);
};

}   // namespace waqtor::sandbox
