/**
 * @file espalier.h
 * The C interface of Espalier's pruning kernels.
 *
 * Conventions, for every function unless it says otherwise:
 *  - A function returns ESP_OK or a negative ::esp_status; ::esp_last_error() then gives one
 *    sentence for the calling thread. ESP_INVALID_ARGUMENT is for arguments that break what is said
 *    here and at the function, NaN parameters included; ESP_UNSUPPORTED for a CUDA device that this
 *    machine or this build lacks; ESP_CUDA_ERROR for what the CUDA runtime reports, and then what
 *    the call writes may be written in part. No exception crosses this interface.
 *  - Matrices are row-major views of memory owned by the caller, aligned to their elements, and of
 *    at most 2^56 bytes. W is a linear's weight [out_features, in_features]; X holds activations
 *    [tokens, in_features]. An operand is only read unless its line says that it is written, added
 *    to or pruned in place. Memory that is written overlaps no other operand; that is not checked.
 *  - All operands of a call live on one device. On the CPU a call returns when it is done. On a
 *    CUDA device work is queued on `stream` (a cudaStream_t, NULL for the legacy default stream)
 *    and the call returns at once, except where a result is written to host memory: then it waits.
 *  - `workspace` is scratch memory on the operands' device, 64-byte aligned, at least as large as
 *    the matching `_workspace_bytes` function says; its content before and after is meaningless. It
 *    may be NULL where that size is 0. Of a view that function takes only the shape, the type and
 *    the device; its data may be NULL. It says 0 for arguments that break the contract. The size
 *    holds for any number of threads, but only for the CPU instruction set it was asked under. The
 *    library allocates nothing of its own in a call.
 *  - Any number of threads may make calls at a time, each with a workspace and results of its own.
 *  - Results are deterministic: the same input gives the same bits, whatever the number of threads.
 *  - A score's order is that of its magnitude; NaN ranks above every number, and all NaN are equal.
 *    Of equal scores the one with the lower index is pruned first. A pruned weight becomes exactly
 *    +0; the others keep their bits.
 *
 * The ABI's version is ESP_ABI_VERSION. As long as it stays what it is, a program runs with every
 * later library as it did with the one it was linked against:
 *  - New functions may come; new values at the end of an enumeration; new fields at the end of a
 *    struct that begins with `struct_size`. What was refused may be allowed. Sizes of workspaces,
 *    the sentences of ::esp_last_error(), speed, and the last bits of rounded sums may be others.
 *  - Never changed or taken away: a function's name, parameters and return type, and what it does
 *    with arguments that it allows; the order, type and meaning of fields; the values of an
 *    enumeration; the whole of ::esp_matrix. What has to differ gets a new name beside the old one.
 *  - Anything else makes ESP_ABI_VERSION one more. The library's name then ends in that number,
 *    libespalier.so.1 for 1, and so does the version of its symbols, ESPALIER_1; old and new can be
 *    installed side by side, and none is taken for the other.
 * A caller sets `struct_size` to the sizeof of its own struct: fewer bytes than in the first
 * release are refused, and fields beyond it, or beyond what the library knows, are not written. It
 * treats every negative status as a failure, and asks for the workspace's size before each call. If
 * it loads the library by dlopen it compares ::esp_abi_version() with ESP_ABI_VERSION.
 */
#ifndef ESPALIER_ESPALIER_H
#define ESPALIER_ESPALIER_H

#include <stddef.h>
#include <stdint.h>

/** The version of this interface, as said above. CMake and the Java binding go by this line. */
#define ESP_ABI_VERSION 1

#if defined(__GNUC__)
#define ESP_EXPORT __attribute__((visibility("default")))
#else
#define ESP_EXPORT
#endif

