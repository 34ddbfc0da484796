#include "sandbox/phone/behaviour.hpp"

#include <algorithm>

namespace waqtor::sandbox {

namespace {

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; }

bool contains(std::string_view text, std::string_view part) {
    auto const same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() || part.empty();
}

}   // namespace

Behaviour::Reply const* Behaviour::reply_to(std::string_view text) const {
    auto const found = std::ranges::find_if(replies, [&](auto const& reply) { return contains(text, reply.contains); });
    return found == replies.end() ? nullptr : &*found;
}

Draw::Draw(std::uint64_t seed, std::string_view who, std::uint64_t nth) : state_{seed ^ (nth * 0x9E3779B97F4A7C15U)} {
    for (auto const letter : who) state_ = (state_ ^ static_cast<std::uint8_t>(letter)) * 0x100000001B3U;   // FNV-1a
}

// splitmix64, https://prng.di.unimi.it/splitmix64.c
double Draw::next() {
    auto z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) / static_cast<double>(1ULL << 53);
}

Milliseconds Draw::around(Milliseconds wait) {
    return Milliseconds{static_cast<Milliseconds::rep>(static_cast<double>(wait.count()) * (0.5 + next()))};
}

}   // namespace waqtor::sandbox
