package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  private static final List<String> METHODS = List.of("magnitude", "wanda", "sparsegpt");
  private static final List<String> ALLOCATIONS = List.of("dlp", "owl", "atp");

  private PublishedAliases() {}

  /** Rewrites the options of a command line; what is not an alias stays as it is. */
  static List<String> translate(List<String> args) {
    List<String> translated = new ArrayList<>();
    boolean variant = args.contains("--use_variant");
    Iterator<String> rest = args.iterator();
    while (rest.hasNext()) {
      String arg = rest.next();
      Optional<String> name = name(arg);
      if (name.isEmpty()) {
        translated.add(arg);
        continue;
      }
      String alias = name.get();
      switch (alias) {
        case "prune_method" -> translated.addAll(method(value(arg, rest), variant));
        case "sparsity_type" -> translated.addAll(List.of("--pattern", pattern(value(arg, rest))));
        // Nothing is downloaded to a place of its own, so there is no cache to choose.
        case "cache_dir" -> value(arg, rest);
        case "use_variant" -> {}
        case "eval_zero_shot" ->
            throw new BadInputException(
                "--eval_zero_shot: zero-shot accuracy is not measured by this version; leave it out");
        default -> translated.addAll(List.of("--" + SAME_MEANING.get(alias), value(arg, rest)));
      }
    }
    if (variant && !translated.contains("--method")) {
      translated.addAll(List.of("--method", "wanda-variant"));
    }
    return translated;
  }

  private static Optional<String> name(String arg) {
    if (!arg.startsWith("--")) {
      return Optional.empty();
    }
    String name = arg.substring(2).split("=", 2)[0];
    boolean special =
        List.of("prune_method", "sparsity_type", "cache_dir", "use_variant", "eval_zero_shot")
            .contains(name);
    return special || SAME_MEANING.containsKey(name) ? Optional.of(name) : Optional.empty();
  }

  private static String value(String arg, Iterator<String> rest) {
    int equals = arg.indexOf('=');
    if (equals >= 0) {
      return arg.substring(equals + 1);
    }
    if (!rest.hasNext()) {
      throw new BadInputException("Missing argument for option: " + arg);
    }
    return rest.next();
  }

  /** {@code wanda_dlp} is wanda with DLP; plain {@code wanda} prunes uniformly there. */
  private static List<String> method(String text, boolean variant) {
    String[] parts = text.split("_", 2);
    String allocation = parts.length == 2 ? parts[1] : "uniform";
    boolean known =
        METHODS.contains(parts[0]) && (parts.length == 1 || ALLOCATIONS.contains(allocation));
    if (!known) {
      throw new BadInputException(
          "--prune_method \"%s\" is not known; the methods are %s, each alone or followed by _%s"
              .formatted(text, String.join(", ", METHODS), String.join(" or _", ALLOCATIONS)));
    }
    String method = variant && parts[0].equals("wanda") ? "wanda-variant" : parts[0];
    return List.of("--method", method, "--allocation", allocation);
  }

  /** N counts the removed weights there, the kept ones here. */
  private static String pattern(String text) {
    return SparsityPattern.parse(text, true) instanceof NofM pattern
        ? pattern.keep() + ":" + pattern.group()
        : text;
  }
}
