#pragma once
#include "core/base/json.hpp"

#include <iosfwd>

namespace waqtor {

/// What the program returns to the shell; documented in docs/cli.md.
enum class Exit : int { ok = 0, failed = 1, usage = 2, not_found = 3, refused = 4, unavailable = 5 };

Exit exit_for(Code code);

/// Writes a command's result: as text for people, or with --json as one JSON object in the API's envelope.
class Output {
public:
    bool json = false;

    /// `people` is called only when people read.
    template <class T, class F> int show(T const& value, F people) const {
        if (!json)
            people(value);
        else
            print(boost::json::object{{"success", true}, {"data", write_json(value)}});
        return 0;
    }
    int say(std::string const& sentence) const;
    int failure(Error const& error) const;
    void print(boost::json::object const& object) const;
};

/// JSON with indentation, one member a line, for files that people compare.
std::string pretty(boost::json::value const& value);

/// Columns padded to their widest cell.
class Table {
public:
    explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    void print() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}   // namespace waqtor
