#pragma once
#include "storage/sql/connection.hpp"
#include "storage/sql/event_counters.hpp"

#include "core/base/database.hpp"

namespace waqtor::sql {

/// A transaction as the stores see it. A statement that fails (not one that merely finds nothing) ends the whole operation: every
/// later statement answers the same error and nothing of it is written, on both databases alike. What may collide is therefore
/// written with ON CONFLICT.
class Transaction final : public waqtor::Transaction {
public:
    /// `counters` outlive it. Without them it adds no events.
    explicit Transaction(Connection& connection, EventCounters* counters = nullptr)
        : connection_{connection}, counters_{counters} {}

    /// Runs a statement; returns how many rows it changed.
    template <class... A> Result<std::int64_t> exec(std::string_view sql, A const&... arguments) {
        return run(sql, std::array<Argument, sizeof...(A)>{to_argument(arguments)...}, {});
    }
    /// The same, for statements whose number of arguments varies.
    Result<std::int64_t> exec_of(std::string_view sql, std::span<Argument const> arguments) { return run(sql, arguments, {}); }
    /// Runs a statement whose answer nobody needs: PostgreSQL is not waited for. Should it fail, the operation ends with its error
    /// at a later statement or at its end, so nobody can act on it: not for what may collide.
    template <class... A> Result<void> post(std::string_view sql, A const&... arguments) {
        return post_of(sql, std::array<Argument, sizeof...(A)>{to_argument(arguments)...});
    }
    /// post() of a statement that changes at least one row: where it changes none, the operation ends with `unless`, in the same
    /// way.
    template <class... A> Result<void> post_changing(Error unless, std::string_view sql, A const&... arguments) {
        return post_of(sql, std::array<Argument, sizeof...(A)>{to_argument(arguments)...}, std::move(unless));
    }
    /// Every row, as a described struct by position or as the value of its only column.
    template <class T, class... A> Result<std::vector<T>> all(std::string_view sql, A const&... arguments) {
        return all_of<T>(sql, std::array<Argument, sizeof...(A)>{to_argument(arguments)...});
    }
    /// The same, for statements whose number of arguments varies.
    template <class T> Result<std::vector<T>> all_of(std::string_view sql, std::span<Argument const> arguments) {
        std::vector<T> out;
        auto take = [](void* state, Row const& row) {
            auto& rows = *static_cast<std::vector<T>*>(state);
            if (rows.empty()) rows.reserve(kFewRows);   // growing from one moves the first rows six times
            return read_row(row, rows.emplace_back());
        };
        TRY_OK(run(sql, arguments, {&out, take}));
        return out;
    }
    /// The first row, if there is any.
    template <class T, class... A> Result<std::optional<T>> maybe(std::string_view sql, A const&... arguments) {
        std::optional<T> out;
        auto take = [](void* state, Row const& row) -> Result<void> {
            auto& found = *static_cast<std::optional<T>*>(state);
            return found ? Result<void>{} : read_row(row, found.emplace());
        };
        TRY_OK(run(sql, std::array<Argument, sizeof...(A)>{to_argument(arguments)...}, {&out, take}));
        return out;
    }
    /// The first row; Code::not_found when there is none.
    template <class T, class... A> Result<T> one(std::string_view sql, A const&... arguments) {
        TRY(auto found, maybe<T>(sql, arguments...));
        if (!found) return fail(Code::not_found, "There is no such thing");
        return *std::move(found);
    }
    /// Writes every member of a described struct as a new row of `table`.
    template <RowStruct T> Result<void> insert(std::string_view table, T const& value) {
        TRY_OK(run(insert_text<T>(table), members(value), {}));
        return {};
    }
    /// insert(), posted.
    template <RowStruct T> Result<void> post_row(std::string_view table, T const& value) {
        return post_of(insert_text<T>(table), members(value));
    }

    void wakes(WorkspaceId workspace) override { woken_.push_back(workspace); }

    Connection& connection() { return connection_; }
    EventCounters* counters() { return counters_; }
    std::vector<WorkspaceId>& woken() { return woken_; }
    /// The first statement that failed.
    std::optional<Error> const& failure() const { return failure_; }

private:
    static constexpr std::size_t kFewRows = 32;
    Result<std::int64_t> run(std::string_view sql, std::span<Argument const> arguments, RowSink sink);
    Result<void> post_of(std::string_view sql, std::span<Argument const> arguments, std::optional<Error> unless_changing = {});
    Result<void> check(std::span<Argument const> arguments);

    template <RowStruct T> static auto members(T const& value) {
        std::array<Argument, boost::mp11::mp_size<Members<T>>::value> out;
        std::size_t index = 0;
        boost::mp11::mp_for_each<Members<T>>([&](auto d) { out[index++] = to_argument(value.*d.pointer); });
        return out;
    }
    template <RowStruct T> static std::string insert_text(std::string_view table) {
        auto const columns = " (" + sql::columns<T>() + ") VALUES (" + placeholders<T>() + ")";
        return "INSERT INTO " + std::string{table} + columns;
    }

    Connection& connection_;
    EventCounters* counters_;
    std::vector<WorkspaceId> woken_;
    std::optional<Error> failure_;
};

/// The stores' way in. Every Transaction of the product is made by this room.
inline Transaction& of(waqtor::Transaction& transaction) { return static_cast<Transaction&>(transaction); }

}   // namespace waqtor::sql
