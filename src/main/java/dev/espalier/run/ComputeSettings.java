package dev.espalier.run;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Progress;
import dev.espalier.Setting;
import dev.espalier.checkpoint.Dtype;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.device.ComputeDevice;
import dev.espalier.device.CudaNumerics;
import dev.espalier.device.CudaSupport;
import dev.espalier.device.DeviceChoice;
import dev.espalier.device.Placement;
import dev.espalier.files.FreeSpace;
import dev.espalier.kernels.Kernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where and in which precision to run a model.
 *
 * @param device {@code auto} (CUDA where there is some, else the CPU), {@code cpu}, {@code cuda} or
 *     {@code cuda:N}
 * @param dtype absent for the checkpoint's own on a CUDA device, and float32 on the CPU
 * @param threads of the CPU, at least 1, and never more than there are processors; absent for as
 *     many as the process has now. They are set for the whole process.
 * @param workDir a folder for what memory cannot hold; absent for where a run writes, or the
 *     system's own for temporary files
 */
public record ComputeSettings(
    String device, Optional<ScalarType> dtype, OptionalInt threads, Optional<Path> workDir) {
  /** Wherever it is fastest, in the usual precision. */
  public static final ComputeSettings USUAL =
      new ComputeSettings("auto", Optional.empty(), OptionalInt.empty());

  public ComputeSettings {
    if (threads.isPresent() && threads.getAsInt() < 1) {
      throw new BadInputException(
          "the number of threads is " + threads.getAsInt() + "; at least 1 is needed",
          Setting.THREADS);
    }
    workDir.ifPresent(
        folder -> {
          if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new BadInputException(
                folder + ": is no folder that can be written to; give another for spilling",
                Setting.WORK_DIR);
          }
        });
  }

  /** With the usual folder for what memory cannot hold. */
  public ComputeSettings(String device, Optional<ScalarType> dtype, OptionalInt threads) {
    this(device, dtype, threads, Optional.empty());
  }

  /** The same on another device. */
  ComputeSettings on(String otherDevice) {
    return new ComputeSettings(otherDevice, dtype, threads, workDir);
  }

  /** The same in this precision. */
  ComputeSettings in(ScalarType precision) {
    return new ComputeSettings(device, Optional.of(precision), threads, workDir);
  }

  /** The same with so many threads. */
  ComputeSettings withThreads(int count) {
    return new ComputeSettings(device, dtype, OptionalInt.of(count), workDir);
  }

  /** The same with this folder for what memory cannot hold. */
  ComputeSettings spillingTo(Path folder) {
    return new ComputeSettings(device, dtype, threads, Optional.of(folder));
  }

  /** The same, with what memory cannot hold beside {@code output} where no folder is given. */
  ComputeSettings beside(Path output) {
    return workDir.isPresent() ? this : spillingTo(FreeSpace.existing(parent(output)));
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  /**
   * Finds the device and sets the threads.
   *
   * @param notes told where {@code auto} is not what the build was made for, and of fewer threads
   * @throws BadInputException if there is no such device
   */
  Placement place(ModelFolder folder, Progress notes) {
    ComputeDevice found = DeviceChoice.of(device, CudaSupport::probe, notes::note);
    threads.ifPresent(count -> setThreads(usable(count, processors(), notes)));
    if (found.isCuda()) {
      CudaNumerics.fix();
    }
    return placement(folder, found);
  }

  /** With float32 where the checkpoint's type is none to compute in. */
  Placement placement(ModelFolder folder, ComputeDevice found) {
    return new Placement(
        dtype.orElseGet(() -> usual(folder.dtype(), found)),
        found,
        workDir.orElse(Placement.USUAL_WORK_DIR));
  }

  private static ScalarType usual(Dtype stored, ComputeDevice found) {
    boolean narrow = stored == Dtype.BF16 || stored == Dtype.F16;
    return found.isCuda() && narrow ? stored.scalarType() : ScalarType.Float;
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** More threads than processors only wait for each other, and some thousands hang. */
  static int usable(int wished, int processors, Progress notes) {
    if (wished <= processors) {
      return wished;
    }
    notes.warn(
        "%d threads are asked for, but this process has %s: %d it is."
            .formatted(wished, Plural.of(processors, "processor"), processors));
    return processors;
  }

  /** Of all three libraries that compute: their own defaults differ. */
  private static void setThreads(int count) {
    torch.set_num_threads(count);
    openblas_nolapack.blas_set_num_threads(count);
    Kernels.setThreads(count);
  }
}