/* In C++, too, any int may be passed for an enumeration; an unknown one is refused. */
#ifdef __cplusplus
#define ESP_ANY_INT : int
extern "C" {
#else
#define ESP_ANY_INT
#endif

/** Outcome of a call. */
typedef enum esp_status ESP_ANY_INT {
  ESP_OK = 0,
  ESP_INVALID_ARGUMENT = -1, /**< an argument breaks the function's contract; nothing was written */
  ESP_UNSUPPORTED = -2, /**< valid, but not by this build or on this device; nothing was written */
  ESP_OUT_OF_MEMORY = -3, /**< of the host or of the CUDA runtime */
  ESP_CUDA_ERROR = -4,    /**< the CUDA runtime reported an error */
  ESP_NUMERICAL_ERROR =
      -5, /**< the numbers do not allow it, e.g. a matrix is not positive definite */
  ESP_INTERNAL_ERROR = -6 /**< a fault of the library */
} esp_status;

/** Element type of a matrix. */
typedef enum esp_dtype ESP_ANY_INT {
  ESP_F32 = 0,  /**< IEEE 754 binary32 */
  ESP_F16 = 1,  /**< IEEE 754 binary16 */
  ESP_BF16 = 2, /**< bfloat16, the upper half of an f32 */
  ESP_F64 = 3,  /**< IEEE 754 binary64 */
  ESP_U8 = 4,
  ESP_I64 = 5
} esp_dtype;

/**
 * A row-major view: element (i, j) is at data + (i * row_stride + j) * sizeof(dtype).
 * It is what it is for as long as the ABI's version stays: arrays of views are passed, whose step
 * is its size, and callers build it in place. An operand that needs more to be told than this,
 * packed weights for one, will be a struct of its own.
 */
typedef struct esp_matrix {
  void* data;
  int64_t rows;
  int64_t cols;
  int64_t row_stride; /**< in elements, at least cols */
  esp_dtype dtype;
  int32_t device; /**< -1 for the CPU, else a CUDA device ordinal */
} esp_matrix;

/** How a sparsity in [0, 1] becomes a number of weights. */
typedef enum esp_rounding ESP_ANY_INT {
  /** round(rows * cols * sparsity) weights in all; what does not divide evenly is spread over rows
      or column blocks. */
  ESP_EXACT = 0,
  /** As the published code counts: each function says how. */
  ESP_PUBLISHED = 1
} esp_rounding;

/* ---- the library -------------------------------------------------------------------------------
 */

/** The ESP_ABI_VERSION that the library was built with. */
ESP_EXPORT int32_t esp_abi_version(void);

/** The release, "major.minor.patch" and perhaps a suffix such as "-SNAPSHOT". Never NULL; static.
 */
ESP_EXPORT const char* esp_version(void);

/** What went wrong in this thread's last failed call, as "operation: sentence"; "" if none failed.
    Never NULL; valid until this thread's next call. */
ESP_EXPORT const char* esp_last_error(void);

/** Number of CUDA devices that can be used: 0 without a driver or in a build without CUDA. */
ESP_EXPORT int32_t esp_cuda_device_count(void);

/**
 * Why ::esp_cuda_device_count is 0, for ::esp_last_error to say.
 * @return ESP_OK if there are CUDA devices; ESP_UNSUPPORTED if this build has no CUDA kernels, or
 *         this machine no NVIDIA driver or device; ESP_CUDA_ERROR if they cannot be used all the
 *         same, as with a driver that is too old
 */
ESP_EXPORT esp_status esp_check_cuda(void);

/**
 * Whether the kernels run on a CUDA device.
 * @param device an ordinal
 * @return ESP_OK if they do; ESP_UNSUPPORTED if it is older than they are compiled for (compute
 *         capability 8.0), or not there; what ::esp_check_cuda returns if there is none at all
 */
ESP_EXPORT esp_status esp_check_cuda_device(int32_t device);

/**
 * Upper bound on CPU threads per call, for the whole process.
 * @param threads 0 restores the default, all that OpenMP sees; above 1024 counts as 1024
 * @return ESP_INVALID_ARGUMENT if it is negative
 */
ESP_EXPORT esp_status esp_set_num_threads(int32_t threads);

/** The number of CPU threads a call may use, at least 1. */
ESP_EXPORT int32_t esp_num_threads(void);

/** The CPU instruction set in use: "avx512", "avx2" or "portable". Static. */
ESP_EXPORT const char* esp_cpu_isa(void);

/**
 * Restricts the CPU instruction set, for tests and measurements, in the whole process. Calls under
 * way keep theirs.
 * @param isa "avx512", "avx2", "portable", or NULL for the best this machine has
 * @return ESP_UNSUPPORTED if this machine does not have it
 */
ESP_EXPORT esp_status esp_set_cpu_isa(const char* isa);

/* ---- statistics of activations -----------------------------------------------------------------
 */

/**
 * acc[j] += sum over t of x[t, j]^2: the squared column norms of Wanda (Sun et al., 2023, eq. 1).
 * @param x   [tokens, cols], f32, f16 or bf16
 * @param acc [1, cols], f64, added to; relative error at most 1e-6 against exact arithmetic. On the
 *            CPU squares and sums are f64 throughout: they neither overflow nor lose digits.
 */
ESP_EXPORT esp_status esp_accumulate_squares(const esp_matrix* x, const esp_matrix* acc,
                                             void* workspace, size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_accumulate_squares needs. */
ESP_EXPORT size_t esp_accumulate_squares_workspace_bytes(const esp_matrix* x);

/**
 * h += alpha * x^T x: the Hessian of a linear's inputs, as SparseGPT needs it (Frantar & Alistarh,
 * 2023, sec. 3.1).
 * One triangle is computed, then mirrored: h stays exactly symmetric. f16 and bf16 products are
 * exact in f32; sums are taken in f32 over at most 4096 tokens at a time.
 * @param x     [tokens, cols], f32, f16 or bf16
 * @param alpha scale, finite; 2 / (number of calibration sequences) in the published code
 * @param h     [cols, cols], f32, symmetric, added to
 */
ESP_EXPORT esp_status esp_accumulate_hessian(const esp_matrix* x, double alpha, const esp_matrix* h,
                                             void* workspace, size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_accumulate_hessian needs. */
ESP_EXPORT size_t esp_accumulate_hessian_workspace_bytes(const esp_matrix* x);

/* ---- factorisation -----------------------------------------------------------------------------
 */

/**
 * The precision to ask ::esp_inverse_factor for: ESP_F64 on the CPU and where the device computes
 * in f64 at least half as fast as in f32 (A100, H100, B200); ESP_F32 on other CUDA devices, with
 * ESP_F64 to fall back on where that fails.
 * @param device -1 for the CPU, else a CUDA device ordinal; ESP_F64 for one that is not there
 */
ESP_EXPORT esp_dtype esp_factor_precision(int32_t device);

/**
 * Replaces H by U, the upper Cholesky factor of (H + damp I)^-1 = U^T U, damp = damping * mean(diag
 * H): all that SparseGPT needs of H (Frantar & Alistarh, 2023, sec. 3.2). A column j with h[j, j] =
 * 0 is dead: its diagonal counts as 1 and dead[j] becomes 1. The inverse is never formed: with F
 * the flip of both axes, U = F chol(F (H + damp I) F)^-1 F. Waits until it is known whether that
 * succeeds; on a CUDA device U itself then follows on `stream`.
 * @param h            [n, n], f32, its upper triangle is read; written, U with zeros below the
 *                     diagonal, on success, unchanged on failure
 * @param damping      a share of the diagonal's mean, finite, >= 0; 0.01 in the published code
 * @param precision    ESP_F64 to factor in double precision (the triangular inverse is then taken
 *                     in single), ESP_F32 for single throughout
 * @param dead         [1, n], u8, written: 1 where the column of H is dead, else 0
 * @param failed_pivot host, written: -1, or the column of H whose pivot was not positive and finite
 *                     (ESP_NUMERICAL_ERROR); so a NaN or an infinity in H is found, too
 */
ESP_EXPORT esp_status esp_inverse_factor(const esp_matrix* h, double damping, esp_dtype precision,
                                         const esp_matrix* dead, int64_t* failed_pivot,
                                         void* workspace, size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_inverse_factor needs. */
ESP_EXPORT size_t esp_inverse_factor_workspace_bytes(const esp_matrix* h, esp_dtype precision);

/* ---- pruning -----------------------------------------------------------------------------------
 */

/**
 * SparseGPT's column sweep (Frantar & Alistarh, 2023, algorithm 1), unstructured.
 * Columns are taken in blocks of `block_cols`. At the start of a block the weights with the
 * smallest w^2 / u[j, j]^2 over all its rows are chosen; then for each column j of it, e = (w - q)
 * / u[j, j] with q the pruned weight, and e * u[j, j:] is taken from the columns to the right.
 * @param w          [rows, cols], f32, pruned and updated in place
 * @param u          [cols, cols], f32, from ::esp_inverse_factor; only its upper triangle is read
 * @param sparsity   in [0, 1) (ESP_EXACT allows 1). ESP_EXACT: blocks up to column c hold
 *                   floor(T * c / cols) pruned weights, T = round(rows * cols * sparsity); ties
 *                   in row-major order of the block.
 *                   ESP_PUBLISHED: every score <= the ascending scores' entry number
 *                   (int)(rows * width * sparsity) of the block, ties included.
 * @param block_cols columns per block, 128 in the published code, 1..1024
 * @param loss       [rows, 1], f64, written, or NULL: each row's sum over columns of e^2 / 2
 */
ESP_EXPORT esp_status esp_sparsegpt_sweep(const esp_matrix* w, const esp_matrix* u, double sparsity,
                                          esp_rounding rounding, int64_t block_cols,
                                          const esp_matrix* loss, void* workspace,
                                          size_t workspace_bytes, void* stream);

/**
 * The same sweep with an N:M mask: at each column j with j % group == 0, every row keeps the `keep`
 * largest w^2 / u^2 of the group's current weights.
 * @param w          [rows, cols], f32, pruned and updated in place
 * @param u          [cols, cols], f32, from ::esp_inverse_factor; only its upper triangle is read
 * @param keep       weights kept in each group, 0 < keep < group
 * @param group      2..64; divides cols and block_cols
 * @param block_cols columns per block, 1..1024
 * @param loss       [rows, 1], f64, written, or NULL: each row's sum over columns of e^2 / 2
 */
ESP_EXPORT esp_status esp_sparsegpt_sweep_n_of_m(const esp_matrix* w, const esp_matrix* u,
                                                 int64_t keep, int64_t group, int64_t block_cols,
                                                 const esp_matrix* loss, void* workspace,
                                                 size_t workspace_bytes, void* stream);
/** Bytes of workspace that either sweep needs. */
ESP_EXPORT size_t esp_sparsegpt_sweep_workspace_bytes(const esp_matrix* w, int64_t block_cols);

/**
 * Wanda (Sun et al., 2023, eq. 1): in each row zeroes the smallest |w[i, j]| * s[j], in f32.
 * @param w        [rows, cols], f32, f16 or bf16, pruned in place
 * @param s        [1, cols], f32, the norms of the inputs' columns; or NULL for all ones
 * @param sparsity in [0, 1]. ESP_EXACT: row i zeroes floor((i+1) T / rows) - floor(i T / rows)
 *                 weights, T = round(rows * cols * sparsity). ESP_PUBLISHED: every row
 *                 (int)(cols * sparsity).
 */
ESP_EXPORT esp_status esp_prune_rows_smallest(const esp_matrix* w, const esp_matrix* s,
                                              double sparsity, esp_rounding rounding,
                                              void* workspace, size_t workspace_bytes,
                                              void* stream);
/** Bytes of workspace that ::esp_prune_rows_smallest needs. */
ESP_EXPORT size_t esp_prune_rows_smallest_workspace_bytes(const esp_matrix* w);

/**
 * Magnitude pruning with one threshold for the matrix (Han et al., 2015).
 * @param w        [rows, cols], f32, f16 or bf16, pruned in place
 * @param sparsity in [0, 1]. ESP_EXACT: exactly T = round(rows * cols * sparsity) weights, ties in
 *                 row-major order. ESP_PUBLISHED: every |w| <= the ascending |w|'s entry number
 *                 (int)(rows * cols * sparsity), ties included; sparsity < 1.
 */
ESP_EXPORT esp_status esp_prune_matrix_smallest(const esp_matrix* w, double sparsity,
                                                esp_rounding rounding, void* workspace,
                                                size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_prune_matrix_smallest needs. */
ESP_EXPORT size_t esp_prune_matrix_smallest_workspace_bytes(const esp_matrix* w);

/**
 * N:M pruning (Mishra et al., 2021; scaled as by Sun et al., 2023, eq. 1): of every `group`
 * consecutive weights of a row keeps the `keep` largest |w[i, j]| * s[j], in f32. Needs no
 * workspace.
 * @param w     [rows, cols], f32, f16 or bf16, pruned in place
 * @param s     [1, cols], f32, or NULL for all ones
 * @param keep  weights kept in each group, 0 < keep < group
 * @param group 2..64, divides cols
 */
ESP_EXPORT esp_status esp_prune_n_of_m(const esp_matrix* w, const esp_matrix* s, int64_t keep,
                                       int64_t group, void* stream);

/* ---- statistics of weights ---------------------------------------------------------------------
 */

/** What ::esp_score_summary finds about the scores |w| * s of several matrices taken together. */
typedef struct esp_score_summary_result {
  size_t struct_size; /**< set by the caller: sizeof(esp_score_summary_result) */
  int64_t count;      /**< of scores */
  int64_t outliers; /**< scores greater than outlier_multiple * mean; 0 if the mean is not finite */
  double sum;       /**< in f64; not finite if a score is not, as are mean and standard_deviation */
  double mean;
  double median;             /**< the lower one, exact: an element of the scores */
  double standard_deviation; /**< with count - 1; 0 for a single score */
  double max;                /**< NaN if a score is */
} esp_score_summary_result;

/**
 * Statistics of all scores |w| * s, each formed in f32, of a block's linears taken together: what
 * OWL (Yin et al., 2024) and DLP (Chen et al., 2025) allocate by. Waits for the result.
 * @param weights          `matrices` views [rows_i, cols_i], f32, f16 or bf16
 * @param scales           `matrices` views [1, cols_i], f32; or NULL for all ones
 * @param matrices         at least 1
 * @param outlier_multiple OWL's M, finite, >= 0
 * @param result           host, its struct_size set; the other fields are written
 */
ESP_EXPORT esp_status esp_score_summary(const esp_matrix* weights, const esp_matrix* scales,
                                        int32_t matrices, double outlier_multiple,
                                        esp_score_summary_result* result, void* workspace,
                                        size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_score_summary needs. */
ESP_EXPORT size_t esp_score_summary_workspace_bytes(const esp_matrix* weights, int32_t matrices);

/**
 * Counts the elements equal to zero (+0 or -0). Waits for the result.
 * @param w     [rows, cols], f32, f16 or bf16
 * @param zeros host, written
 */
ESP_EXPORT esp_status esp_count_zeros(const esp_matrix* w, int64_t* zeros, void* workspace,
                                      size_t workspace_bytes, void* stream);
/** Bytes of workspace that ::esp_count_zeros needs. */
ESP_EXPORT size_t esp_count_zeros_workspace_bytes(const esp_matrix* w);

#ifdef __cplusplus
}
#endif

#endif
