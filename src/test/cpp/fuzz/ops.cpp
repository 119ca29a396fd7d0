#include "ops.hpp"

#include <cmath>
#include <limits>

// Each function makes an op's arguments so that they keep its contract, lets some of them be
// spoiled, and states the contract anew from the header's words.
namespace espalier::fuzz {

namespace {

using Role = Operand::Role;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr int64_t least = std::numeric_limits<int64_t>::min();
constexpr int64_t most = std::numeric_limits<int64_t>::max();

const std::vector<esp_dtype> f32 = {ESP_F32};
const std::vector<esp_dtype> f64 = {ESP_F64};
const std::vector<esp_dtype> u8 = {ESP_U8};
const std::vector<esp_dtype> floats = {ESP_F32, ESP_F16, ESP_BF16};

/** A square matrix of this size may be passed. */
bool can_be_square(int64_t n) {
  return static_cast<__int128>(n) * n * static_cast<int64_t>(sizeof(float)) <= max_matrix_bytes;
}

/** A sparsity and its rounding. */
struct Amount {
  double sparsity;
  esp_rounding rounding;

  explicit Amount(Call& call)
      : sparsity(call.random().once_in(8) ? 0 : call.random().unit()),
        rounding(call.random().pick({ESP_EXACT, ESP_PUBLISHED})) {
    call.may_become(sparsity, {1.0, -0.0, -1e-300, 1 + 1e-15, -1.0, 2.0, 1e308, nan, inf, -inf});
    call.may_become(rounding, {static_cast<esp_rounding>(-1), static_cast<esp_rounding>(2),
                               static_cast<esp_rounding>(INT32_MAX), ESP_EXACT});
  }
  bool is_valid() const {
    return sparsity >= 0 && sparsity <= 1 && (rounding == ESP_EXACT || rounding == ESP_PUBLISHED);
  }
};

/** `keep` of every `group`. */
struct Pattern {
  int64_t group, keep;

  explicit Pattern(Call& call)
      : group(call.random().once_in(8) ? call.random().between(2, 64)
                                       : call.random().pick<int64_t>({2, 4, 8})),
        keep(call.random().between(1, group - 1)) {
    call.may_become(group, {0, 1, -1, 3, 65, 64, least, most, int64_t{1} << 32 | 4});
    call.may_become(keep, {0, -1, 1, 64, group, least, most, int64_t{1} << 32 | 1});
  }
  bool is_valid(int64_t cols) const {
    return group >= 2 && group <= 64 && keep > 0 && keep < group && cols % group == 0;
  }
};

Outcome accumulate_squares(Call& call) {
  const int64_t cols = call.size();
  Operand& x = call.operand("x", Role::read, floats, call.size(), cols);
  Operand& acc = call.operand("acc", Role::written, f64, 1, cols);
  call.spoil();
  call.take_workspace(esp_accumulate_squares_workspace_bytes(x.passed()), x.has_valid_shape());
  return call.make(x.is_valid() && acc.is_valid(1, x.view().cols), [&] {
    return esp_accumulate_squares(x.passed(), acc.passed(), call.workspace(),
                                  call.workspace_bytes(), nullptr);
  });
}

Outcome accumulate_hessian(Call& call) {
  const int64_t cols = call.size();
  Operand& x = call.operand("x", Role::read, floats, call.size(), cols);
  Operand& h = call.operand("h", Role::written, f32, cols, cols);
  double alpha = call.random().unit();
  call.may_become(alpha, {0.0, -1.0, 1e308, -1e-310, nan, inf, -inf});
  call.spoil();
  const int64_t n = x.view().cols;
  call.take_workspace(esp_accumulate_hessian_workspace_bytes(x.passed()),
                      x.has_valid_shape() && can_be_square(n));
  return call.make(x.is_valid() && h.is_valid(n, n) && std::isfinite(alpha), [&] {
    return esp_accumulate_hessian(x.passed(), alpha, h.passed(), call.workspace(),
                                  call.workspace_bytes(), nullptr);
  });
}

Outcome inverse_factor(Call& call) {
  Random& random = call.random();
  const int64_t size = call.size();
  Operand& h = call.operand("h", Role::written, f32, size, size);
  Operand& dead = call.operand("dead", Role::written, u8, 1, size);
  if (random.once_in(2)) {  // else hardly any would have a factor
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = 0; j < size; ++j) {
        *h.at(i, j) =
            i == j ? (random.once_in(9) ? 0.0F : 100.0F) : static_cast<float>(random.unit());
      }
    }
  }
  double damping = random.unit();
  call.may_become(damping, {0.0, 1e308, -1e-300, -1.0, nan, inf, -inf});
  esp_dtype precision = random.pick({ESP_F32, ESP_F64});
  call.may_become(precision, {ESP_F16, ESP_BF16, ESP_U8, static_cast<esp_dtype>(-1),
                              static_cast<esp_dtype>(INT32_MAX)});
  int64_t failed_pivot = -7;
  int64_t* to = &failed_pivot;
  call.may_become(to, {nullptr});
  call.spoil();
  call.numbers_may_fail(h);
  const int64_t n = h.view().rows;
  const bool is_precise = precision == ESP_F32 || precision == ESP_F64;
  call.take_workspace(esp_inverse_factor_workspace_bytes(h.passed(), precision),
                      h.has_valid_shape() && h.view().cols == n && is_precise);
  const bool allowed = h.is_valid(n, n) && dead.is_valid(1, n) && is_precise && to != nullptr &&
                       damping >= 0 && std::isfinite(damping);
  return call.make(allowed, to, [&] {
    return esp_inverse_factor(h.passed(), damping, precision, dead.passed(), to, call.workspace(),
                              call.workspace_bytes(), nullptr);
  });
}

