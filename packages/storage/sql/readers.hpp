#pragma once
#include "storage/sql/writer.hpp"

namespace waqtor::sql {

/// The threads that read, each with a connection of its own that is made when it is first needed.
class Readers {
public:
    Readers(Driver& driver, JobQueue& jobs, unsigned count, Counters& counters);
    /// The queue must have been closed.
    ~Readers() = default;

private:
    void run();

    Driver& driver_;
    JobQueue& jobs_;
    Counters& counters_;
    std::vector<std::jthread> threads_;
};

}   // namespace waqtor::sql
