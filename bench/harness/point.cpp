#include "point.hpp"

#include <cstdio>

namespace espalier::bench {

std::string Sparsity::text() const {
  if (n_of_m()) return std::to_string(keep) + ":" + std::to_string(group);
  char text[32];
  std::snprintf(text, sizeof text, "%g", share);
  return text;
}

std::string dtype_name(esp_dtype dtype) {
  switch (dtype) {
    case ESP_F32:
      return "f32";
    case ESP_F16:
      return "f16";
    case ESP_BF16:
      return "bf16";
    case ESP_F64:
      return "f64";
    case ESP_U8:
      return "u8";
    case ESP_I64:
      return "i64";
  }
  return "";
}

std::string device_name(int32_t device) {
  return device < 0 ? "cpu" : "cuda:" + std::to_string(device);
}

}  // namespace espalier::bench
