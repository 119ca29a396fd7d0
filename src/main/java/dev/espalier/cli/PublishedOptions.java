package dev.espalier.cli;

import static dev.espalier.cli.PublishedOption.flag;
import static dev.espalier.cli.PublishedOption.ignored;
import static dev.espalier.cli.PublishedOption.refused;
import static dev.espalier.cli.PublishedOption.refusedUnless;
import static dev.espalier.cli.PublishedOption.same;
import static dev.espalier.cli.PublishedOption.value;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.Parameter;
import dev.espalier.cli.PublishedScript.Repository;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.pruning.SparseGptPruning;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The table of the published repositories' options: SparseGPT, Wanda, OWL, DLP, ATP, AlphaPruning
 * and LSA. Those that are called as ours are not in it.
 */
final class PublishedOptions {
  private static final String QUANTIZES = "this version does not quantize; leave it out";
  private static final String ZERO_SHOT =
      "zero-shot accuracy is not measured by this version; leave it out";
  private static final String LEAVES_OUT =
      "what stays dense is said by a file; write --allocation FILE.json with the sparsity of every"
          + " linear, 0 for those that stay";
  private static final String EXPORTS = "this version does not export to ONNX; leave it out";

  static final List<PublishedOption> ALL =
      List.of(
          // Wanda's, which OWL, DLP, ATP and AlphaPruning have too
          value("prune_method", (line, given, text) -> line.method(PublishedMethod.of(text))),
          value("sparsity_ratio", (line, given, text) -> line.sparsity(text)),
          value("sparsity_type", (line, given, text) -> line.removes(given + " " + text, text)),
          value("nsamples", same("samples")),
          value("seqlen", same("seq-len")),
          value("save_model", same("output")),
          value(
              "save",
              ignored(
                  "the folder of the pruned model holds the report too, so that nothing goes to %s;"
                      + " --output names that folder")),
          value("dataset", (line, given, text) -> line.text(text)),
          flag("use_variant", (line, given, text) -> line.variant()),
          value("cache_dir", ignored("this version downloads nothing")),
          flag("eval_zero_shot", refused(ZERO_SHOT)),
          // OWL's
          value("model_name_or_path", (line, given, text) -> line.otherModel(text)),
          value(name(OwlAllocation.LAMBDA), (l, given, text) -> l.lambda(text)),
          parameter(OwlAllocation.M),
          // DLP's
          value("dataset", same("evaluate")).of(Repository.DLP),
          value("strategy", set(DlpAllocation.STATISTIC)),
          flag("force_compute_ratios", ignored("the allocation is always computed")),
          value("ratio_path", ignored("--allocation FILE.json takes stored densities")),
          flag("save_log", ignored("a report is always written")),
          flag("gptq", refused(QUANTIZES)),
          // AlphaPruning's
          value("ww_metric", PublishedOptions::spectrumMetric),
          value("ww_metric_cache", ignored("the spectra of this model are measured")),
          value("mapping_type", PublishedOptions::granularity),
          value("eval_wikitext", ignored("--evaluate FILE says what perplexity is measured on")),
          // SparseGPT's
          value("save", same("output")).of(Repository.SPARSEGPT),
          value("prunen", (line, given, text) -> line.removed(text)),
          value("prunem", (line, given, text) -> line.group(text)),
          flag("gmp", (line, given, text) -> line.magnitude()),
          parameter(SparseGptPruning.DAMPING),
          parameter(SparseGptPruning.BLOCK_SIZE),
          value("minlayer", refusedUnless("-\\d+|0", LEAVES_OUT)),
          value("maxlayer", refusedUnless("\\d{4,}", LEAVES_OUT)),
          value("prune_only", refusedUnless("", LEAVES_OUT)),
          flag("invert", refused(LEAVES_OUT)),
          value("wbits", refusedUnless("16", QUANTIZES)),
          flag(
              "true_sequential",
              refused(
                  "the linears of a block are pruned at once, on the inputs that they have before;"
                      + " leave it out")),
          flag("log_wandb", ignored("a report is written beside the pruned model")),
          // LSA's
          value("base_model", same("model")),
          value("pruner", (line, given, text) -> LsaNames.pruner(line, text)),
          value("-p", (line, given, text) -> LsaNames.pruner(line, text)),
          value("final_s", (line, given, text) -> line.sparsity(text)),
          value("-s", (line, given, text) -> line.sparsity(text)),
          value("layer", (line, given, text) -> LsaNames.layer(line, text)),
          value("num_examples", same("samples")),
          value("-n_exa", same("samples")),
          value("-prune_n", (line, given, text) -> line.kept(text)),
          value("N", (line, given, text) -> line.kept(text)),
          value("-prune_m", (line, given, text) -> line.group(text)),
          value("M", (line, given, text) -> line.group(text)),
          value("block", refusedUnless("128", "LSA tries 128 columns at a time; leave it out")),
          value("tasks", refused(ZERO_SHOT + ", and write --evaluate FILE for perplexity")),
          flag("fp16", (line, given, text) -> line.add("compute-dtype", "float16")),
          value("alpha_file", ignored("the spectra of this model are measured")),
          value(
              "all_layer_ratio", refused("write --allocation FILE.json with a list of densities")),
          flag("deepsparse", refused(EXPORTS)),
          value("onnx_export_path", refused(EXPORTS)));

  private PublishedOptions() {}

  private static void spectrumMetric(PublishedSettings settings, String given, String value) {
    HillEstimator estimator =
        switch (value) {
          case "alpha_peak" -> HillEstimator.PEAK;
          case "alpha_mid" -> HillEstimator.MID;
          default ->
              throw new BadInputException(
                  ("--ww_metric \"%s\" is not known; choose between alpha_peak and alpha_mid, or leave"
                          + " it out and give --hill scan")
                      .formatted(value));
        };
    settings.set(AlphaPruningAllocation.HILL, given, estimator.keyword());
  }

  private static void granularity(PublishedSettings settings, String given, String value) {
    Granularity granularity = value.equals("block_wise") ? Granularity.BLOCK : Granularity.LINEAR;
    settings.set(AlphaPruningAllocation.GRANULARITY, given, granularity.keyword());
  }

  private static PublishedOption parameter(Parameter<?> parameter) {
    return value(name(parameter), set(parameter));
  }

  private static PublishedOption.Meaning set(Parameter<?> parameter) {
    return (line, given, text) -> line.set(parameter, given, text);
  }

  private static String name(Parameter<?> parameter) {
    return parameter.published().orElseThrow();
  }

  /** Those of that name, whatever joins its words. */
  static Stream<PublishedOption> named(String name) {
    String dashes = name.replaceFirst("^(-*).*", "$1");
    String wanted = dashes + name.substring(dashes.length()).replace('-', '_');
    return ALL.stream().filter(option -> option.name().equals(wanted));
  }

  /** The shortest that a word is the beginning of, in capitals or not. */
  static Optional<String> completed(String word) {
    String wanted = word.replace('-', '_').toLowerCase(Locale.ROOT);
    return ALL.stream()
        .map(PublishedOption::name)
        .filter(name -> name.startsWith("--"))
        .map(name -> name.substring(2))
        .filter(name -> name.length() > 1 && name.toLowerCase(Locale.ROOT).startsWith(wanted))
        .min(Comparator.comparingInt(String::length));
  }

  /** The one of that name, as a repository has it. */
  static Optional<PublishedOption> find(String name, Optional<Repository> repository) {
    return named(name)
        .filter(option -> option.repository().equals(repository))
        .findFirst()
        .or(() -> named(name).filter(option -> option.repository().isEmpty()).findFirst());
  }
}
