package dev.espalier.report;

import dev.espalier.forward.Footprint;
import dev.espalier.forward.Space;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a pruning run will take, known before it begins.
 *
 * @param model the folder that is read
 * @param output the folder that is written
 * @param workDir the folder of the spill file
 * @param compute where and in what
 * @param phases those that there will be, in their order; they never coincide
 * @param taken by the process already, of the host's memory
 * @param free what can still be had of each place
 * @param read what is read, and what of it
 * @param written what is written, and what of it
 * @param outputFree free on the output's disk
 * @param passes of a window through a block, in all phases together
 * @param seconds that one of them takes in the first block; absent if there is no computing
 */
public record RunPlan(
    String model,
    String output,
    String workDir,
    PruneReport.Compute compute,
    List<Phase> phases,
    long taken,
    Space free,
    List<Files> read,
    List<Files> written,
    long outputFree,
    long passes,
    OptionalDouble seconds) {
  public RunPlan {
    phases = List.copyOf(phases);
    read = List.copyOf(read);
    written = List.copyOf(written);
  }

  /**
   * One phase.
   *
   * @param name as reports have it
   * @param footprint what it takes beside what the process has taken already
   */
  public record Phase(String name, Footprint footprint) {}

  /** A file or a folder, and how many bytes of it are read or written. */
  public record Files(String path, long bytes) {}

  /** What any phase takes of each place. */
  public Space most() {
    return phases.stream().map(phase -> phase.footprint().space()).reduce(Space.NONE, Space::max);
  }

  /** What is written beside the spill file. */
  public long bytesWritten() {
    return written.stream().mapToLong(Files::bytes).sum();
  }

  /** Whether all places have what is needed of them. */
  public boolean fits() {
    return free.minus(most()).isEnough() && outputFree >= bytesWritten();
  }
}
