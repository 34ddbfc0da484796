#pragma once
#include "core/contacts/contact_import.hpp"
#include "core/contacts/phone_number.hpp"

#include <array>
#include <deque>
#include <mutex>

namespace waqtor::import {

/// The numbers that were found in a file's rows, in their order: reading one takes longer than all else that is done with a row.
class Numbers {
public:
    /// What was found in the next row. Nothing where none was, where other rows were seen, and after the end.
    std::optional<PhoneNumber> next(std::int64_t line);
    /// Adds what was found in the next row; only the first rows of a very large file are kept.
    void add(std::int64_t line, std::optional<PhoneNumber> const& found);

private:
    struct Found {
        std::uint64_t digits = 0;   // 0: none
        std::int32_t line = 0;
        std::array<char, 2> country{};
        bool mobile = false;
    };
    static constexpr std::size_t kMost = 250'000;   // 4 MB

    std::vector<Found> all_;
    std::size_t given_ = 0;
};

/// What the last looks at files found, until their imports are carried out. Safe to use from any thread.
class SeenNumbers {
public:
    void keep(ImportId import, ImportSettings const& settings, Numbers numbers);
    /// Empty unless the file was looked at with the same settings.
    Numbers take(ImportId import, ImportSettings const& settings);

private:
    struct Seen {
        ImportId import;
        ImportSettings settings;
        Numbers numbers;
    };
    static constexpr std::size_t kMost = 4;

    std::mutex mutex_;   // files are read on a pool
    std::deque<Seen> all_;
};

/// The digits of "+966501234567".
std::uint64_t digits_of(std::string_view e164);

}   // namespace waqtor::import
