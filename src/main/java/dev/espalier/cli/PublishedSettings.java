package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.Listing;
import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.allocation.AllocationKind;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.DlpAllocation;
import dev.espalier.allocation.LsaAllocation;
import dev.espalier.allocation.OwlAllocation;
import dev.espalier.allocation.Parameter;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.measurement.Granularity;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.pruning.MethodCatalogue;
import dev.espalier.pruning.MethodKind;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.pruning.WandaPruning;
import dev.espalier.pruning.WandaVariantPruning;
import dev.espalier.text.DataSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a published command line sets, until all of it is known: there, what one option means can
 * hang on another.
 */
final class PublishedSettings {
  private final List<String> args = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<Parameter<?>, Given> parameters = new LinkedHashMap<>();
  private Optional<MethodKind> method = Optional.empty();
  private Optional<AllocationKind> allocation = Optional.empty();
  private Optional<String> sparsity = Optional.empty();
  private Optional<String> lambda = Optional.empty();
  private Optional<Given> removes = Optional.empty();
  private Optional<String> removed = Optional.empty();
  private Optional<String> kept = Optional.empty();
  private Optional<String> group = Optional.empty();
  private Optional<String> otherModel = Optional.empty();
  private Optional<String> dataset = Optional.empty();
  private boolean mixed;
  private boolean variant;
  private boolean fromLsa;
  private boolean lsasByLinears;

  /** An option as it stands on the line, and its value. */
  private record Given(String option, String value) {}

  /** What is as it is in our options. */
  void keep(String arg) {
    args.add(arg);
  }

  void note(String sentence) {
    notes.add(sentence);
  }

  void add(String option, String value) {
    args.addAll(List.of("--" + option, value));
  }

  <T> void add(Parameter<T> parameter, T value) {
    add(parameter.key(), parameter.write(value));
  }

  boolean has(String option) {
    return args.stream()
        .anyMatch(arg -> arg.equals("--" + option) || arg.startsWith("--" + option + "="));
  }

  void method(PublishedMethod published) {
    method(published.method());
    allocation = Optional.of(published.allocation());
    mixed = published.mixed();
  }

  void method(MethodKind kind) {
    method = Optional.of(kind);
    allocation = allocation.or(() -> Optional.of(UniformAllocation.KIND));
  }

  /** As LSA's repository names it: DLP and LSA take their alpha from a table there. */
  void lsasAllocation(AllocationKind kind, boolean byLinears) {
    allocation = Optional.of(kind);
    fromLsa = true;
    if (byLinears) {
      add(LsaAllocation.GRANULARITY, Granularity.LINEAR);
    }
    lsasByLinears = byLinears;
  }

  /** SparseGPT's baseline. */
  void magnitude() {
    method(MagnitudePruning.KIND);
  }

  void variant() {
    variant = true;
  }

  void sparsity(String text) {
    sparsity = Optional.of(text);
  }

  /** The pattern that counts the removed weights, or unstructured. */
  void removes(String given, String text) {
    removes = Optional.of(new Given(given, text));
  }

  void removed(String n) {
    removed = Optional.of(n);
  }

  void kept(String n) {
    kept = Optional.of(n);
  }

  void group(String m) {
    group = Optional.of(m);
  }

  void lambda(String text) {
    lambda = Optional.of(text);
  }

  /** OWL's code names the model twice and loads {@code --model}. */
  void otherModel(String text) {
    otherModel = Optional.of(text);
  }

  /** What calibration runs on. */
  void text(String name) {
    dataset = Optional.of(name);
  }

  /** A parameter, which the published code ignores where the method or allocation has none. */
  void set(Parameter<?> parameter, String given, String value) {
    parameters.put(parameter, new Given(given, value));
  }

  /** Whether the line is one of the published repositories'. */
  boolean published() {
    return method.isPresent() || allocation.isPresent();
  }

