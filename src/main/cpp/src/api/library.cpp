#include <cstdio>
#include <cstring>

#include "api/device.hpp"
#include "api/guarded.hpp"
#include "cpu/isa.hpp"
#include "cpu/threads.hpp"
#include "espalier/espalier.h"

namespace espalier::api {

namespace {
thread_local char last_error[512] = "";
}

esp_status fail(esp_status status, const char* op, const char* text) noexcept {
  std::snprintf(last_error, sizeof last_error, "%s: %s", op, text);
  return status;
}

}  // namespace espalier::api

using espalier::Error;
using espalier::api::guarded;

int32_t esp_abi_version(void) { return ESP_ABI_VERSION; }

const char* esp_version(void) { return ESPALIER_VERSION; }

const char* esp_last_error(void) { return espalier::api::last_error; }

int32_t esp_cuda_device_count(void) { return espalier::api::cuda_device_count(); }

esp_status esp_check_cuda(void) { return guarded("check_cuda", espalier::api::require_cuda); }

esp_status esp_check_cuda_device(int32_t device) {
  return guarded("check_cuda_device", [&] { espalier::api::require_cuda_device(device); });
}

esp_status esp_set_num_threads(int32_t threads) {
  return guarded("set_num_threads", [&] {
    if (threads < 0) throw Error{ESP_INVALID_ARGUMENT, "threads is negative"};
    espalier::cpu::set_num_threads(threads);
  });
}

int32_t esp_num_threads(void) { return espalier::cpu::num_threads(); }

const char* esp_cpu_isa(void) { return espalier::cpu::isa_name(); }

esp_status esp_set_cpu_isa(const char* isa) {
  return guarded("set_cpu_isa", [&] {
    if (!espalier::cpu::select_isa(isa)) {
      throw Error{ESP_UNSUPPORTED,
                  "this machine has no instruction set '" + std::string(isa) + "'"};
    }
  });
}
