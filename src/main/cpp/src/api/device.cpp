#include "api/device.hpp"

#include <string>

#include "cpu/isa.hpp"
#include "error.hpp"
#ifdef ESPALIER_CUDA
#include "cuda.hpp"
#endif

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

void check_present(Operand operand) {
  const int32_t device = operand.matrix->device;
  if (device < cuda::device_count()) return;
  throw Error{ESP_UNSUPPORTED, std::string(operand.name) + " is on CUDA device " +
                                   std::to_string(device) + ", but this machine has " +
                                   std::to_string(cuda::device_count()) + " of them"};
}

int32_t make_current(int32_t device) { return cuda::make_current(device); }
void restore_current(int32_t device) noexcept { cuda::restore_current(device); }

#else

const Kernels* cuda_kernels() noexcept { return nullptr; }

void check_reach(Operand /*operand*/) {}

void check_present(Operand operand) {
  throw Error{ESP_UNSUPPORTED, std::string(operand.name) +
                                   " is on a CUDA device, but this build has no CUDA kernels"};
}

int32_t make_current(int32_t /*device*/) { return -1; }
void restore_current(int32_t /*device*/) noexcept {}

#endif

}  // namespace

int32_t cuda_device_count() noexcept {
#ifdef ESPALIER_CUDA
  return cuda::device_count();
#else
  return 0;
#endif
}

#ifdef ESPALIER_CUDA
bool has_fast_f64(int32_t device) noexcept { return device < 0 || cuda::has_fast_f64(device); }
#else
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
  for (const Operand& operand : operands) check_reach(operand);
  previous_ = make_current(first_.matrix->device);
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

Device::~Device() {
  if (previous_ >= 0) restore_current(previous_);
}

}  // namespace espalier::api
