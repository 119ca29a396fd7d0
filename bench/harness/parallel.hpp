#pragma once

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

namespace espalier::bench {

inline int processors() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/** Calls body(begin, end) for `threads` parts of [0, count), each on a thread of its own. */
template <class Body>
void in_parallel(int threads, int64_t count, const Body& body) {
  const int64_t parts = std::clamp<int64_t>(count, 1, threads);
  std::vector<std::thread> team;
  for (int64_t part = 1; part < parts; ++part) {
    team.emplace_back([&body, count, parts, part] {
      body(count / parts * part + std::min(part, count % parts),
           count / parts * (part + 1) + std::min(part + 1, count % parts));
    });
  }
  body(0, count / parts + std::min<int64_t>(1, count % parts));
  for (std::thread& thread : team) thread.join();
}

}  // namespace espalier::bench
