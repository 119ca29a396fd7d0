#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <numeric>
#include <vector>

#include "device.hpp"
#include "espalier/espalier.h"
#include "parallel.hpp"
#include "tensor.hpp"

namespace espalier::bench {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "CPU";
}

std::string describe() {
  return processor() + ", " + esp_cpu_isa() + ", " + std::to_string(esp_num_threads()) + " threads";
}

/** The first line of a file, "" if there is none. */
std::string line_of(const std::string& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(in, line);
  return line;
}

/** The size of all last-level caches together: processors may share one or have several. */
size_t last_level_caches() {
  // From the kernel and not from sysconf, which counts caches that a virtual machine does not have.
  std::map<std::string, size_t> kilobytes;  // by the processors that share it
  for (int cpu = 0; cpu < processors(); ++cpu) {
    const std::string caches = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index";
    for (const char* level : {"3/", "2/"}) {
      const std::string size = line_of(caches + level + "size");
      if (size.empty()) continue;
      kilobytes[line_of(caches + level + "shared_cpu_list")] = std::stoul(size);
      break;
    }
  }
  size_t total = 0;
  for (const auto& cache : kilobytes) total += cache.second << 10;
  return total > 0 ? total : size_t{64} << 20;
}

class Cpu final : public Device {
 public:
  Cpu() : Device(-1, describe()) {}

  Buffer allocate(size_t bytes) const override { return {aligned_memory(bytes), &std::free}; }

  void copy(void* to, const void* from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

  void flush_cache() override {
    // Written once, or all of its pages would be the same zeros.
    if (flush_.empty()) flush_.assign(2 * last_level_caches() / sizeof(uint64_t), 1);
    // Every processor takes part: each has caches of its own. Reading leaves nothing that the op
    // would have to write back.
    std::atomic<uint64_t> total{0};
    in_parallel(processors(), static_cast<int64_t>(flush_.size()), [&](int64_t begin, int64_t end) {
      total += std::accumulate(flush_.begin() + begin, flush_.begin() + end, uint64_t{0});
    });
    flush_[0] = total;  // so that the sum is needed
  }

  double seconds(const std::function<void()>& work) override {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 protected:
  void queue_copy(void* to, const void* from, size_t bytes) override {
    in_parallel(esp_num_threads(), static_cast<int64_t>(bytes), [&](int64_t begin, int64_t end) {
      std::memcpy(static_cast<unsigned char*>(to) + begin,
                  static_cast<const unsigned char*>(from) + begin, end - begin);
    });
  }

 private:
  std::vector<uint64_t> flush_;
};

}  // namespace

std::unique_ptr<Device> open_cpu() { return std::make_unique<Cpu>(); }

}  // namespace espalier::bench
