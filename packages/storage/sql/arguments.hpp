#pragma once
#include "storage/sql/value.hpp"

namespace waqtor::sql {

/// The text and arguments of a statement whose number of arguments varies.
class Arguments {
public:
    /// Adds a value and returns its placeholder: "$3". Text must outlive the statement.
    template <class T> std::string add(T const& value) {
        all_.push_back(to_argument(value));
        return "$" + std::to_string(all_.size());
    }
    /// The same for text made on the spot, which is kept.
    std::string own(std::string text) {
        all_.emplace_back(std::move(text));
        return "$" + std::to_string(all_.size());
    }
    /// "($3, $4)", for IN.
    template <class R> std::string list(R const& values) {
        std::string out = "(";
        for (auto const& value : values) out += (out.size() == 1 ? "" : ", ") + add(value);
        return out + ')';
    }
    /// Every member of a row: "($1, $2)".
    template <RowStruct T> std::string row(T const& value) {
        std::string out = "(";
        boost::mp11::mp_for_each<Members<T>>([&](auto d) { out += (out.size() == 1 ? "" : ", ") + add(value.*d.pointer); });
        return out + ')';
    }
    std::span<Argument const> all() const { return all_; }

private:
    std::vector<Argument> all_;
};

/// `text` as a part of what LIKE … ESCAPE '\' looks for, anywhere: "%50\%%".
std::string like_anywhere(std::string_view text);

}   // namespace waqtor::sql
