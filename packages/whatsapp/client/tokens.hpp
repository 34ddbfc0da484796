#pragma once
#include "whatsapp/client/directory.hpp"

namespace waqtor::whatsapp {

/// Gives the people we write to leave to write back (tctoken): once a week each, many in one request. On the strand.
class Tokens {
public:
    explicit Tokens(Context& context, Directory& directory) : context_{context}, directory_{directory} {}

    /// We have written to this person. True when work() should run.
    bool wrote_to(Jid const& person);
    /// Gives out what is due, after a moment in which more may become so. Until nothing is or the line is closed.
    asio::awaitable<void> work(std::shared_ptr<Line> line);

private:
    static constexpr std::size_t kMostKnown = 4096;
    Context& context_;
    Directory& directory_;
    std::map<Jid, std::int64_t> known_;   // person → the week in which it was given or looked up; saves asking the store
    std::set<Jid> due_;
    bool busy_ = false;

    Task<void> give(std::shared_ptr<Line> line, std::vector<Jid> people);
};

}   // namespace waqtor::whatsapp