  /** Whether anything says how much is to go. */
  boolean hasTarget() {
    return has("sparsity") || sparsity.isPresent() || removed.isPresent() || removes.isPresent();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** The line in our options. */
  List<String> complete() {
    boolean ownAllocation = has("allocation");
    otherModel.filter(text -> !has("model")).ifPresent(text -> add("model", text));
    dataset();
    pattern();
    sparsity.ifPresent(text -> add("sparsity", text));
    method.ifPresent(kind -> add("method", kind.name()));
    allocation(ownAllocation);
    lambda();
    if (variant) {
      useVariant();
    }
    parameters.forEach(this::parameter);
    return List.copyOf(args);
  }

  /** A data set goes without being said where a text is named. */
  private void dataset() {
    boolean named = has("calibration") && dataset.flatMap(DataSet::named).isPresent();
    if (named) {
      note("%s is ignored: --calibration names the text.".formatted(dataset.get()));
    } else {
      dataset.ifPresent(name -> add("calibration", name));
    }
  }

  /** N counts the removed weights there, except in LSA's code; the kept ones here. */
  private void pattern() {
    counted().ifPresent(text -> removes = Optional.of(text));
    if (removes.isEmpty()) {
      return;
    }
    Given given = removes.get();
    if (!(SparsityPattern.parse(given.value(), true) instanceof NofM pattern)) {
      add("pattern", given.value());
      return;
    }
    if (mixed) {
      mixed(given, pattern);
      return;
    }
    String ours = pattern.keep() + ":" + pattern.group();
    add("pattern", ours);
    if (!ours.equals(given.value())) {
      note(
          "%s counts the removed weights; as --pattern it is %s, %d of every %d kept."
              .formatted(given.option(), ours, pattern.keep(), pattern.group()));
    }
  }

  /** N and M where they stand apart. */
  private Optional<Given> counted() {
    Optional<String> n = removed.or(() -> kept).filter(text -> !text.equals("0"));
    Optional<String> m = group.filter(text -> !text.equals("0"));
    if (n.isEmpty() && m.isEmpty()) {
      return Optional.empty();
    }
    if (n.isEmpty() || m.isEmpty()) {
      throw new BadInputException("an N:M pattern needs both numbers; write --pattern N:M");
    }
    if (removed.isEmpty()) {
      add("pattern", n.get() + ":" + m.get());
      return Optional.empty();
    }
    String text = n.get() + ":" + m.get();
    return Optional.of(new Given("--prunen %s --prunem %s".formatted(n.get(), m.get()), text));
  }

  /** OWL's: every block its own N, the given one on average; the given sparsity is not used. */
  private void mixed(Given given, NofM pattern) {
    double share = (double) (pattern.group() - pattern.keep()) / pattern.group();
    sparsity = Optional.of(String.valueOf(share));
    add("pattern", "N:" + pattern.group());
    note(
        "%s with wanda_owl_structure gives every block its own N: it is --pattern N:%d --sparsity %s here, and half of --Lamda counts in weights of %d."
            .formatted(given.option(), pattern.group(), share, pattern.group()));
    lambda = lambda.map(text -> String.valueOf(number("Lamda", text) / 2 / pattern.group()));
  }

  /** Where ours is named, the published uniform one is not meant. */
  private void allocation(boolean own) {
    if (allocation.equals(Optional.of(UniformAllocation.KIND))) {
      if (own) {
        allocation = Optional.empty();
      } else if (has(AtpAllocation.BETA.key())) {
        // ATP's code has no name for itself.
        allocation = Optional.of(AtpAllocation.KIND);
      }
    }
    allocation.ifPresent(kind -> add("allocation", kind.name()));
    if (mixed && !has("pattern")) {
      throw new BadInputException(
          "wanda_owl_structure needs a pattern; write --sparsity_type N:M, such as 5:8");
    }
  }

  /** OWL's range; in LSA's code, of LSA by linears too. */
  private void lambda() {
    boolean mapped =
        allocation.filter(List.of(DlpAllocation.KIND, LsaAllocation.KIND)::contains).isPresent();
    if (!fromLsa || !mapped) {
      lambda.ifPresent(text -> set(OwlAllocation.LAMBDA, "--Lamda", text));
    } else if (!has(LsaAllocation.ALPHA.key())) {
      Optional<String> alpha =
          lsasByLinears
              ? lambda.or(() -> Optional.of(LsaNames.USUAL_LAMBDA))
              : LsaNames.alpha(sparsity);
      alpha.ifPresent(text -> add(LsaAllocation.ALPHA.key(), text));
    }
  }

  private static double number(String option, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new BadInputException("--%s is \"%s\", not a number".formatted(option, text));
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
    } else if (!has("method")) {
      add("method", variant);
    }
  }

  private void parameter(Parameter<?> parameter, Given given) {
    List<String> owners =
        Stream.concat(
                AllocationCatalogue.owners(parameter).stream().map(AllocationKind::name),
                MethodCatalogue.owners(parameter).stream().map(MethodKind::name))
            .toList();
    boolean methods = !MethodCatalogue.owners(parameter).isEmpty();
    Optional<String> chosen =
        methods ? method.map(MethodKind::name) : allocation.map(AllocationKind::name);
    if (chosen.isEmpty() || owners.contains(chosen.get())) {
      add(parameter.key(), given.value());
    } else {
      note(
          "%s is ignored: it belongs to %s, and the %s is %s."
              .formatted(
                  given.option(),
                  Listing.or(owners),
                  methods ? "method" : "allocation",
                  chosen.get()));
    }
  }
}
