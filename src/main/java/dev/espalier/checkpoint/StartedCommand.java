package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import dev.espalier.files.RunRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line that began an output, kept beside its journal until the output is finished. */
public final class StartedCommand {
  private static final String FILE = Journal.PREFIX + "command.json";

  private StartedCommand() {}

  static void save(Path partial, String command) {
    ObjectNode file =
        Json.object()
            .put("folder", Path.of("").toAbsolutePath().toString())
            .put("command", command);
    DurableFiles.save(partial.resolve(FILE), Json.bytes(file));
  }

  /**
   * The command line that began an unfinished output.
   *
   * @param output the output, or the folder in which it grows
   * @throws BadInputException if there is none, or it began in another folder, so that its paths
   *     mean something else here
   */
  public static String of(Path output) {
    Path given = output.toAbsolutePath().normalize();
    List<Path> places = new ArrayList<>(List.of(given, given.resolve(Journal.PREFIX + "partial")));
    if (given.getFileName() != null) {
      places.add(given.resolveSibling(given.getFileName() + ".partial"));
    }
    Path file =
        places.stream()
            .map(place -> place.resolve(FILE))
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(() -> nothingUnfinished(output));
    ObjectNode remembered = Json.readObject(file);
    String folder = remembered.path("folder").asText();
    if (!folder.equals(Path.of("").toAbsolutePath().toString())) {
      throw FileFaults.in(
          output, "its command began in " + FileFaults.printable(folder) + "; go there first");
    }
    return remembered.path("command").asText();
  }

  private static BadInputException nothingUnfinished(Path output) {
    boolean finished = RunRecord.read(output.resolve(OutputPlace.PAGE)).isPresent();
    return FileFaults.in(
        output,
        finished
            ? "is finished; there is nothing left to go on with"
            : "there is no unfinished output to go on with; repeat the command that was to write it");
  }
}
