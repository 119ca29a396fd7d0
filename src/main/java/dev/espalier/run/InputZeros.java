package dev.espalier.run;

import dev.espalier.Progress;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.kernels.Kernels;
import dev.espalier.model.DecoderModel;
import dev.espalier.model.description.LinearDescription;
import dev.espalier.report.Quantities;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether weights that are zero stay so: as the user says, or where the model is sparse already,
 * which is where a tenth of its prunable weights is zero. They are counted once, when it is first
 * asked for.
 */
final class InputZeros {
  /**
   * Of the prunable weights: no dense model has nearly as many zeros, and every pruned one more.
   */
  private static final double SPARSE = 0.1;

  /** Any disk has read so much before somebody wonders. */
  private static final long SOON_READ = 1L << 30;

  private final DecoderModel model;
  private final Progress notes;
  private Optional<Boolean> stay;

  /**
   * @param asked what the user says, if anything
   * @param notes told what is decided, and why
   */
  InputZeros(Optional<Boolean> asked, DecoderModel model, Progress notes) {
    this.stay = asked;
    this.model = model;
    this.notes = notes;
  }

  boolean stay() {
    if (stay.isEmpty()) {
      stay = Optional.of(decide());
    }
    return stay.get();
  }

  private boolean decide() {
    long weights = 0;
    long zeros = 0;
    boolean lasts = bytes() > SOON_READ;
    if (lasts) {
      notes.begin("Counting zeros", model.blockCount());
    }
    for (int block = 0; block < model.blockCount(); block++) {
      for (LinearDescription linear : model.description().linears(block)) {
        weights += linear.parameters();
        zeros += zeros(linear.name());
      }
      if (lasts) {
        notes.step(1);
      }
    }
    if (lasts) {
      notes.end();
    }
    boolean sparse = zeros >= SPARSE * weights;
    if (sparse) {
      notes.note(
          "The model is sparse already: %s of its %s prunable weights are zero (%s), and they stay zero."
              .formatted(
                  Quantities.count(zeros),
                  Quantities.count(weights),
                  Quantities.percent((double) zeros / weights)));
    }
    return sparse;
  }

  private long bytes() {
    long bytes = 0;
    for (int block = 0; block < model.blockCount(); block++) {
      for (LinearDescription linear : model.description().linears(block)) {
        bytes += model.weights().entry(linear.name()).bytes();
      }
    }
    return bytes;
  }

  private long zeros(String name) {
    try (PointerScope scope = new PointerScope()) {
      Tensor weight = model.weights().tensor(name);
      return model.weights().entry(name).dtype() == Dtype.F64
          ? weight.eq(new Scalar(0.0)).sum().item_long()
          : Kernels.countZeros(weight);
    }
  }
}
