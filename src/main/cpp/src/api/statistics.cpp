#include "api/check.hpp"
#include "cpu/isa.hpp"
#include "espalier/espalier.h"

using namespace espalier;
using namespace espalier::api;

esp_status esp_count_zeros(const esp_matrix* w, int64_t* zeros, void* /*stream*/) {
  return guarded("count_zeros", [&] {
    check_matrix(w, "w", {ESP_F32, ESP_F16, ESP_BF16});
    require(zeros != nullptr, "zeros is NULL");
    require_cpu(*w);
    *zeros = cpu::kernels().count_zeros(*w);
  });
}
