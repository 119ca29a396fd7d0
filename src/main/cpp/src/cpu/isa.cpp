#include "cpu/isa.hpp"

#include <atomic>
#include <cstring>

namespace espalier::cpu {

namespace {

struct Isa {
  const char* name;
  const Kernels* kernels;
  bool (*present)();
};

// Best first.
const Isa isas[] = {
#ifdef ESPALIER_X86
    {"avx512", &avx512::table,
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
     }},
    {"avx2", &avx2::table,
     [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
#endif
    {"portable", &portable::table, [] { return true; }},
};

const Isa* best() noexcept {
  for (const Isa& isa : isas) {
    if (isa.present()) return &isa;
  }
  return nullptr;
}

std::atomic<const Isa*>& current() noexcept {
  static std::atomic<const Isa*> isa{best()};
  return isa;
}

}  // namespace

const Kernels& kernels() noexcept { return *current().load(std::memory_order_relaxed)->kernels; }

const char* isa_name() noexcept { return current().load(std::memory_order_relaxed)->name; }

bool select_isa(const char* name) noexcept {
  if (name == nullptr) {
    current().store(best(), std::memory_order_relaxed);
    return true;
  }
  for (const Isa& isa : isas) {
    if (std::strcmp(isa.name, name) == 0 && isa.present()) {
      current().store(&isa, std::memory_order_relaxed);
      return true;
    }
  }
  return false;
}

}  // namespace espalier::cpu
