#pragma once
#include "storage/sql/writer.hpp"

namespace waqtor::sql {

/// The threads that read, each with a connection of its own that is made when it is first needed. Reads that wait at the same time
/// share a snapshot.
class Readers {
public:
    Readers(Driver& driver, JobQueue& jobs, unsigned count, Counters& counters);
    /// The queue must have been closed.
    ~Readers() = default;

private:
    static constexpr int kMostShared = 16;   // a snapshot that stays keeps the write-ahead log from being emptied

    void run();
    void read(std::unique_ptr<Connection>& connection, Job first);

    Driver& driver_;
    JobQueue& jobs_;
    Counters& counters_;
    std::vector<std::jthread> threads_;
};

}   // namespace waqtor::sql
