#include "output.hpp"

#include <fmt/format.h>

#include <iostream>

namespace waqtor {
namespace {
void write_pretty(std::string& out, boost::json::value const& value, std::string const& indent) {
    auto const inner = indent + "  ";
    if (value.is_object() && !value.get_object().empty()) {
        auto separator = "{\n";
        for (auto const& [key, member] : value.get_object()) {
            out += separator + inner + boost::json::serialize(boost::json::string{key}) + ": ";
            write_pretty(out, member, inner);
            separator = ",\n";
        }
        out += "\n" + indent + "}";
    } else if (value.is_array() && !value.get_array().empty()) {
        auto separator = "[\n";
        for (auto const& item : value.get_array()) {
            out += separator + inner;
            write_pretty(out, item, inner);
            separator = ",\n";
        }
        out += "\n" + indent + "]";
    } else
        out += boost::json::serialize(value);
}
}   // namespace

std::string pretty(boost::json::value const& value) {
    std::string out;
    write_pretty(out, value, "");
    return out + "\n";
}

Exit exit_for(Code code) {
    switch (code) {
        case Code::invalid:
        case Code::malformed: return Exit::usage;
        case Code::not_found: return Exit::not_found;
        case Code::conflict:
        case Code::forbidden:
        case Code::unauthenticated: return Exit::refused;
        case Code::unavailable:
        case Code::busy:
        case Code::storage_full: return Exit::unavailable;
        default: return Exit::failed;
    }
}

int Output::say(std::string const& sentence) const {
    if (json)
        print(boost::json::object{{"success", true}, {"data", boost::json::object{{"message", sentence}}}});
    else
        std::cout << sentence << '\n';
    return 0;
}

int Output::failure(Error const& error) const {
    if (json) {
        boost::json::object shown{{"code", row(error.code).name}, {"message", error.message}};
        if (!error.details.empty()) {
            boost::json::array details;
            for (auto const& detail : error.details) details.push_back({{"field", detail.field}, {"problem", detail.problem}});
            shown["details"] = std::move(details);
        }
        print(boost::json::object{{"success", false}, {"error", std::move(shown)}});
    } else {
        std::cerr << "waqtor: " << error.message << '\n';
        if (!error.cause.empty()) std::cerr << "        (" << error.cause << ")\n";
    }
    return static_cast<int>(exit_for(error.code));
}

void Output::print(boost::json::object const& object) const { std::cout << boost::json::serialize(object) << '\n'; }

void Table::print() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (auto const& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    for (auto const& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            std::cout << fmt::format("{:<{}}", row[i], i + 1 < row.size() ? widths[i] + 2 : 0);
        std::cout << '\n';
    }
}

}   // namespace waqtor
