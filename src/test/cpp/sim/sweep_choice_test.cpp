#include "sweep_choice.cuh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "dense_oracle.hpp"

using namespace espalier::cuda;
using espalier::test::Matrix;

namespace {

/** What is chosen of a block of columns, for every count one after another, and in how many
 * launches.
 */
struct Choices {
  std::vector<std::vector<bool>> of_counts;
  unsigned launches;
};

Choices choices(const Matrix<float>& w, const std::vector<int64_t>& counts, bool with_ties) {
  Workspace size(nullptr);
  SweepChoice(w.rows(), w.cols(), size);
  const espalier::test::Workspace memory(size.used());
  Workspace workspace(memory.data());
  SweepChoice choice(w.rows(), w.cols(), workspace);
  choice.start(nullptr);
  Matrix<float> u(w.cols(), w.cols());
  for (int64_t j = 0; j < w.cols(); ++j) u.at(j, j) = 1 + static_cast<float>(j % 3);
  const esp_matrix wv = w.view(), uv = u.view();
  Choices all = {{}, 0};
  for (const int64_t count : counts) {
    const unsigned before = sim::launches();
    const Chosen chosen = choice.choose(view_of<const float>(wv), view_of<const float>(uv), count,
                                        with_ties, nullptr);
    all.launches += sim::launches() - before;
    const Threshold threshold = *chosen.threshold;
    std::vector<bool> of_count;
    for (int64_t i = 0; i < w.rows() * w.cols(); ++i) {
      const uint32_t key = chosen.keys.row(i / w.cols())[i % w.cols()];
      of_count.push_back(key < threshold.key || (key == threshold.key && i <= threshold.last));
    }
    all.of_counts.push_back(of_count);
  }
  return all;
}

/** Values of which many are equal, in parts. */
Matrix<float> weights(int64_t rows, int64_t cols) {
  Matrix<float> w = espalier::test::random_weights(rows, cols, 31);
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; j += 2) w.at(i, j) = std::round(w.at(i, j));
  }
  return w;
}

int64_t chosen_of(const std::vector<bool>& choice) {
  return std::count(choice.begin(), choice.end(), true);
}

}  // namespace

// One block, some that all run at the same time, and more than do unless each takes more rows.
TEST(SweepChoice, TheSameInOneLaunchAsInOneADigit) {
  for (const auto& [rows, cols] : {std::pair{3, 5}, {40, 128}, {200, 128}, {90, 333}, {700, 128}}) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(cols));
    const Matrix<float> w = weights(rows, cols);
    const int64_t keys = int64_t{rows} * cols;
    const std::vector<int64_t> counts = {1, keys / 2, keys * 9 / 10};
    for (const bool with_ties : {false, true}) {
      sim::set_together(0);
      const Choices by_digits = choices(w, counts, with_ties);
      EXPECT_EQ(9U, by_digits.launches);
      for (size_t i = 0; i < counts.size() && !with_ties; ++i) {
        EXPECT_EQ(counts[i], chosen_of(by_digits.of_counts[i]));
      }
      sim::set_together(3);
      for (const unsigned seed : {1U, 2U}) {
        sim::seed(seed);
        const Choices at_once = choices(w, counts, with_ties);
        EXPECT_EQ(3U, at_once.launches);
        EXPECT_EQ(by_digits.of_counts, at_once.of_counts) << "seed " << seed;
      }
    }
  }
}

// Six blocks are promised, two are to be had.
TEST(SweepChoice, InOneLaunchADigitWhereThereIsLessRoomThanPromised) {
  const Matrix<float> w = weights(200, 128);
  for (const int multiprocessors : {1, 0}) {
    sim::set_together(multiprocessors);
    const Choices chosen = choices(w, {1, 12800, 25600}, false);
    EXPECT_EQ(9U, chosen.launches);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(i == 0 ? 1 : 12800 * static_cast<int64_t>(i), chosen_of(chosen.of_counts[i]));
    }
  }
  sim::set_together(3);
}
