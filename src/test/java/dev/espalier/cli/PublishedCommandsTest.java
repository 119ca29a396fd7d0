package dev.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.job.PruneRequest;
import dev.espalier.pruning.PruningMethod;
import dev.espalier.pruning.SparsityPattern.NofM;
import dev.espalier.search.AllocationChoice;
import dev.espalier.text.DataSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The example commands of the published repositories, pasted behind {@code espalier}: each asks for
 * what it says, or gets one sentence with what to write instead.
 */
class PublishedCommandsTest {
  private static final Path COMMANDS = Path.of("src/test/resources/published/commands.txt");
  private static final String RUNS = "-> ";
  private static final String REFUSED = "!> ";

  /**
   * A command of the table.
   *
   * @param text as it is pasted
   * @param words as a shell splits it
   * @param outcome with its mark
   */
  record Published(String text, List<String> words, String outcome) {
    @Override
    public String toString() {
      return text;
    }
  }

  private static List<Published> table() throws IOException {
    List<String> texts = new ArrayList<>();
    List<String> outcomes = new ArrayList<>();
    for (String block : Files.readString(COMMANDS).split("\n\n")) {
      List<String> lines = block.lines().filter(line -> !line.startsWith("#")).toList();
      texts.add(String.join("\n", lines.subList(0, lines.size() - 1)));
      outcomes.add(lines.get(lines.size() - 1));
    }
    List<List<String>> words = shell(texts);
    List<Published> table = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      table.add(new Published(texts.get(i), words.get(i), outcomes.get(i)));
    }
    return table;
  }

  /** The arguments that a shell gives a program for what is pasted behind its name. */
  private static List<List<String>> shell(List<String> texts) throws IOException {
    String script =
        "espalier() { printf '%s\\n' \"$@\"; printf '\\0'; }\n"
            + texts.stream().map(text -> "espalier " + text + "\n").collect(Collectors.joining());
    Process bash = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
    String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    List<List<String>> all =
        Stream.of(output.split("\0")).map(args -> List.of(args.split("\n", -1))).toList();
    assertEquals(texts.size(), all.size(), output);
    return all.stream().map(args -> args.subList(0, args.size() - 1)).toList();
  }

  static Stream<Published> accepted() throws IOException {
    return table().stream().filter(command -> command.outcome().startsWith(RUNS));
  }

  static Stream<Published> refused() throws IOException {
    return table().stream().filter(command -> command.outcome().startsWith(REFUSED));
  }

  private static PruneRequest request(List<String> words, String... more) {
    List<String> line =
        Stream.concat(Espalier.withCommand(words).stream(), Stream.of(more)).toList();
    assertEquals("prune", line.get(0));
    PruneCommand prune = new PruneCommand();
    List<String> ours = PublishedAliases.translate(line.subList(1, line.size()), prune).args();
    return PruneCommand.request(new OptionParser(prune).parse(ours));
  }

  private static String describe(PruneRequest request) {
    PruningMethod method = request.settings().method();
    SparsityAllocation allocation = ((AllocationChoice.Named) request.allocation()).allocation();
    String pattern =
        request.settings().pattern() instanceof NofM nOfM
            ? nOfM.keep() + ":" + nOfM.group()
            : request.settings().pattern().group() > 1
                ? "N:" + request.settings().pattern().group()
                : "unstructured";
    return "model=%s method=%s%s allocation=%s%s pattern=%s sparsity=%s samples=%d output=%s"
        .formatted(
            request.model(),
            method.name(),
            describe(method.parameters()),
            allocation.name(),
            describe(allocation.parameters()),
            pattern,
            request.settings().sparsity(),
            request.calibration().samples(),
            request.output());
  }

  private static String describe(Map<String, Object> parameters) {
    return parameters.isEmpty() ? "" : new TreeMap<>(parameters).toString().replace(" ", "");
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void asksForWhatItSays(Published command) {
    PruneRequest request = request(command.words(), "--calibration", "c.txt");
    assertEquals(command.outcome(), RUNS + describe(request));
    assertEquals("c.txt", request.calibration().text().toString());
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void calibratesOnTheDataSetThatItNames(Published command) {
    String text = request(command.words()).calibration().text().toString();
    assertTrue(DataSet.named(text).isPresent(), text);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void saysWhatToWriteInstead(Published command) {
    BadInputException refusal =
        assertThrows(
            BadInputException.class, () -> request(command.words(), "--calibration", "c.txt"));
    for (String part : command.outcome().substring(REFUSED.length()).split(" \\| ")) {
      assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
    assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void isTheSameHoweverItIsPasted(Published command) {
    List<String> words = command.words();
    PruneRequest expected = request(words, "--calibration", "c.txt");
    List<List<String>> variants = new ArrayList<>();
    variants.add(behind("prune", words));
    variants.add(words.subList(1, words.size()));
    variants.add(
        behind(
            "CUDA_VISIBLE_DEVICES=0",
            behind("python3", behind("-u", words.subList(1, words.size())))));
    variants.add(words.stream().map(PublishedCommandsTest::withDashes).toList());
    variants.add(words.stream().map(word -> word.replaceFirst("^--", "–")).toList());
    variants.add(words.stream().map(word -> word.replaceFirst("^--", "—-")).toList());
    variants.add(words.stream().map(word -> word.startsWith("--") ? " " + word : word).toList());
    variants.add(
        words.stream()
            .flatMap(word -> word.startsWith("-") ? Stream.of("\\", word) : Stream.of(word))
            .toList());
    variants.add(withEquals(words));
    for (List<String> variant : variants) {
      assertEquals(expected, request(variant, "--calibration", "c.txt"), variant::toString);
    }
  }

  private static List<String> behind(String first, List<String> words) {
    return Stream.concat(Stream.of(first), words.stream()).toList();
  }

  private static String withDashes(String word) {
    return word.startsWith("--") ? word.replace('_', '-') : word;
  }

  private static List<String> withEquals(List<String> words) {
    List<String> joined = new ArrayList<>();
    for (String word : words) {
      int last = joined.size() - 1;
      boolean value = last >= 0 && joined.get(last).startsWith("--") && !word.startsWith("--");
      boolean taken = last >= 0 && joined.get(last).contains("=");
      if (value && !taken) {
        joined.set(last, joined.get(last) + "=" + word);
      } else {
        joined.add(word);
      }
    }
    return joined;
  }

  @Test
  void theDocumentListsEveryOption() throws IOException {
    String document = Files.readString(Path.of("docs/methods.md"));
    String section =
        document.substring(document.indexOf("## The published repositories' commands"));
    for (PublishedOption option : PublishedOptions.ALL) {
      String name = option.name().replace("_", "[_-]");
      assertTrue(Pattern.compile("[` ]" + name + "\\b").matcher(section).find(), option.name());
    }
    Matcher named = Pattern.compile("^\\| ([^|]*) \\|", Pattern.MULTILINE).matcher(section);
    while (named.find()) {
      Matcher options =
          Pattern.compile("[` ](--?[A-Za-z]\\w*(?:[-_]\\w+)*)").matcher(named.group(1));
      while (options.find()) {
        String name = options.group(1);
        assertTrue(
            name.equals("--beta") || PublishedOptions.named(name).findAny().isPresent(), name);
      }
    }
  }

  @Test
  void everyRepositoryIsThere() throws IOException {
    List<String> sources =
        Files.readAllLines(COMMANDS).stream().filter(line -> line.startsWith("#")).toList();
    for (String name : List.of("SparseGPT", "Wanda", "OWL", "DLP", "ATP", "AlphaPruning", "LSA")) {
      assertTrue(sources.stream().anyMatch(line -> line.contains(name)), name);
    }
  }
}
