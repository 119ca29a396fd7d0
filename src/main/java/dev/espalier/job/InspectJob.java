package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.ModelInspection;
import dev.espalier.report.ModelInspection.LinearInspection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Looks into a model folder of any family: how sparse its linears are, and in which patterns. */
public final class InspectJob {
  /** Inside of blocks, modules have a number in their path. */
  private static final Pattern IN_BLOCK = Pattern.compile(".*\\.\\d+\\..*\\.weight");

  private static final Set<Dtype> FLOATS = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16);

  private InspectJob() {}

  /**
   * @param patterns the N:M patterns to look for
   */
  public static ModelInspection run(Path model, List<NofM> patterns, Progress listener) {
    Natives.remarks().forEach(listener::note);
    try (ModelFolder folder = ModelFolder.open(model)) {
      List<TensorEntry> linears =
          folder.names().stream().map(folder::entry).filter(InspectJob::isLinear).toList();
      if (linears.isEmpty()) {
        throw new BadInputException(
            model + " has no weight matrices of blocks in float32, float16 or bfloat16");
      }
      List<LinearInspection> inspections = new ArrayList<>();
      listener.begin("Inspecting", linears.size());
      for (TensorEntry entry : linears) {
        try (Tensor weight = folder.tensor(entry.name())) {
          inspections.add(inspect(entry, weight, patterns));
        }
        listener.step(1);
      }
      listener.end();
      long linearBytes = linears.stream().mapToLong(TensorEntry::bytes).sum();
      return new ModelInspection(
          model.toString(), inspections, folder.parameterBytes() - linearBytes);
    }
  }

  private static boolean isLinear(TensorEntry entry) {
    return entry.shape().size() == 2
        && entry.elements() > 0
        && FLOATS.contains(entry.dtype())
        && IN_BLOCK.matcher(entry.name()).matches();
  }

  private static LinearInspection inspect(TensorEntry entry, Tensor weight, List<NofM> patterns) {
    return new LinearInspection(
        entry.name(),
        entry.dtype().name(),
        entry.shape().get(0),
        entry.shape().get(1),
        entry.bytes(),
        Kernels.countZeros(weight),
        patterns.stream()
            .filter(pattern -> satisfies(weight, pattern))
            .map(pattern -> pattern.keep() + ":" + pattern.group())
            .toList());
  }

  private static boolean satisfies(Tensor weight, NofM pattern) {
    if (weight.size(1) % pattern.group() != 0) {
      return false;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor kept =
          weight
              .ne(new Scalar(0.0))
              .view(weight.size(0), weight.size(1) / pattern.group(), pattern.group())
              .sum(new long[] {2});
      return kept.max().item_long() <= pattern.keep();
    }
  }
}
