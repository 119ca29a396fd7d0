package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.TensorEntry;
import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.report.ModelInspection;
import dev.espalier.report.ModelInspection.LinearInspection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
   * Looks without a pattern to verify.
   *
   * @param patterns the N:M patterns to look for
   */
  public static ModelInspection run(Path model, List<NofM> patterns, Progress listener) {
    Set<Integer> groups = patterns.stream().map(NofM::group).collect(Collectors.toSet());
    return look(model, groups, patterns, Optional.empty(), listener);
  }

  /**
   * Verifies a pattern.
   *
   * @param pattern N:M, or a mixed one, of which each linear has its own N
   * @throws BadInputException if there is no pattern in it to verify
   */
  public static ModelInspection verify(Path model, SparsityPattern pattern, Progress listener) {
    PatternVerification verification = PatternVerification.of(pattern, model);
    return look(
        model,
        Set.of(verification.group()),
        pattern instanceof NofM nofM ? List.of(nofM) : List.of(),
        Optional.of(verification),
        listener);
  }

  private static ModelInspection look(
      Path model,
      Set<Integer> groups,
      List<NofM> patterns,
      Optional<PatternVerification> verification,
      Progress listener) {
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
          inspections.add(inspect(entry, weight, kept(weight, groups), patterns));
        }
        listener.step(1);
      }
      listener.end();
      long linearBytes = linears.stream().mapToLong(TensorEntry::bytes).sum();
      return new ModelInspection(
          model.toString(),
          verification.map(v -> v.verified(inspections)).orElse(inspections),
          folder.parameterBytes() - linearBytes,
          verification.map(PatternVerification::asked));
    }
  }

  private static boolean isLinear(TensorEntry entry) {
    return entry.shape().size() == 2
        && entry.elements() > 0
        && FLOATS.contains(entry.dtype())
        && IN_BLOCK.matcher(entry.name()).matches();
  }

  private static LinearInspection inspect(
      TensorEntry entry, Tensor weight, Map<Integer, Integer> kept, List<NofM> patterns) {
    return new LinearInspection(
        entry.name(),
        entry.dtype().name(),
        entry.shape().get(0),
        entry.shape().get(1),
        entry.bytes(),
        Kernels.countZeros(weight),
        patterns.stream()
            .filter(p -> kept.containsKey(p.group()) && kept.get(p.group()) <= p.keep())
            .map(p -> p.keep() + ":" + p.group())
            .toList(),
        kept,
        Optional.empty());
  }

  private static Map<Integer, Integer> kept(Tensor weight, Set<Integer> groups) {
    Map<Integer, Integer> kept = new HashMap<>();
    for (int group : groups) {
      if (weight.size(1) % group == 0) {
        kept.put(group, mostKept(weight, group));
      }
    }
    return kept;
  }

  /** Of all groups of consecutive weights of a row the most that are not zero. */
  private static int mostKept(Tensor weight, int group) {
    try (PointerScope scope = new PointerScope()) {
      Tensor kept =
          weight
              .ne(new Scalar(0.0))
              .view(weight.size(0), weight.size(1) / group, group)
              .sum(new long[] {2});
      return Math.toIntExact(kept.max().item_long());
    }
  }
}
