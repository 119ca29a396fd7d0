package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.kernels.Rounding;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.text.TextMix;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What every run on a model's weights is given, whatever it does with them.
 *
 * @param model a Hugging Face model folder, never written to, or in its place a name on the Hub
 * @param pruning what is done to the weights
 * @param stored the allocations that come from files
 * @param calibration the text that is run through the model; absent if nothing looks at one
 * @param statistics a file that keeps what is measured of the dense model for the next run
 * @param compute where and in which precision
 * @param command the command line that asks for the run, for reports; absent if a program does
 */
public record RunSettings(
    Path model,
    PruningSettings pruning,
    StoredAllocations stored,
    Optional<CalibrationSettings> calibration,
    Optional<Path> statistics,
    ComputeSettings compute,
    Optional<String> command) {

  /** The same, without a look at a text. */
  public RunSettings withoutCalibration() {
    return new RunSettings(model, pruning, stored, Optional.empty(), statistics, compute, command);
  }

  /** The same, with what memory cannot hold beside {@code output} where no folder is given. */
  public RunSettings spillingBeside(Path output) {
    return new RunSettings(
        model, pruning, stored, calibration, statistics, compute.beside(output), command);
  }

  /** The calibration of a run that cannot be without one. */
  public CalibrationSettings text() {
    return calibration.orElseThrow();
  }

  /**
   * Collects the settings; what is not set is as on the command line: Wanda, unstructured, 70 %,
   * 128 windows.
   *
   * @param <B> the builder itself
   */
  public abstract static class Builder<B extends Builder<B>> {
    private final Path model;
    private PruningMethod method = MethodCatalogue.DEFAULT.make();
    private Optional<SparsityPattern> pattern = Optional.empty();
    private OptionalDouble sparsity = OptionalDouble.empty();
    private Rounding rounding = Rounding.EXACT;
    private Optional<Boolean> keepZeros = Optional.empty();
    private Map<Path, Double> calibration = Map.of();
    private String textField = TextSource.USUAL_FIELD;
    private int samples = CalibrationSettings.USUAL_SAMPLES;
    private OptionalInt seqLen = OptionalInt.empty();
    private long seed = CalibrationSettings.USUAL_SEED;
    private Optional<Path> statistics = Optional.empty();
    private ComputeSettings compute = ComputeSettings.USUAL;
    private Optional<String> command = Optional.empty();

    /**
     * @param model a Hugging Face model folder, or in its place a name on the Hub
     */
    protected Builder(Path model) {
      this.model = model;
    }

    /** The builder itself. */
    protected abstract B self();

    /** Which weights go; Wanda if not set. */
    public B method(PruningMethod value) {
      method = value;
      return self();
    }

    /** The shape of the zeros; a stored allocation's own, or unstructured, if not set. */
    public B pattern(SparsityPattern value) {
      pattern = Optional.of(value);
      return self();
    }

    /**
     * The share of all prunable weights that goes, in [0, 1); if not set, an N:M pattern's or a
     * stored allocation's own, or 0.7.
     */
    public B sparsity(double value) {
      sparsity = OptionalDouble.of(value);
      return self();
    }

    /** How sparsities become numbers of weights; exact if not set. */
    public B rounding(Rounding value) {
      rounding = value;
      return self();
    }

    /** Whether weights that are zero stay so; where the model is sparse already if not set. */
    public B keepZeros(boolean value) {
      keepZeros = Optional.of(value);
      return self();
    }

    /**
     * A text to run through the model: a file, or in its place the name of a data set of the papers
     * or {@code hub:ORG/NAME[/PATH]}.
     */
    public B calibration(Path text) {
      return calibration(Map.of(text, 1.0));
    }

    /** Several texts with their shares of the windows. */
    public B calibration(Map<Path, Double> shares) {
      calibration = new LinkedHashMap<>(shares);
      return self();
    }

    /** The field or column of texts in JSON lines and Parquet; {@code text} if not set. */
    public B textField(String name) {
      textField = name;
      return self();
    }

    /** How many windows are drawn from it; 128 if not set. */
    public B samples(int value) {
      samples = value;
      return self();
    }

    /** Tokens per window, of evaluation, too; 2048 or the model's maximum if not set. */
    public B seqLen(int value) {
      seqLen = OptionalInt.of(value);
      return self();
    }

    /** Of the published sampling; 0 if not set. */
    public B seed(long value) {
      seed = value;
      return self();
    }

    /** A file that keeps what is measured of the dense model for the next run. */
    public B statistics(Path file) {
      statistics = Optional.of(file);
      return self();
    }

    /** {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
    public B device(String name) {
      return compute(compute.on(name));
    }

    /** The precision of the forward pass: {@code Float}, {@code BFloat16} or {@code Half}. */
    public B computeDtype(ScalarType dtype) {
      return compute(compute.in(dtype));
    }

    /** Threads of the CPU, for the whole process. */
    public B threads(int count) {
      return compute(compute.withThreads(count));
    }

    /** A folder for what memory cannot hold; where the run writes if not set. */
    public B workDir(Path folder) {
      return compute(compute.spillingTo(folder));
    }

    /** Where and in which precision, all at once. */
    public B compute(ComputeSettings value) {
      compute = value;
      return self();
    }

    /** The command line that asks for the run, for its report; none if not set. */
    public B command(String line) {
      command = Optional.of(line);
      return self();
    }

    /**
     * The settings together.
     *
     * @param allocations those of the run that are known
     * @throws BadInputException if they contradict each other
     */
    protected RunSettings settings(List<SparsityAllocation> allocations) {
      List<FileAllocation> files = FileAllocation.among(allocations);
      SparsityPattern shape =
          pattern.or(() -> StoredPattern.of(files)).orElse(SparsityPattern.UNSTRUCTURED);
      return new RunSettings(
          model,
          PruningSettings.of(method, shape, sparsity, rounding, keepZeros),
          new StoredAllocations(files, pattern.isPresent(), sparsity.isPresent()),
          mix().map(text -> new CalibrationSettings(text, samples, seqLen, seed)),
          statistics,
          compute,
          command);
    }

    private Optional<TextMix> mix() {
      return calibration.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new TextMix(
                  calibration.entrySet().stream()
                      .map(text -> new TextMix.Part(source(text.getKey()), text.getValue()))
                      .toList()));
    }

    /** A text by its path or name, with the field that is set. */
    protected TextSource source(Path text) {
      return new TextSource(text, textField);
    }

    /** {@link #settings} of a run that takes a calibration text; C4 if none is set. */
    protected RunSettings calibratedSettings(List<SparsityAllocation> allocations) {
      if (calibration.isEmpty()) {
        calibration(CalibrationSettings.USUAL_TEXT);
      }
      return settings(allocations);
    }
  }
}