/** What both sweeps take. */
struct SweepOperands {
  Operand& w;
  Operand& u;
  int64_t block_cols;
  Operand& loss;

  SweepOperands(Call& call, int64_t rows, int64_t cols, int64_t block)
      : w(call.operand("w", Role::written, f32, rows, cols)),
        u(call.operand("u", Role::read, f32, cols, cols)),
        block_cols(block),
        loss(call.operand("loss", Role::optional_written, f64, rows, 1)) {
    call.may_become(block_cols, {0, -1, 1, 1024, 1025, least, most, int64_t{1} << 32 | 8});
  }
  bool is_block_valid() const { return block_cols >= 1 && block_cols <= 1024; }
  bool is_valid() const {
    const int64_t cols = w.view().cols;
    return w.is_valid() && u.is_valid(cols, cols) && is_block_valid() &&
           loss.is_valid(w.view().rows, 1);
  }
  void take_workspace(Call& call) const {
    call.take_workspace(esp_sparsegpt_sweep_workspace_bytes(w.passed(), block_cols),
                        w.has_valid_shape() && can_be_square(w.view().cols) && is_block_valid());
  }
};

Outcome sparsegpt_sweep(Call& call) {
  Random& random = call.random();
  const int64_t block = random.once_in(2) ? random.between(1, 16) : random.between(1, 1024);
  SweepOperands sweep(call, call.size(), call.size(), block);
  Amount amount(call);
  call.spoil();
  sweep.take_workspace(call);
  const bool allowed = sweep.is_valid() && amount.is_valid() &&
                       (amount.rounding == ESP_EXACT || amount.sparsity < 1);
  return call.make(allowed, [&] {
    return esp_sparsegpt_sweep(sweep.w.passed(), sweep.u.passed(), amount.sparsity, amount.rounding,
                               sweep.block_cols, sweep.loss.passed(), call.workspace(),
                               call.workspace_bytes(), nullptr);
  });
}

Outcome sparsegpt_sweep_n_of_m(Call& call) {
  Pattern pattern(call);
  const int64_t groups = call.random().between(1, 6);
  SweepOperands sweep(call, call.size(), groups * pattern.group,
                      call.random().between(1, 1024 / pattern.group) * pattern.group);
  call.spoil();
  sweep.take_workspace(call);
  const bool allowed = sweep.is_valid() && pattern.is_valid(sweep.w.view().cols) &&
                       pattern.is_valid(sweep.block_cols);
  return call.make(allowed, [&] {
    return esp_sparsegpt_sweep_n_of_m(sweep.w.passed(), sweep.u.passed(), pattern.keep,
                                      pattern.group, sweep.block_cols, sweep.loss.passed(),
                                      call.workspace(), call.workspace_bytes(), nullptr);
  });
}

Outcome prune_rows_smallest(Call& call) {
  const int64_t cols = call.size();
  Operand& w = call.operand("w", Role::written, floats, call.size(), cols);
  Operand& s = call.operand("s", Role::optional_read, f32, 1, cols);
  Amount amount(call);
  call.spoil();
  const size_t asked = esp_prune_rows_smallest_workspace_bytes(w.passed());
  // With less it runs on fewer threads.
  const int32_t threads = esp_num_threads();
  esp_set_num_threads(1);
  const size_t for_one_thread = esp_prune_rows_smallest_workspace_bytes(w.passed());
  esp_set_num_threads(threads);
  call.take_workspace(asked, for_one_thread, w.has_valid_shape());
  return call.make(w.is_valid() && s.is_valid(1, w.view().cols) && amount.is_valid(), [&] {
    return esp_prune_rows_smallest(w.passed(), s.passed(), amount.sparsity, amount.rounding,
                                   call.workspace(), call.workspace_bytes(), nullptr);
  });
}

