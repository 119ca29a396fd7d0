#include "device.hpp"

#include <algorithm>
#include <stdexcept>

namespace espalier::bench {

double Device::copy_bandwidth() {
  // Far more than caches hold.
  constexpr size_t bytes = size_t{256} << 20;
  constexpr int runs = 10;
  const Buffer from = allocate(bytes), to = allocate(bytes);
  // Touches both, so that no page is mapped on the clock.
  queue_copy(from.get(), to.get(), bytes);
  double best = 0;
  for (int run = 0; run <= runs; ++run) {
    const double time = seconds([&] { queue_copy(to.get(), from.get(), bytes); });
    if (run > 0) best = std::max(best, 2.0 * bytes / time);
  }
  return best;
}

std::unique_ptr<Device> open_device(int32_t ordinal) {
  if (ordinal < 0) return open_cpu();
#ifdef ESPALIER_BENCH_CUDA
  return open_cuda(ordinal);
#else
  throw std::runtime_error("this build has no CUDA");
#endif
}

}  // namespace espalier::bench
