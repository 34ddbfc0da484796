#pragma once
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

/// What /proc says of another process.
namespace waqtor::bench {

inline double cpu_seconds(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    text.erase(0, text.rfind(')') + 2);
    long user = 0;
    long system = 0;
    if (std::sscanf(text.c_str(), "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
        throw std::runtime_error{"no CPU time"};
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

inline long rss_kb(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/statm"};
    long all = 0;
    long resident = 0;
    in >> all >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

inline long peak_rss_kb(long pid) {
    std::ifstream in{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    return 0;
}

/// From now on the peak is of what follows.
inline void forget_peak(long pid) { std::ofstream{"/proc/" + std::to_string(pid) + "/clear_refs"} << 5; }

}   // namespace waqtor::bench
