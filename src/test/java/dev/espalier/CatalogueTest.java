package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.allocation.AllocationCatalogue;
import dev.espalier.pruning.MethodCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of README.md say what the catalogues say. */
class CatalogueTest {
  private static final Path README = Path.of("README.md");

  /** The cells of the rows below a header, without emphasis, each as wide as the header. */
  private static List<List<String>> table(String header) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> lines = Files.readAllLines(README);
    int first = lines.indexOf(header);
    if (first < 0) {
      throw new AssertionError(README + " has no table with the header " + header);
    }
    for (String line : lines.subList(first + 2, lines.size())) {
      if (!line.startsWith("|")) {
        break;
      }
      rows.add(cells(line));
    }
    return rows;
  }

  private static List<String> cells(String row) {
    return Stream.of(row.substring(1).split("(?<!\\\\)\\|"))
        .map(cell -> cell.replace("\\|", "|").replace("*", "").strip())
        .toList();
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  @Test
  void methods() throws IOException {
    List<List<String>> catalogue =
        MethodCatalogue.all().stream()
            .map(kind -> List.of(code(kind.name()), kind.removes(), kind.paper()))
            .toList();
    assertEquals(lines(catalogue), lines(table("| `--method` | removes | paper |")));
  }

  @Test
  void allocations() throws IOException {
    List<List<String>> rows =
        table("| `--allocation` | a block keeps more when | parameters | paper |");
    assertEquals("`auto` (default)", rows.get(0).get(0));
    assertEquals("`FILE.json`", rows.get(rows.size() - 1).get(0));
    List<List<String>> catalogue =
        AllocationCatalogue.all().stream()
            .map(
                kind ->
                    List.of(
                        code(kind.name()),
                        kind.keepsMore(),
                        kind.parameters().stream()
                            .map(parameter -> code("--" + parameter.key()))
                            .collect(Collectors.joining(", ")),
                        kind.paper()))
            .toList();
    assertEquals(lines(catalogue), lines(rows.subList(1, rows.size() - 1)));
  }

  /** A row a line, so that a difference is easily seen. */
  private static String lines(List<List<String>> rows) {
    return rows.stream().map(row -> String.join(" | ", row)).collect(Collectors.joining("\n"));
  }
}
