package dev.espalier.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.FileFaults;
import dev.espalier.files.FreeSpace;
import dev.espalier.files.OutputLock;
import dev.espalier.files.RunRecord;
import dev.espalier.files.SettingsDifference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a copy of a model folder with some tensors replaced: the same files, names, types and
 * shapes.
 *
 * <p>The copy grows in a sibling, {@code <output>.partial}, and takes its final name in {@link
 * #finish}; in a folder that exists it grows inside of that. What a {@link #put} has written
 * survives a crash, together with the state given to it: a later {@link #open} for the same run
 * goes on from there.
 *
 * <p>As a {@link WeightSource} it is the copy as it will be. Several threads may read it while one
 * puts; otherwise it is not safe for use by several threads.
 */
public final class ModelFolderWriter implements WeightSource, AutoCloseable {
  private final ModelFolder source;
  private final OutputPlace place;
  private final boolean overwrite;
  private final CopiedFiles companions;
  private final ObjectNode whole;
  private final OutputLock lock;
  private volatile Journal journal;
  private OutputShards shards;
  private boolean resumed;
  private boolean closed;

  private ModelFolderWriter(
      ModelFolder source,
      OutputPlace place,
      boolean overwrite,
      CopiedFiles companions,
      ObjectNode whole,
      Journal journal,
      OutputLock lock) {
    this.source = source;
    this.place = place;
    this.overwrite = overwrite;
    this.companions = companions;
    this.whole = whole;
    this.journal = journal;
    this.lock = lock;
  }

  /**
   * Starts a copy of {@code source} as {@code output}, or goes on with an unfinished one.
   *
   * @param source what is copied; must stay open until this writer is closed
   * @param output the folder to create, or an empty one; its parents are created where missing
   * @param overwrite whether what another run has written to {@code output}, or its unfinished
   *     result, may be replaced; the former stays until {@link #finish}
   * @param run what identifies the run; an unfinished result is taken up only if its own is equal
   * @param whole what identifies the finished result, for its {@link RunRecord}: the run, and what
   *     does not change the tensors
   * @throws BadInputException if the output exists, overlaps with the input, is being written by
   *     another process or has too little space
   * @throws StorageException if it cannot be written
   */
  public static ModelFolderWriter open(
      ModelFolder source, Path output, boolean overwrite, ObjectNode run, ObjectNode whole) {
    return open(source, output, overwrite, run, whole, FreeSpace.ACTUAL);
  }

  static ModelFolderWriter open(
      ModelFolder source,
      Path output,
      boolean overwrite,
      ObjectNode run,
      ObjectNode whole,
      FreeSpace space) {
    OutputPlace place = OutputPlace.of(source, output);
    CopiedFiles companions = CopiedFiles.of(source);
    Journal start = Journal.start(run);
    try {
      if (!place.isCutShort()) {
        place.checkFree(overwrite, whole);
      }
      if (!place.inside()) {
        place.createPartial();
      }
      OutputLock lock = OutputLock.take(place.lock(), place.partial());
      var writer = new ModelFolderWriter(source, place, overwrite, companions, whole, start, lock);
      try {
        place.recover();
        place.checkFree(overwrite, whole);
        place.createPartial();
      } catch (IOException | RuntimeException e) {
        writer.release();
        throw e;
      }
      try {
        writer.begin(start, space);
        return writer;
      } catch (IOException | RuntimeException e) {
        writer.closeAfter(e);
        throw e;
      }
    } catch (IOException e) {
      throw FileFaults.writing(place.partial(), e);
    }
  }

  /** What of the source's folder the copy does not have. */
  public List<LeftBehind> leftBehind() {
    return companions.leftBehind();
  }

  /**
   * Where a run may keep a file of its own until the copy is finished.
   *
   * @param name of the file's kind; others may be made of it
   */
  public Path workFile(String name) {
    return place.work(name);
  }

  /**
   * Remembers the command line that began this, as {@link StartedCommand}, until it is finished.
   */
  public void remember(String command) {
    StartedCommand.save(place.partial(), command);
  }

  /** Whether an unfinished result of the same run was taken up. */
  public boolean resumed() {
    return resumed;
  }

  /** A copy of the state given to the last {@link #put} of this run; empty at a fresh start. */
  public ObjectNode state() {
    return journal.state().deepCopy();
  }

  /** The tensors put so far, those of an interrupted run included. */
  public Set<String> written() {
    return journal.written();
  }

  /**
   * Writes tensors and, once they are on disk, remembers them and the state.
   *
   * @param tensors by name; each on any device, in the shape of the source's tensor; converted to
   *     its type; not kept
   * @param state what the caller needs to go on from here
   * @throws IllegalArgumentException if a tensor is unknown, was put before or has another shape;
   *     nothing is written then
   * @throws StorageException if the disk is full; what was put before is safe
   */
  public void put(Map<String, Tensor> tensors, ObjectNode state) {
    checkOpen();
    tensors.forEach(this::check);
    try {
      shards.write(tensors);
      save(journal.with(tensors.keySet(), state));
    } catch (IOException e) {
      throw FileFaults.writing(place.partial(), e);
    }
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  @Override
  public boolean contains(String name) {
    return source.contains(name);
  }

  @Override
  public Map<String, String> aliases() {
    return source.aliases();
  }

  /** Type and shape of a tensor; they are the source's. */
  @Override
  public TensorEntry entry(String name) {
    return source.entry(name);
  }

  /**
   * A tensor as the copy will have it: the one put, else the source's. It is not to be modified;
   * the caller owns it and closes it, before this writer is closed.
   */
  @Override
  public Tensor tensor(String name) {
    checkOpen();
    return journal.written().contains(name) ? shards.tensor(name) : source.tensor(name);
  }

  /**
   * Completes the copy with the tensors that were not put and the source's other files, and gives
   * it its name. The writer is closed then.
   *
   * @param files more files to write, by name; they win over the source's
   * @param page for people, written as {@code report.html} with the {@link RunRecord}
   * @param result what the record is to keep
   * @return the finished folder
   * @throws IllegalArgumentException if a file's name is not plain or is a shard's
   * @throws StorageException if the disk is full; what was put is safe
   */
  public Path finish(Map<String, byte[]> files, byte[] page, JsonNode result) {
    checkOpen();
    files.keySet().forEach(this::checkFileName);
    Path partial = place.partial();
    try {
      shards.copyAllBut(journal.written());
      companions.copyTo(partial);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        DurableFiles.write(partial.resolve(file.getKey()), file.getValue());
      }
      RunRecord.write(partial.resolve(OutputPlace.PAGE), page, whole, result, place.written());
      DurableFiles.syncFolder(partial);
      place.checkFree(overwrite, whole);
      closed = true;
      try (lock) {
        shards.close();
        place.replace();
        // Only now: until the rename, the journal is what saves the work from a crash.
        place.removeTraces();
      }
      return place.output();
    } catch (IOException e) {
      throw FileFaults.writing(partial, e);
    }
  }

  /** Removes what was written so far, and closes. */
  public void discard() {
    try {
      if (!closed) {
        place.clearPartial();
        release();
        DurableFiles.deleteTree(place.partial());
      }
    } catch (IOException e) {
      throw FileFaults.writing(place.partial(), e);
    }
  }

  /** Leaves what was put for a later run to go on from; if nothing was, leaves nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (journal.written().isEmpty()) {
      discard();
      return;
    }
    try {
      release();
    } catch (IOException e) {
      throw FileFaults.writing(place.partial(), e);
    }
  }

  private void begin(Journal start, FreeSpace space) throws IOException {
    journal = Journal.read(place.partial()).orElse(start);
    if (!journal.written().isEmpty()) {
      if (journal.run().equals(start.run())) {
        resumed = reopen();
      } else if (!overwrite) {
        throw FileFaults.in(
            place.partial(),
            "holds the unfinished result of other settings%s; repeat those to resume it, or allow overwriting to discard it"
                .formatted(
                    SettingsDifference.between(journal.run(), start.run())
                        .map(" (%s)"::formatted)
                        .orElse("")),
            Setting.OVERWRITE);
      }
    }
    if (!resumed) {
      place.clearPartial();
      journal = start;
    }
    OutputSpace.require(bytesToCome(), space, place);
    if (!resumed) {
      save(journal);
      shards = OutputShards.create(source, place.partial());
    }
  }

  /** False if what lies there is not what this run would have written. */
  private boolean reopen() throws IOException {
    if (!journal.written().stream().allMatch(source::contains)) {
      return false;
    }
    shards = OutputShards.reopen(source, place.partial()).orElse(null);
    return shards != null;
  }

  /** How much of the disk the output is still to take, in bytes. */
  public long bytesToCome() {
    long written = journal.written().stream().mapToLong(name -> source.entry(name).bytes()).sum();
    return OutputSpace.bytes(source, companions) - written;
  }

  private void save(Journal next) throws IOException {
    next.save(place.partial());
    journal = next;
  }

  private void check(String name, Tensor tensor) {
    if (!source.contains(name)) {
      throw new IllegalArgumentException("No tensor " + name + " in " + source.path());
    }
    if (journal.written().contains(name)) {
      throw new IllegalArgumentException("Tensor " + name + " was put before");
    }
    long[] sizes = new long[Math.toIntExact(tensor.dim())];
    Arrays.setAll(sizes, tensor::size);
    if (!Arrays.equals(sizes, source.entry(name).sizes())) {
      throw new IllegalArgumentException(
          "Tensor %s has shape %s instead of %s"
              .formatted(name, Arrays.toString(sizes), source.entry(name).shape()));
    }
  }

  private void checkFileName(String name) {
    Path path = Path.of(name);
    boolean plain = path.getNameCount() == 1 && !path.isAbsolute() && !name.startsWith(".");
    boolean shard = source.shards().stream().anyMatch(s -> s.fileName().equals(name));
    boolean ours = name.startsWith(Journal.PREFIX) || name.equals(OutputPlace.PAGE);
    if (!plain || name.isEmpty() || shard || ours) {
      throw new IllegalArgumentException("Not a name for an additional file: " + name);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The writer of " + place.output() + " is closed");
    }
  }

  private void release() throws IOException {
    closed = true;
    try (lock) {
      if (shards != null) {
        shards.close();
      }
    }
  }

  private void closeAfter(Exception failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
