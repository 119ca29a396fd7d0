package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Printable;
import dev.espalier.Progress;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.ModelSource;
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
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Looks into a model folder of any family: how sparse its linears are, and in which patterns. */
public final class InspectJob {
  private static final Set<Dtype> FLOATS = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16);

  private static final int NAMED = 3;

  private InspectJob() {}

  /**
   * Looks without a pattern to verify.
   *
   * @param model its folder, or its name on the Hub
   * @param patterns the N:M patterns to look for
   */
  public static ModelInspection run(Path model, List<NofM> patterns, Progress listener) {
    Set<Integer> groups = patterns.stream().map(NofM::group).collect(Collectors.toSet());
    Path folder = ModelSource.find(model, listener).folder();
    return look(model.toString(), folder, groups, patterns, Optional.empty(), listener);
  }

  /**
   * Verifies a pattern.
   *
   * @param model its folder, or its name on the Hub
   * @param pattern N:M, or a mixed one, of which each linear has its own N
   * @throws BadInputException if there is no pattern in it to verify
   */
  public static ModelInspection verify(Path model, SparsityPattern pattern, Progress listener) {
    Path folder = ModelSource.find(model, listener).folder();
    PatternVerification verification = PatternVerification.of(pattern, folder);
    return look(
        model.toString(),
        folder,
        Set.of(verification.group()),
        pattern instanceof NofM nofM ? List.of(nofM) : List.of(),
        Optional.of(verification),
        listener);
  }

  private static ModelInspection look(
      String model,
      Path path,
      Set<Integer> groups,
      List<NofM> patterns,
      Optional<PatternVerification> verification,
      Progress listener) {
    Natives.remarks().forEach(listener::note);
    try (ModelFolder folder = ModelFolder.open(path)) {
      BlockMatrices matrices = BlockMatrices.of(folder);
      List<TensorEntry> linears = matrices.linears().stream().filter(InspectJob::isFloat).toList();
      List<TensorEntry> others =
          matrices.linears().stream().filter(linear -> !isFloat(linear)).toList();
      if (linears.isEmpty()) {
        throw new BadInputException(
            model
                + " has no weight matrices of blocks in F32, F16 or BF16"
                + (others.isEmpty() ? "" : ": " + stored(others)));
      }
      if (!others.isEmpty()) {
        listener.note("Not counted: " + stored(others) + ".");
      }
      if (!matrices.routers().isEmpty()) {
        listener.note(
            "Not counted: %s of experts (%s)."
                .formatted(
                    Plural.of(matrices.routers().size(), "router"), some(matrices.routers())));
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
          model,
          verification.map(v -> v.verified(inspections)).orElse(inspections),
          folder.parameterBytes() - linearBytes,
          verification.map(PatternVerification::asked));
    }
  }

  private static boolean isFloat(TensorEntry entry) {
    return entry.known().filter(FLOATS::contains).isPresent();
  }

  private static String stored(List<TensorEntry> matrices) {
    String types =
        matrices.stream()
            .map(TensorEntry::type)
            .distinct()
            .map(Printable::of)
            .collect(Collectors.joining(", "));
    boolean quantized =
        matrices.stream().noneMatch(m -> m.known().filter(Dtype.F64::equals).isPresent());
    return "%s stored as %s%s (%s)"
        .formatted(
            Plural.of(matrices.size(), "linear"),
            types,
            quantized ? ", as in a quantized checkpoint" : "",
            some(matrices));
  }

  private static String some(List<TensorEntry> matrices) {
    String first =
        matrices.stream()
            .limit(NAMED)
            .map(matrix -> Printable.of(matrix.name()))
            .collect(Collectors.joining(", "));
    return matrices.size() > NAMED
        ? "%s and %d more".formatted(first, matrices.size() - NAMED)
        : first;
  }

  private static LinearInspection inspect(
      TensorEntry entry, Tensor weight, Map<Integer, Integer> kept, List<NofM> patterns) {
    return new LinearInspection(
        entry.name(),
        entry.type(),
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
