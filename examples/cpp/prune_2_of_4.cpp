/** Prunes a small matrix 2:4, as Wanda does, and prints it before and after. */
#include <cstdint>
#include <cstdio>
#include <exception>
#include <vector>

#include "espalier/espalier.hpp"

namespace {

void print(const char* title, espalier::View<const float> matrix) {
  std::printf("%s\n", title);
  for (std::int64_t i = 0; i < matrix.rows(); ++i) {
    const float* row = matrix.data() + i * matrix.row_stride();
    for (std::int64_t j = 0; j < matrix.cols(); ++j) {
      std::printf("%s%6.2f", j > 0 && j % 4 == 0 ? "  |" : "", static_cast<double>(row[j]));
    }
    std::printf("\n");
  }
}

}  // namespace

int main() try {
  constexpr std::int64_t rows = 4, cols = 8;
  std::vector<float> weights = {0.31F,  -0.82F, 0.05F, 0.44F,  -0.19F, 0.67F,  -0.73F, 0.12F,   //
                                -0.58F, 0.23F,  0.91F, -0.07F, 0.36F,  -0.41F, 0.08F,  0.85F,   //
                                0.14F,  0.62F,  -0.3F, -0.49F, 0.77F,  0.02F,  -0.25F, -0.53F,  //
                                -0.95F, 0.11F,  0.4F,  0.28F,  -0.06F, 0.59F,  0.34F,  -0.64F};
  // How large the layer's inputs usually are: small weights on large inputs matter, too.
  const std::vector<float> norms = {1.0F, 0.4F, 6.0F, 1.2F, 0.9F, 1.1F, 0.5F, 3.0F};

  const espalier::View matrix(weights.data(), rows, cols);
  print("weights", {weights.data(), rows, cols});
  espalier::prune_n_of_m(matrix, espalier::View(norms.data(), 1, cols), 2, 4);
  print("2 of 4 kept", {weights.data(), rows, cols});

  espalier::Workspace workspace;
  std::printf("%lld of %lld weights are zero\n",
              static_cast<long long>(espalier::count_zeros(matrix, workspace)),
              static_cast<long long>(rows * cols));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
