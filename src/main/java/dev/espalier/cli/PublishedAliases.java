package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The options of the published repositories, in their spelling, as ours. */
final class PublishedAliases {
  private static final Map<String, String> SAME_MEANING =
      Map.of(
          "sparsity_ratio", "sparsity",
          "nsamples", "samples",
          "seqlen", "seq-len",
          "save_model", "output",
          "dataset", "calibration",
          "Lamda", "owl-lambda",
          "Hyper_m", "owl-m");

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

  private static final List<String> METHODS = List.of("magnitude", "wanda", "sparsegpt");
  private static final List<String> ALLOCATIONS = List.of("dlp", "owl", "atp", "ww");

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
          add("granularity", value(arg, rest).equals("block_wise") ? "block" : "linear");
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
    if (!List.of("alpha_peak", "alpha_mid").contains(text)) {
      throw new BadInputException(
          ("--ww_metric \"%s\" is not known; choose between alpha_peak and alpha_mid, or leave it"
                  + " out and give --hill scan")
              .formatted(text));
    }
    add("hill", text.substring("alpha_".length()));
  }

  /**
   * {@code wanda_dlp} is wanda with DLP, {@code wanda_ww} with AlphaPruning; plain {@code wanda}
   * prunes uniformly there.
   */
  private void method(String text) {
    String[] parts = text.split("_", 2);
    boolean known =
        METHODS.contains(parts[0]) && (parts.length == 1 || ALLOCATIONS.contains(parts[1]));
    if (!known) {
      throw new BadInputException(
          "--prune_method \"%s\" is not known; the methods are %s, each alone or followed by _%s"
              .formatted(text, String.join(", ", METHODS), String.join(" or _", ALLOCATIONS)));
    }
    add("method", parts[0]);
    publishedAllocation =
        parts.length == 1 ? "uniform" : parts[1].equals("ww") ? "alphapruning" : parts[1];
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
    if (publishedAllocation != null && (!allocated || !publishedAllocation.equals("uniform"))) {
      add("allocation", publishedAllocation);
    }
    if (variant) {
      useVariant();
    }
  }

  /** With other methods than wanda the published code ignores it. */
  private void useVariant() {
    args.replaceAll(arg -> arg.equals("--method=wanda") ? "--method=wanda-variant" : arg);
    int value = args.indexOf("--method") + 1;
    if (value > 0 && value < args.size() && args.get(value).equals("wanda")) {
      args.set(value, "wanda-variant");
    } else if (args.stream().noneMatch(arg -> arg.matches("--method(=.*)?"))) {
      add("method", "wanda-variant");
    }
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
