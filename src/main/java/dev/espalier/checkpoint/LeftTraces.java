package dev.espalier.checkpoint;

import dev.espalier.BadInputException;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.OutputLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a crash right after the last renaming leaves beside or inside of an output that is finished.
 *
 * @param output the finished folder
 */
public record LeftTraces(Path output) {
  /** What runs keep for themselves inside, which is removed by who knows what it is. */
  private static final String WORK_FILES = "trials.json";

  public LeftTraces {
    output = output.toAbsolutePath().normalize();
  }

  /** Where {@link ModelFolderWriter#workFile} may have been while the output was written. */
  public List<Path> workFiles(String name) {
    return List.of(
        new OutputPlace(output, false).work(name), new OutputPlace(output, true).work(name));
  }

  /**
   * Removes all but the work files; nothing if a run is at work there.
   *
   * @throws StorageException if they cannot be removed
   */
  public void remove() {
    OutputPlace place = new OutputPlace(output, true);
    try {
      if (of(place).isEmpty() && !Files.exists(place.lock())) {
        return;
      }
      OutputLock lock;
      try {
        lock = OutputLock.take(place.lock(), output);
      } catch (BadInputException e) {
        return; // It removes them itself.
      }
      try (lock) {
        for (Path trace : of(place)) {
          DurableFiles.deleteTree(trace);
        }
      }
    } catch (IOException e) {
      throw FileFaults.writing(output, e);
    }
  }

  /** What another run has put inside since, to replace the output, is not among it. */
  private List<Path> of(OutputPlace place) throws IOException {
    List<Path> traces = new ArrayList<>();
    for (Path file : Files.isDirectory(output) ? DurableFiles.list(output) : List.<Path>of()) {
      boolean isFolder = OutputPlace.isFolder(file);
      boolean isWork = file.getFileName().toString().startsWith(Journal.PREFIX + WORK_FILES);
      boolean isTrace = OutputPlace.isProgress(file) && !isFolder && !isWork;
      boolean isEmptied =
          file.equals(place.partial())
              && DurableFiles.list(file).stream().allMatch(OutputPlace::isProgress);
      if (isTrace && !file.equals(place.lock()) || isEmptied || file.equals(place.replaced())) {
        traces.add(file);
      }
    }
    return traces;
  }
}
