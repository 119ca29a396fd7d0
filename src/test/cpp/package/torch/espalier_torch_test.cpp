#include "espalier/espalier_torch.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

using espalier::view;

namespace {

/** What `view` says of a tensor it cannot take. */
std::string refusal(const at::Tensor& tensor, esp_status code = ESP_INVALID_ARGUMENT) {
  try {
    view(tensor);
  } catch (const espalier::Error& e) {
    EXPECT_EQ(code, e.code());
    EXPECT_STREQ("view", e.op());
    return e.text();
  }
  return "none";
}

testing::AssertionResult says(const std::string& text, const char* part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << text << "' lacks '" << part << "'";
}

}  // namespace

TEST(TorchView, SharesTheTensorsMemory) {
  const at::Tensor tensor = at::zeros({3, 5});
  const esp_matrix m = view(tensor);
  EXPECT_EQ(tensor.data_ptr(), m.data);
  EXPECT_EQ(3, m.rows);
  EXPECT_EQ(5, m.cols);
  EXPECT_EQ(5, m.row_stride);
  EXPECT_EQ(ESP_F32, m.dtype);
  EXPECT_EQ(espalier::cpu, m.device);
}

TEST(TorchView, KnowsEveryType) {
  EXPECT_EQ(ESP_F16, view(at::zeros({2, 2}, at::kHalf)).dtype);
  EXPECT_EQ(ESP_BF16, view(at::zeros({2, 2}, at::kBFloat16)).dtype);
  EXPECT_EQ(ESP_F64, view(at::zeros({2, 2}, at::kDouble)).dtype);
  EXPECT_EQ(ESP_U8, view(at::zeros({2, 2}, at::kByte)).dtype);
  EXPECT_EQ(ESP_I64, view(at::zeros({2, 2}, at::kLong)).dtype);
  EXPECT_TRUE(says(refusal(at::zeros({2, 2}, at::kInt)), "dtype Int"));
}

TEST(TorchView, TakesSlicesAndVectors) {
  const at::Tensor wide = at::zeros({4, 10});
  const esp_matrix slice = view(wide.slice(1, 2, 8).slice(0, 1, 4, 2));
  EXPECT_EQ(static_cast<float*>(wide.data_ptr()) + 12, slice.data);
  EXPECT_EQ(2, slice.rows);
  EXPECT_EQ(6, slice.cols);
  EXPECT_EQ(20, slice.row_stride);

  const esp_matrix vector = view(at::zeros({7}));
  EXPECT_EQ(1, vector.rows);
  EXPECT_EQ(7, vector.cols);
  EXPECT_EQ(7, vector.row_stride);

  // One row or one column may have any stride that libtorch gives it.
  EXPECT_EQ(10, view(at::zeros({10, 1}).t()).cols);
  EXPECT_EQ(10, view(at::zeros({1, 10}).t()).rows);
}

TEST(TorchView, RefusesWhatIsNoMatrix) {
  EXPECT_TRUE(says(refusal(at::Tensor()), "undefined"));
  EXPECT_TRUE(says(refusal(at::zeros({2, 2, 2})), "dimensions"));
  EXPECT_TRUE(says(refusal(at::zeros({})), "dimensions"));
  EXPECT_TRUE(says(refusal(at::zeros({3, 5}).t()), "not next to each other"));
  EXPECT_TRUE(says(refusal(at::zeros({1, 5}).expand({3, 5})), "overlap"));
  EXPECT_TRUE(says(refusal(at::zeros({3, 3}).to_sparse()), "not strided"));
  EXPECT_TRUE(says(refusal(at::zeros({3, 3}, at::kComplexFloat)), "dtype"));
  EXPECT_TRUE(says(refusal(at::imag(at::zeros({3, 3}, at::kComplexFloat).conj())), "negated"));
  EXPECT_TRUE(
      says(refusal(at::empty({3, 3}, at::TensorOptions().device(at::kMeta)), ESP_UNSUPPORTED),
           "device meta"));
}

TEST(TorchContext, RunsOpsOnTensors) {
  at::manual_seed(1);
  for (at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const at::Tensor weight = at::randn({33, 70}).to(type);
    const at::Tensor before = weight.clone();
    const at::Tensor norms = at::rand({70}) + 0.1;
    espalier::TorchContext context(weight.device());
    EXPECT_EQ(nullptr, context.stream());
    espalier::prune_rows_smallest(view(weight), view(norms), 0.5, ESP_PUBLISHED,
                                  context.workspace(), context.stream());

    const at::Tensor scores = (before.to(at::kFloat).abs() * norms);
    const at::Tensor order = std::get<1>(at::sort(scores, /*dim=*/1, /*descending=*/false));
    const at::Tensor expected = before.scatter(1, order.narrow(1, 0, 35), 0);
    EXPECT_TRUE(at::equal(expected, weight)) << at::toString(type);
    EXPECT_EQ(33 * 35, espalier::count_zeros(view(weight), context.workspace(), context.stream()));
  }
}

TEST(TorchContext, AlignsItsWorkspace) {
  espalier::TorchContext context(at::Device(at::kCPU));
  for (std::size_t bytes : {1, 100, 4096, 12345}) {
    context.workspace().reserve(bytes);
    EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(context.workspace().data()) % 64);
    EXPECT_EQ(bytes, context.workspace().size());
  }
}

TEST(TorchContext, PassesTheLibrarysErrorsOn) {
  const at::Tensor weight = at::zeros({4, 6});
  espalier::TorchContext context(weight.device());
  try {
    espalier::prune_n_of_m(view(weight), std::nullopt, 2, 4, context.stream());
    FAIL() << "4 does not divide 6";
  } catch (const espalier::Error& e) {
    EXPECT_EQ(ESP_INVALID_ARGUMENT, e.code());
    EXPECT_STREQ("prune_n_of_m", e.op());
    EXPECT_STREQ("group 4 does not divide the 6 columns of w", e.text());
    EXPECT_STREQ("prune_n_of_m: group 4 does not divide the 6 columns of w", e.what());
  }
}
