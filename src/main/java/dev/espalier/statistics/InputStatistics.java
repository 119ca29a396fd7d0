package dev.espalier.statistics;

import dev.espalier.NumericalException;
import org.bytedeco.pytorch.Tensor;

/** What is known of one input of a block after calibration. Linears that read it share it. */
public sealed interface InputStatistics extends AutoCloseable permits ColumnNorms, InputHessian {
  /** How much of the inputs a pruning method looks at. */
  enum Kind {
    /** Nothing. */
    NONE {
      @Override
      public long bytes(long features) {
        return 0;
      }
    },
    /** {@link ColumnNorms}. */
    NORMS {
      @Override
      public long bytes(long features) {
        return Double.BYTES * features;
      }
    },
    /** {@link InputHessian}. */
    HESSIAN {
      @Override
      public long bytes(long features) {
        return Float.BYTES * features * features;
      }
    },
    /** {@link InputHessian}, and an inverse of its {@linkplain InputHessian#scaled scaled} form. */
    HESSIAN_SCALED {
      @Override
      public long bytes(long features) {
        return 2 * HESSIAN.bytes(features);
      }
    },
    /** {@link InputHessian} that stays beside its factor, and {@link ColumnNorms}. */
    HESSIAN_KEPT {
      @Override
      public long bytes(long features) {
        return 2 * HESSIAN.bytes(features) + NORMS.bytes(features);
      }
    };

    /** Whether products of all pairs of features are among it, which take the most memory. */
    public boolean hasHessian() {
      return this != NONE && this != NORMS;
    }

    /** How much memory the statistics of an input of so many features take. */
    public abstract long bytes(long features);
  }

  /** Takes a batch along: x [tokens, features] in the compute dtype. */
  void add(Tensor x);

  /** How many tokens were added. */
  long tokens();

  /**
   * The norms s_j = sqrt( (1/n) Σ_sequences Σ_tokens x_tj² ), n the number of sequences.
   *
   * @return [features] f32, the caller's
   */
  Tensor norms();

  /**
   * @throws NumericalException saying what is not finite: the activations, or what was made of them
   */
  void requireFinite();

  /** How many features were zero in all that was added. */
  long deadFeatures();

  @Override
  void close();
}
