#pragma once
#include "core/base/described.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waqtor {

/// Where a setting's value came from; later ones win.
enum class Source : std::uint8_t { standard, file, environment, flag };
BOOST_DESCRIBE_ENUM(Source, standard, file, environment, flag)

/// What is said once about a setting. Its key "server.port" gives the TOML key, the flag --server-port and the variable
/// WAQTOR_SERVER_PORT; `alias` is the variable WaQtor 2.3 documents for it.
struct SettingInfo {
    std::string_view key;
    std::string_view help;
    std::string_view alias = "";
    bool secret = false;   // shown as *** by `config show`
};

class SettingBase;

/// All settings of a struct, in the order they were declared.
class SettingList {
public:
    SettingList() = default;
    SettingList(SettingList const&) = delete;
    SettingList& operator=(SettingList const&) = delete;

    std::vector<SettingBase*> const& all() const { return all_; }
    SettingBase* find(std::string_view key) const;

private:
    friend class SettingBase;
    std::vector<SettingBase*> all_;
};

class SettingBase {
public:
    SettingBase(SettingList& list, SettingInfo info);
    virtual ~SettingBase() = default;

    SettingInfo const& info() const { return info_; }
    Source source() const { return source_; }
    std::string flag() const;       // "--server-port"
    std::string variable() const;   // "WAQTOR_SERVER_PORT"

    /// Takes a value from its text. Code::invalid names the setting, the value and what is allowed.
    Result<void> set(std::string_view text, Source from);
    virtual std::string text() const = 0;
    virtual std::string standard_text() const = 0;
    virtual std::string type() const = 0;      // "number", "text", "on/off", "list"
    virtual std::string allowed() const = 0;   // "1 to 65535"

protected:
    virtual bool parse(std::string_view text) = 0;

private:
    SettingInfo info_;
    Source source_ = Source::standard;
};

/// A whole number with a range. Sizes and times say their unit in the key: "body_kib", "idle_seconds".
class NumberSetting final : public SettingBase {
public:
    NumberSetting(SettingList& list, SettingInfo info, std::int64_t standard, std::int64_t low, std::int64_t high)
        : SettingBase{list, info}, standard_{standard}, low_{low}, high_{high}, value_{standard} {}
    std::int64_t operator()() const { return value_; }
    std::string text() const override { return std::to_string(value_); }
    std::string standard_text() const override { return std::to_string(standard_); }
    std::string type() const override { return "number"; }
    std::string allowed() const override { return std::to_string(low_) + " to " + std::to_string(high_); }

private:
    bool parse(std::string_view text) override;
    std::int64_t standard_, low_, high_, value_;
};

class BoolSetting final : public SettingBase {
public:
    BoolSetting(SettingList& list, SettingInfo info, bool standard)
        : SettingBase{list, info}, standard_{standard}, value_{standard} {}
    bool operator()() const { return value_; }
    std::string text() const override { return value_ ? "true" : "false"; }
    std::string standard_text() const override { return standard_ ? "true" : "false"; }
    std::string type() const override { return "on/off"; }
    std::string allowed() const override { return "true or false"; }

private:
    bool parse(std::string_view text) override;
    bool standard_, value_;
};

/// Text, with an optional list of the only values allowed, or a format.
class TextSetting final : public SettingBase {
public:
    TextSetting(SettingList& list, SettingInfo info, std::string standard, std::vector<std::string_view> choices = {})
        : SettingBase{list, info}, standard_{standard}, value_{std::move(standard)}, choices_{std::move(choices)} {}
    std::string const& operator()() const { return value_; }
    std::string text() const override { return value_; }
    std::string standard_text() const override { return standard_; }
    std::string type() const override { return "text"; }
    std::string allowed() const override;

private:
    bool parse(std::string_view text) override;
    std::string standard_, value_;
    std::vector<std::string_view> choices_;
};

/// Texts separated by commas (a list in the file).
class ListSetting final : public SettingBase {
public:
    ListSetting(SettingList& list, SettingInfo info, Format format) : SettingBase{list, info}, format_{format} {}
    std::vector<std::string> const& operator()() const { return value_; }
    std::string text() const override;
    std::string standard_text() const override { return ""; }
    std::string type() const override { return "list"; }
    std::string allowed() const override;

private:
    bool parse(std::string_view text) override;
    std::vector<std::string> value_;
    Format format_;
};

/// Reads a TOML file: every key must be a setting's. Code::not_found when there is no such file.
Result<void> read_settings_file(SettingList& settings, std::string const& path);
/// Reads variables ("NAME" → "value"): WAQTOR_* must be known; aliases of 2.3 are taken when the new name is not set.
Result<void> read_settings_environment(SettingList& settings, std::map<std::string, std::string> const& environment);
/// The documentation of all settings, as Markdown (api/settings.md).
std::string settings_markdown(SettingList const& settings);

}   // namespace waqtor
