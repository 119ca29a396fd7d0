#include <gtest/gtest.h>

#include "cuda.hpp"
#include "runtime.cuh"

using namespace espalier::cuda;

namespace {

Devices found_with(int driver, cudaError_t error) {
  sim::set_driver(driver, error);
  Devices found = find_devices();
  sim::set_driver(13000, cudaSuccess);
  EXPECT_EQ(cudaSuccess, cudaGetLastError()) << "the next launch would report it";
  return found;
}

int current_device() {
  int device = -1;
  cudaGetDevice(&device);
  return device;
}

}  // namespace

TEST(FindDevices, CountsThem) {
  const Devices found = found_with(13010, cudaSuccess);
  EXPECT_EQ(1, found.count);
  EXPECT_EQ(ESP_OK, found.status);
}

TEST(FindDevices, ADriverThatIsTooOldIsAFaultWithItsVersion) {
  const Devices found = found_with(12040, cudaErrorInsufficientDriver);
  EXPECT_EQ(0, found.count);
  EXPECT_EQ(ESP_CUDA_ERROR, found.status);
  EXPECT_EQ("the NVIDIA driver is for CUDA 12.4, this build needs 13.0; update the driver",
            found.obstacle);
}

// The runtime has one error for both; a machine without a GPU is nothing to speak of.
TEST(FindDevices, NoDriverIsNoFault) {
  const Devices found = found_with(0, cudaErrorInsufficientDriver);
  EXPECT_EQ(ESP_UNSUPPORTED, found.status);
  EXPECT_EQ("no NVIDIA driver was found", found.obstacle);
}

TEST(FindDevices, NoDeviceIsNoFault) {
  const Devices found = found_with(13000, cudaErrorNoDevice);
  EXPECT_EQ(ESP_UNSUPPORTED, found.status);
  EXPECT_EQ("the NVIDIA driver finds no device", found.obstacle);
}

TEST(FindDevices, OtherFaultsInTheRuntimesWords) {
  const Devices found = found_with(13000, cudaErrorSystemNotReady);
  EXPECT_EQ(ESP_CUDA_ERROR, found.status);
  EXPECT_EQ("CUDA cannot be used: system not yet initialized", found.obstacle);
}

TEST(TooOld, BelowTheFirstThatTheKernelsAreCompiledFor) {
  const struct Restore {
    ~Restore() { sim::set_compute_capability(90); }
  } restore;
  for (const int capability : {80, 89, 90, 120}) {
    sim::set_compute_capability(capability);
    EXPECT_EQ("", too_old(0));
    EXPECT_EQ(ESP_OK, esp_check_cuda_device(0)) << esp_last_error();
  }
  sim::set_compute_capability(75);
  EXPECT_EQ(ESP_UNSUPPORTED, esp_check_cuda_device(0));
  EXPECT_STREQ(
      "check_cuda_device: CUDA device 0 has compute capability 7.5, and the kernels need 8.0 or "
      "newer",
      esp_last_error());
  float w[4] = {0.0F, 1.0F, 0.0F, 2.0F};
  const esp_matrix view = {w, 2, 2, 2, ESP_F32, 0};
  int64_t zeros = -1;
  EXPECT_EQ(ESP_UNSUPPORTED, esp_count_zeros(&view, &zeros, nullptr, 0, nullptr));
  EXPECT_STREQ(
      "count_zeros: w is on CUDA device 0, which has compute capability 7.5, and the kernels need "
      "8.0 or newer",
      esp_last_error());
  EXPECT_EQ(ESP_UNSUPPORTED, esp_check_cuda_device(1));
  EXPECT_STREQ("check_cuda_device: CUDA device 1 is not there: this machine has 1 of them",
               esp_last_error());
}

TEST(CurrentDevice, LeavesADeviceWithoutContextAsItWas) {
  sim::set_devices(2);
  {
    const CurrentDevice device(1);
    EXPECT_EQ(1, current_device());
    EXPECT_TRUE(sim::has_context(1));
  }
  EXPECT_EQ(0, current_device());
  EXPECT_FALSE(sim::has_context(0));
  sim::set_devices(1);
}

TEST(CurrentDevice, GoesBackToTheDeviceThatWasSet) {
  sim::set_devices(3);
  cudaSetDevice(2);
  for (int i = 0; i < 2; ++i) {
    const CurrentDevice device(1);
    EXPECT_EQ(1, current_device());
    const CurrentDevice same(1);
    EXPECT_EQ(1, current_device());
  }
  EXPECT_EQ(2, current_device());
  EXPECT_FALSE(sim::has_context(0));
  sim::set_devices(1);
}

TEST(CurrentDevice, TheSetDeviceNeedsNothing) {
  sim::set_devices(2);
  { const CurrentDevice device(0); }
  EXPECT_FALSE(sim::has_context(0)) << "made by the first kernel, not here";
  EXPECT_FALSE(sim::has_context(1));
  sim::set_devices(1);
}
