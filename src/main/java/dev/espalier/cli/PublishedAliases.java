package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.AlphaPruningAllocation;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.measurement.Granularity;
import dev.espalier.measurement.HillEstimator;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.pruning.WandaVariantPruning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The options of the published repositories, in their spelling, as ours. */
final class PublishedAliases {
  private static final Map<String, String> SAME_MEANING = sameMeaning();

  private static final Set<String> OTHERS =
      Set.of(
          "prune_method",
          "sparsity_type",
          "cache_dir",
          "use_variant",
          "eval_zero_shot",
          "ww_metric",
          "ww_metric_cache",
          "mapping_type");

  /**
   * A command line in our options.
   *
   * @param notes what the user should know about the translation, a sentence each
   */
  record Translation(List<String> args, List<String> notes) {}

  private final List<String> args = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean variant;
  private String publishedAllocation;

  private PublishedAliases() {}

  private static Map<String, String> sameMeaning() {
    Map<String, String> ours =
        new HashMap<>(
            Map.of(
                "sparsity_ratio", "sparsity",
                "nsamples", "samples",
                "seqlen", "seq-len",
                "save_model", "output",
                "dataset", "calibration"));
    for (Parameter<?> parameter : AllocationCatalogue.parameters()) {
      parameter.published().ifPresent(name -> ours.put(name, parameter.key()));
    }
    return Map.copyOf(ours);
  }

  /** Rewrites the options of a command line; what is not an alias stays as it is. */
  static Translation translate(List<String> given) {
    PublishedAliases aliases = new PublishedAliases();
    Iterator<String> rest = given.iterator();
    while (rest.hasNext()) {
      aliases.take(rest.next(), rest);
    }
    aliases.complete();
    return new Translation(aliases.args, aliases.notes);
  }

  private void take(String arg, Iterator<String> rest) {
    String name = arg.startsWith("--") ? arg.substring(2).split("=", 2)[0] : "";
    if (SAME_MEANING.containsKey(name)) {
      add(SAME_MEANING.get(name), value(arg, rest));
    } else if (OTHERS.contains(name)) {
      translate(name, arg, rest);
    } else {
      args.add(arg);
    }
  }

  private void translate(String name, String arg, Iterator<String> rest) {
    switch (name) {
      case "prune_method" -> method(value(arg, rest));
      case "sparsity_type" -> pattern(value(arg, rest));
      case "use_variant" -> variant = true;
      case "ww_metric" -> spectrumMetric(value(arg, rest));
      case "mapping_type" ->
          add(
              AlphaPruningAllocation.GRANULARITY,
              value(arg, rest).equals("block_wise") ? Granularity.BLOCK : Granularity.LINEAR);
      case "ww_metric_cache" -> {
        value(arg, rest);
        notes.add("--ww_metric_cache is ignored: the spectra of this model are measured.");
      }
      case "cache_dir" -> {
        value(arg, rest);
        notes.add("--cache_dir is ignored: this version downloads nothing.");
      }
      default ->
          throw new BadInputException(
              "--eval_zero_shot: zero-shot accuracy is not measured by this version; leave it out");
    }
  }

  /** AlphaPruning's. */
  private void spectrumMetric(String text) {
    switch (text) {
      case "alpha_peak" -> add(AlphaPruningAllocation.HILL, HillEstimator.PEAK);
      case "alpha_mid" -> add(AlphaPruningAllocation.HILL, HillEstimator.MID);
      default ->
          throw new BadInputException(
              ("--ww_metric \"%s\" is not known; choose between alpha_peak and alpha_mid, or leave"
                      + " it out and give --hill scan")
                  .formatted(text));
    }
  }

  /**
   * {@code wanda_dlp} is wanda with DLP, {@code wanda_ww} with AlphaPruning; plain {@code wanda}
   * prunes uniformly there.
   */
  private void method(String text) {
    String[] parts = text.split("_", 2);
    Optional<MethodKind> method = MethodCatalogue.published(parts[0]);
    Optional<AllocationKind> allocation =
        parts.length == 1
            ? Optional.of(UniformAllocation.KIND)
            : AllocationCatalogue.published(parts[1]);
    if (method.isEmpty() || allocation.isEmpty()) {
      throw new BadInputException(
          "--prune_method \"%s\" is not known; the methods are %s, each alone or followed by _%s"
              .formatted(
                  text,
                  join(", ", MethodCatalogue.all().stream().map(MethodKind::published)),
                  join(
                      " or _", AllocationCatalogue.all().stream().map(AllocationKind::published))));
    }
    add("method", method.get().name());
    publishedAllocation = allocation.get().name();
  }

  private static String join(String separator, Stream<Optional<String>> names) {
    return names.flatMap(Optional::stream).collect(Collectors.joining(separator));
  }

  /** N counts the removed weights there, the kept ones here. */
  private void pattern(String text) {
    if (!(SparsityPattern.parse(text, true) instanceof NofM pattern)) {
      add("pattern", text);
      return;
    }
    String ours = pattern.keep() + ":" + pattern.group();
    add("pattern", ours);
    if (!ours.equals(text)) {
      notes.add(
          "--sparsity_type %s counts the removed weights; as --pattern it is %s, %d of every %d kept."
              .formatted(text, ours, pattern.keep(), pattern.group()));
    }
  }

  /** What depends on options that may stand anywhere on the line. */
  private void complete() {
    boolean allocated = args.stream().anyMatch(arg -> arg.matches("--allocation(=.*)?"));
    if (publishedAllocation != null
        && (!allocated || !publishedAllocation.equals(UniformAllocation.KIND.name()))) {
      add("allocation", publishedAllocation);
    }
    if (variant) {
      useVariant();
    }
  }

  /** With other methods than wanda the published code ignores it. */
  private void useVariant() {
    String wanda = WandaPruning.KIND.name();
    String variant = WandaVariantPruning.KIND.name();
    args.replaceAll(arg -> arg.equals("--method=" + wanda) ? "--method=" + variant : arg);
    int value = args.indexOf("--method") + 1;
    if (value > 0 && value < args.size() && args.get(value).equals(wanda)) {
      args.set(value, variant);
    } else if (args.stream().noneMatch(arg -> arg.matches("--method(=.*)?"))) {
      add("method", variant);
    }
  }

  private <T> void add(Parameter<T> parameter, T value) {
    add(parameter.key(), parameter.write(value));
  }

  private void add(String option, String value) {
    args.addAll(List.of("--" + option, value));
  }

  private static String value(String arg, Iterator<String> rest) {
    int equals = arg.indexOf('=');
    if (equals >= 0) {
      return arg.substring(equals + 1);
    }
    if (!rest.hasNext()) {
      throw new BadInputException(arg + " needs a value");
    }
    return rest.next();
  }
}
