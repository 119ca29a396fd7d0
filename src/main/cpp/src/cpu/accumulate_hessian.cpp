#include "cpu/convert.hpp"
#include "cpu/panels.hpp"
#include "cpu/threads.hpp"
#include "cpu/tile.hpp"
#include "kernels.hpp"

namespace espalier::cpu::ESPALIER_ISA {

namespace {

constexpr int64_t width = Panels<float>::width;

/** Tokens per pass over a block of h: the operands of a pass fit the second-level cache. */
constexpr int64_t pass_tokens = 256;

/** Tokens converted at a time: 8 MB, to stay in the last-level cache, but enough for two passes. */
int64_t chunk_tokens(const esp_matrix& x) {
  const int64_t fitting = (int64_t{1} << 21) / x.cols;
  return least(x.rows, fitting < 512 ? 512 : least<int64_t>(fitting, 4096));
}

struct Hessian {
  float* data;
  int64_t size;
  int64_t stride;
  int64_t block;

  float* at(int64_t i, int64_t j) const { return data + i * stride + j; }
  int64_t end(int64_t begin) const { return least(begin + block, size); }
};

Panels<float> take_chunk(Workspace& workspace, const esp_matrix& x) {
  return take_panels<float>(workspace, chunk_tokens(x), x.cols);
}

void convert(const esp_matrix& x, int64_t first, int64_t tokens, Panels<float> chunk) {
#pragma omp parallel for num_threads(threads_for_operations(16 * tokens * x.cols)) schedule(static)
  for (int64_t t = 0; t < tokens; ++t) {
    for (int64_t j = 0; j < x.cols; j += width) {
      const int64_t n = least(width, x.cols - j);
      float* to = chunk.at(t, j);
      f32_from_row(x, first + t, j, n, to);
      for (int64_t l = n; l < width; ++l) to[l] = 0;
    }
  }
}

/** The block of h at (i0, j0), i0 <= j0, without its tiles below the diagonal. */
void update_block(const Hessian& h, int64_t i0, int64_t j0, Panels<float> x, int64_t tokens,
                  float alpha) {
  for (int64_t t = 0; t < tokens; t += pass_tokens) {
    const int64_t depth = least(pass_tokens, tokens - t);
    for (int64_t j = j0; j < h.end(j0); j += width) {
      for (int64_t i = i0; i < h.end(i0) && i < j + width; i += tile_rows) {
        const int64_t rows = least<int64_t>(tile_rows, h.size - i);
        const int64_t cols = least(width, h.size - j);
        if (rows == tile_rows && cols == width) {
          tile_update(h.at(i, j), h.stride, x.at(t, i), width, x.at(t, j), width, depth, alpha);
        } else {
          tile_update_part(h.at(i, j), h.stride, x.at(t, i), width, x.at(t, j), width, depth, alpha,
                           rows, cols);
        }
      }
    }
  }
}

void mirror_block(const Hessian& h, int64_t i0, int64_t j0) {
  for (int64_t j = j0; j < h.end(j0); ++j) {
    for (int64_t i = i0; i < least(h.end(i0), j); ++i) *h.at(j, i) = *h.at(i, j);
  }
}

}  // namespace

size_t accumulate_hessian_workspace(const esp_matrix& x) {
  Workspace workspace(nullptr);
  take_chunk(workspace, x);
  return workspace.used();
}

void accumulate_hessian(const esp_matrix& x, double alpha, const esp_matrix& h_view,
                        const Execution& run) {
  Workspace workspace(run.workspace);
  const Panels<float> chunk = take_chunk(workspace, x);
  // Small layers are cut finer, to have work for every thread.
  const Hessian h{static_cast<float*>(h_view.data), h_view.cols, h_view.row_stride,
                  h_view.cols < 1024 ? 2 * width : 4 * width};
  const int64_t blocks = (h.size + h.block - 1) / h.block;

  const int64_t step = chunk_tokens(x);
  for (int64_t first = 0; first < x.rows; first += step) {
    const int64_t tokens = least(step, x.rows - first);
    const bool last = first + tokens == x.rows;
    convert(x, first, tokens, chunk);
#pragma omp parallel for collapse(2) num_threads(threads_for_operations(tokens* h.size* h.size)) \
    schedule(dynamic)
    for (int64_t bi = 0; bi < blocks; ++bi) {
      for (int64_t bj = 0; bj < blocks; ++bj) {
        if (bj < bi) continue;
        update_block(h, bi * h.block, bj * h.block, chunk, tokens, static_cast<float>(alpha));
        if (last) mirror_block(h, bi * h.block, bj * h.block);
      }
    }
  }
}

}  // namespace espalier::cpu::ESPALIER_ISA
