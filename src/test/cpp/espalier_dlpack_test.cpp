#include "espalier/espalier_dlpack.hpp"

#include <gtest/gtest.h>

#if __has_include(<dlpack/dlpack.h>)

#include <cstdint>
#include <string>

using espalier::view;

namespace {

/** A DLPack tensor of float, and what `view` says of it. */
struct Tensor {
  float data[64] = {};
  int64_t shape[3] = {3, 4, 1};
  int64_t strides[3] = {6, 1, 1};
  DLTensor dl{};

  Tensor() {
    dl.data = data;
    dl.device = {kDLCPU, 0};
    dl.ndim = 2;
    dl.dtype = {kDLFloat, 32, 1};
    dl.shape = shape;
    dl.strides = strides;
  }

  std::string refusal(esp_status code = ESP_INVALID_ARGUMENT) const {
    try {
      view(dl);
    } catch (const espalier::Error& e) {
      EXPECT_EQ(code, e.code());
      return e.what();
    }
    return "none";
  }
};

void expect_says(const std::string& text, const char* part) {
  EXPECT_NE(std::string::npos, text.find(part)) << text;
}

}  // namespace

TEST(DlpackView, SharesTheTensorsMemory) {
  Tensor t;
  const esp_matrix m = view(t.dl);
  EXPECT_EQ(t.data, m.data);
  EXPECT_EQ(3, m.rows);
  EXPECT_EQ(4, m.cols);
  EXPECT_EQ(6, m.row_stride);
  EXPECT_EQ(ESP_F32, m.dtype);
  EXPECT_EQ(espalier::cpu, m.device);

  DLManagedTensor managed{};
  managed.dl_tensor = t.dl;
  EXPECT_EQ(t.data, view(managed).data);
}

TEST(DlpackView, TakesCompactTensorsVectorsAndOffsets) {
  Tensor t;
  t.dl.strides = nullptr;
  EXPECT_EQ(4, view(t.dl).row_stride);
  t.dl.ndim = 1;
  EXPECT_EQ(1, view(t.dl).rows);
  EXPECT_EQ(3, view(t.dl).cols);
  t.dl.byte_offset = 8;
  EXPECT_EQ(t.data + 2, view(t.dl).data);
}

TEST(DlpackView, ASingleRowMayHaveAnyStride) {
  Tensor t;
  t.shape[0] = 1;
  t.strides[0] = 1;
  EXPECT_EQ(4, view(t.dl).row_stride);
}

TEST(DlpackView, KnowsTypesAndDevices) {
  Tensor t;
  const auto dtype = [&](int code, int bits) {
    t.dl.dtype = {static_cast<uint8_t>(code), static_cast<uint8_t>(bits), 1};
    return view(t.dl).dtype;
  };
  EXPECT_EQ(ESP_F16, dtype(kDLFloat, 16));
  EXPECT_EQ(ESP_BF16, dtype(kDLBfloat, 16));
  EXPECT_EQ(ESP_F64, dtype(kDLFloat, 64));
  EXPECT_EQ(ESP_U8, dtype(kDLUInt, 8));
  EXPECT_EQ(ESP_I64, dtype(kDLInt, 64));

  const auto device = [&](DLDeviceType type, int id) {
    t.dl.device = {type, id};
    return view(t.dl).device;
  };
  EXPECT_EQ(-1, device(kDLCUDAHost, 0));
  EXPECT_EQ(2, device(kDLCUDA, 2));
  EXPECT_EQ(1, device(kDLCUDAManaged, 1));
  t.dl.device = {kDLVulkan, 0};
  expect_says(t.refusal(ESP_UNSUPPORTED), "DLPack type 7");
}

TEST(DlpackView, RefusesWhatIsNoMatrix) {
  Tensor lanes, integer, three, scalar, transposed, overlapping, backwards, odd, empty;
  lanes.dl.dtype.lanes = 4;
  expect_says(lanes.refusal(), "4 lanes");
  integer.dl.dtype = {kDLInt, 32, 1};
  expect_says(integer.refusal(), "32 bits");
  three.dl.ndim = 3;
  expect_says(three.refusal(), "dimensions");
  scalar.dl.ndim = 0;
  expect_says(scalar.refusal(), "dimensions");
  transposed.strides[0] = 1;
  transposed.strides[1] = 3;
  expect_says(transposed.refusal(), "not next to each other");
  overlapping.strides[0] = 0;
  expect_says(overlapping.refusal(), "overlap");
  backwards.strides[0] = -4;
  expect_says(backwards.refusal(), "backwards");
  odd.dl.byte_offset = 3;
  expect_says(odd.refusal(), "aligned");
  empty.dl.data = nullptr;
  expect_says(empty.refusal(), "no data");
}

#else

TEST(DlpackView, NeedsDlpack) { GTEST_SKIP() << "dlpack/dlpack.h not found"; }

#endif
