#include "api/device.hpp"

#include <string>

#include "cpu/isa.hpp"
#include "error.hpp"

namespace espalier::api {

namespace {

#ifdef ESPALIER_CUDA

const Kernels* cuda_kernels() noexcept { return &cuda::table; }

void check_reach(Operand operand) {
  if (operand.matrix == nullptr || cuda::reaches(operand.matrix->device, operand.matrix->data)) {
    return;
  }
  throw Error{ESP_INVALID_ARGUMENT, std::string(operand.name) + " is not memory of CUDA device " +
                                        std::to_string(operand.matrix->device)};
}

std::string how_many(const cuda::Devices& found) {
  return "this machine has " + std::to_string(found.count) + " of them";
}

void check_present(Operand operand) {
  const int32_t device = operand.matrix->device;
  const cuda::Devices& found = cuda::devices();
  const std::string where =
      std::string(operand.name) + " is on CUDA device " + std::to_string(device) + ", ";
  if (device >= found.count) {
    const std::string instead = found.count == 0 ? found.obstacle : how_many(found);
    throw Error{ESP_UNSUPPORTED, where + "but " + instead};
  }
  const std::string age = cuda::too_old(device);
  if (!age.empty()) throw Error{ESP_UNSUPPORTED, where + "which " + age};
}

#else

const Kernels* cuda_kernels() noexcept { return nullptr; }

void check_reach(Operand /*operand*/) {}

void check_present(Operand operand) {
  throw Error{ESP_UNSUPPORTED, std::string(operand.name) +
                                   " is on a CUDA device, but this build has no CUDA kernels"};
}

#endif

}  // namespace

#ifdef ESPALIER_CUDA

int32_t cuda_device_count() noexcept { return cuda::devices().count; }

void require_cuda() {
  const cuda::Devices& found = cuda::devices();
  if (found.count == 0) throw Error{found.status, found.obstacle};
}

void require_cuda_device(int32_t device) {
  require_cuda();
  const cuda::Devices& found = cuda::devices();
  const std::string name = "CUDA device " + std::to_string(device) + " ";
  if (device < 0 || device >= found.count) {
    throw Error{ESP_UNSUPPORTED, name + "is not there: " + how_many(found)};
  }
  const std::string age = cuda::too_old(device);
  if (!age.empty()) throw Error{ESP_UNSUPPORTED, name + age};
}

bool has_fast_f64(int32_t device) noexcept { return device < 0 || cuda::has_fast_f64(device); }

#else

int32_t cuda_device_count() noexcept { return 0; }

void require_cuda() { throw Error{ESP_UNSUPPORTED, "this build has no CUDA kernels"}; }

void require_cuda_device(int32_t /*device*/) { require_cuda(); }

bool has_fast_f64(int32_t /*device*/) noexcept { return true; }

#endif

const Kernels* kernels_of(int32_t device) noexcept {
  return device < 0 ? &cpu::kernels() : cuda_kernels();
}

Device::Device(std::initializer_list<Operand> operands)
    : first_(*operands.begin()), kernels_(kernels_of(first_.matrix->device)) {
  for (const Operand& operand : operands) check_same_device(operand);
  if (first_.matrix->device < 0) return;
  check_present(first_);
#ifdef ESPALIER_CUDA
  // Before the runtime is asked for addresses: it may ask on the current device.
  current_.emplace(first_.matrix->device);
#endif
  for (const Operand& operand : operands) check_reach(operand);
}

void Device::require(Operand operand) const {
  check_same_device(operand);
  if (first_.matrix->device >= 0) check_reach(operand);
}

void Device::check_same_device(Operand operand) const {
  if (operand.matrix == nullptr || operand.matrix->device == first_.matrix->device) return;
  throw Error{ESP_INVALID_ARGUMENT,
              std::string(first_.name) + " and " + operand.name + " are on different devices"};
}

Device::~Device() = default;

}  // namespace espalier::api