Outcome prune_matrix_smallest(Call& call) {
  Operand& w = call.operand("w", Role::written, floats, call.size(), call.size());
  Amount amount(call);
  call.spoil();
  call.take_workspace(esp_prune_matrix_smallest_workspace_bytes(w.passed()), w.has_valid_shape());
  const bool allowed =
      w.is_valid() && amount.is_valid() && (amount.rounding == ESP_EXACT || amount.sparsity < 1);
  return call.make(allowed, [&] {
    return esp_prune_matrix_smallest(w.passed(), amount.sparsity, amount.rounding, call.workspace(),
                                     call.workspace_bytes(), nullptr);
  });
}

Outcome prune_n_of_m(Call& call) {
  Pattern pattern(call);
  const int64_t cols = call.random().between(1, 12) * pattern.group;
  Operand& w = call.operand("w", Role::written, floats, call.size(), cols);
  Operand& s = call.operand("s", Role::optional_read, f32, 1, cols);
  call.spoil();
  const int64_t now = w.view().cols;
  return call.make(w.is_valid() && s.is_valid(1, now) && pattern.is_valid(now), [&] {
    return esp_prune_n_of_m(w.passed(), s.passed(), pattern.keep, pattern.group, nullptr);
  });
}

Outcome score_summary(Call& call) {
  Random& random = call.random();
  const int64_t count = random.between(1, 4);
  const bool scaled = random.once_in(2);
  std::vector<Operand*> weights, scales;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t cols = call.size();
    weights.push_back(&call.operand("a weight", Role::read, floats, call.size(), cols));
    if (scaled) scales.push_back(&call.operand("a scale", Role::read, f32, 1, cols));
  }
  int32_t matrices = static_cast<int32_t>(count);
  call.may_become(matrices, {0, -1, 1, INT32_MIN});
  double multiple = 5 * random.unit();
  call.may_become(multiple, {0.0, 1e308, -1e-300, nan, inf, -inf});
  esp_score_summary_result result{sizeof result, -7, -7, -7, -7, -7, -7, -7};
  esp_score_summary_result* to = &result;
  // A size beyond this struct is a later caller's; here nothing may be written there.
  call.may_become(result.struct_size,
                  {0, 8, sizeof result - 1, sizeof result + 1, sizeof result + 8, SIZE_MAX});
  call.may_become(to, {nullptr});
  bool has_weights = true;
  call.may_become(has_weights, {false});
  call.spoil();

  // Views lie side by side in an array here: an operand left out is one without memory.
  bool shapes_allowed = matrices >= 1 && has_weights;
  bool allowed = to != nullptr && result.struct_size >= sizeof result;
  std::vector<esp_matrix> w, s;
  for (int64_t i = 0; i < count; ++i) {
    const size_t at = static_cast<size_t>(i);
    w.push_back(weights[at]->is_given() ? weights[at]->view() : esp_matrix{});
    if (scaled) s.push_back(scales[at]->is_given() ? scales[at]->view() : esp_matrix{});
    if (i >= matrices || !has_weights) {
      weights[at]->leave_out();
      if (scaled) scales[at]->leave_out();
      continue;
    }
    shapes_allowed =
        shapes_allowed && weights[at]->has_valid_shape() && w[at].device == w[0].device;
    allowed =
        allowed && weights[at]->is_valid() && (!scaled || scales[at]->is_valid(1, w[at].cols));
  }
  const esp_matrix* weights_passed = has_weights ? w.data() : nullptr;
  call.take_workspace(esp_score_summary_workspace_bytes(weights_passed, matrices), shapes_allowed);
  allowed = allowed && shapes_allowed && multiple >= 0 && std::isfinite(multiple);
  return call.make(allowed, to, [&] {
    return esp_score_summary(weights_passed, scaled ? s.data() : nullptr, matrices, multiple, to,
                             call.workspace(), call.workspace_bytes(), nullptr);
  });
}

Outcome count_zeros(Call& call) {
  Operand& w = call.operand("w", Role::read, floats, call.size(), call.size());
  int64_t zeros = -7;
  int64_t* to = &zeros;
  call.may_become(to, {nullptr});
  call.spoil();
  call.take_workspace(esp_count_zeros_workspace_bytes(w.passed()), w.has_valid_shape());
  return call.make(w.is_valid() && to != nullptr, to, [&] {
    return esp_count_zeros(w.passed(), to, call.workspace(), call.workspace_bytes(), nullptr);
  });
}

}  // namespace

const std::vector<Op> ops = {
    {"accumulate_squares", accumulate_squares},
    {"accumulate_hessian", accumulate_hessian},
    {"inverse_factor", inverse_factor},
    {"sparsegpt_sweep", sparsegpt_sweep},
    {"sparsegpt_sweep_n_of_m", sparsegpt_sweep_n_of_m},
    {"prune_rows_smallest", prune_rows_smallest},
    {"prune_matrix_smallest", prune_matrix_smallest},
    {"prune_n_of_m", prune_n_of_m},
    {"score_summary", score_summary},
    {"count_zeros", count_zeros},
};

}  // namespace espalier::fuzz
