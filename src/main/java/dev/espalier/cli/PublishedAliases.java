package dev.espalier.cli;

import dev.espalier.BadInputException;
import dev.espalier.cli.PublishedScript.Repository;
import dev.espalier.pruning.SparseGptPruning;
import dev.espalier.text.DataSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Command lines of the published repositories, as they are pasted, in our options. */
final class PublishedAliases {
  /** Those that only SparseGPT's scripts have. */
  private static final Set<String> SPARSEGPTS =
      Set.of(
          "--prunen",
          "--prunem",
          "--gmp",
          "--blocksize",
          "--minlayer",
          "--maxlayer",
          "--prune_only",
          "--invert");

  /**
   * A command line in our options.
   *
   * @param notes what the user should know about the translation, a sentence each
   */
  record Translation(List<String> args, List<String> notes) {}

  /** What stands on a line. */
  private sealed interface Word {
    /** An option of ours or of nobody's, or its value. */
    record Ours(String text) implements Word {}

    /** A published option, as it was given and as the table has it. */
    record Theirs(String given, String name, String value) implements Word {}

    /** What belongs to no option. */
    record Operand(String text) implements Word {}
  }

  private final Options known;
  private final List<Word> words = new ArrayList<>();
  private final List<String> operands = new ArrayList<>();
  private final PublishedSettings settings = new PublishedSettings();

  private PublishedAliases(Options known, List<String> args) {
    this.known = known;
    Iterator<String> rest = args.iterator();
    while (rest.hasNext()) {
      read(rest.next(), rest);
    }
  }

  /** Rewrites a command's line; what is not published stays as it is. */
  static Translation translate(List<String> args, Command command) {
    Options known = new OptionParser(command).known();
    List<String> clean = Pasted.clean(args);
    // Operands may be called as they like.
    PublishedScript.Rest line =
        command.operands().isPresent()
            ? PublishedScript.Rest.all(clean)
            : PublishedScript.drop(clean);
    return new PublishedAliases(known, line.args()).translate(line);
  }

  private void read(String arg, Iterator<String> rest) {
    String[] parts = arg.split("=", 2);
    Option ours = parts[0].startsWith("--") ? known.getOption(parts[0].substring(2)) : null;
    Optional<PublishedOption> theirs = PublishedOptions.named(parts[0]).findFirst();
    if (ours != null) {
      words.add(new Word.Ours(arg));
      if (ours.hasArg() && parts.length == 1 && rest.hasNext()) {
        words.add(new Word.Ours(rest.next()));
      }
    } else if (theirs.isPresent()) {
      String value = theirs.get().hasValue() ? value(parts, rest) : "";
      words.add(new Word.Theirs(parts[0], theirs.get().name(), value));
    } else {
      words.add(arg.startsWith("-") ? new Word.Ours(arg) : new Word.Operand(arg));
    }
  }

  private static String value(String[] parts, Iterator<String> rest) {
    if (parts.length > 1) {
      return parts[1];
    }
    if (!rest.hasNext()) {
      throw new BadInputException(parts[0] + " needs a value");
    }
    return rest.next();
  }

  private Translation translate(PublishedScript.Rest line) {
    Optional<Repository> repository = line.repository().or(this::repository);
    boolean sparseGpt = repository.equals(Optional.of(Repository.SPARSEGPT));
    line.notes().forEach(settings::note);
    for (Word word : words) {
      if (word instanceof Word.Theirs option) {
        requireOnce(option);
        PublishedOptions.find(option.name(), repository)
            .orElseThrow()
            .meaning()
            .take(settings, option.given(), option.value());
      } else if (word instanceof Word.Operand operand && sparseGpt) {
        operands.add(operand.text());
      } else if (word instanceof Word.Operand operand) {
        settings.keep(operand.text());
      } else if (word instanceof Word.Ours ours) {
        settings.keep(ours.text());
      }
    }
    if (sparseGpt) {
      sparseGpt();
    }
    return new Translation(settings.complete(), settings.notes());
  }

  /** Unlike argparse, which takes the last; ours are not given twice either. */
  private void requireOnce(Word.Theirs option) {
    for (Word word : words) {
      if (word instanceof Word.Theirs other
          && other != option
          && other.name().equals(option.name())) {
        throw new BadInputException(
            "%s is given twice, as \"%s\" and as \"%s\"; leave one out"
                .formatted(option.given(), option.value(), other.value()));
      }
    }
  }

  /** Whose line it is, where no script says so. */
  private Optional<Repository> repository() {
    List<String> given =
        words.stream()
            .filter(Word.Operand.class::isInstance)
            .map(word -> ((Word.Operand) word).text())
            .toList();
    if (!known.hasLongOption("method")) {
      return Optional.empty();
    }
    boolean data = given.size() == 2 && DataSet.named(given.get(1)).isPresent();
    boolean own =
        words.stream()
            .anyMatch(w -> w instanceof Word.Theirs option && SPARSEGPTS.contains(option.name()));
    return data || own ? Optional.of(Repository.SPARSEGPT) : Optional.empty();
  }

  /** {@code MODEL DATASET} is how SparseGPT's lines begin, and SparseGPT is what they do. */
  private void sparseGpt() {
    if (!settings.published() && !settings.has("method")) {
      settings.method(SparseGptPruning.KIND);
    }
    if (!settings.hasTarget()) {
      throw new BadInputException(
          "no sparsity is given, so SparseGPT's script would only measure the dense model; write"
              + " espalier eval --model FOLDER --evaluate FILE, or give --sparsity");
    }
    Iterator<String> given = operands.iterator();
    if (given.hasNext() && !settings.has("model")) {
      settings.add("model", given.next());
    }
    if (given.hasNext()) {
      settings.text(given.next());
    }
    given.forEachRemaining(settings::keep);
  }
}
