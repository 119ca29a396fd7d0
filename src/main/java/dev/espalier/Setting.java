package dev.espalier;

/** What a user can set, and an {@link EspalierException} can advise to set otherwise. */
public enum Setting {
  /** What is written. */
  OUTPUT,
  /** Whether what stands at the output may be replaced. */
  OVERWRITE,
  /** The text that is run through the model to calibrate. */
  CALIBRATION,
  /** How many calibration windows. */
  SAMPLES,
  /** How many tokens in a window. */
  SEQ_LEN,
  /** The texts that perplexity is measured on. */
  EVALUATION,
  /** What holds the text in files of several fields. */
  TEXT_FIELD,
  /** How much of the model is removed. */
  SPARSITY,
  /** The shape of the zeros. */
  PATTERN,
  /** What decides which weights go. */
  METHOD,
  /** What decides how much each block or linear loses. */
  ALLOCATION,
  /** How many candidates an automatic choice of the allocation tries. */
  TRIALS,
  /** How many windows a search judges by. */
  WINDOWS,
  /** The file that keeps what was measured of the dense model. */
  STATISTICS,
  /** Where to compute. */
  DEVICE,
  /** The precision of the forward pass. */
  COMPUTE_DTYPE,
  /** How many threads of the CPU. */
  THREADS,
  /** Where activations go that memory cannot hold. */
  WORK_DIR
}
