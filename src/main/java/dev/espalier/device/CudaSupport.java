package dev.espalier.device;

import dev.espalier.kernels.Kernels;
import dev.espalier.kernels.Natives;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * What this machine and this build offer of CUDA.
 *
 * @param faults of each device that both libtorch and our own library see: what keeps our kernels
 *     from it, as a clause that names it; nothing if they run there
 * @param obstacle if there are none: why, and what to do, as the rest of a sentence
 * @param surprising whether there seems to be one, or the build was made for CUDA, all the same
 */
public record CudaSupport(
    List<Optional<String>> faults, Optional<String> obstacle, boolean surprising) {
  /** libtorch's CUDA part. It would look for the second on its own, but not where it lies. */
  private static final List<String> TORCH_CUDA =
      List.of("libtorch_cuda.so", "libtorch_cuda_linalg.so");

  private static final String GPU_NATIVES =
      "/org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/";

  private static final String DRIVER = "libcuda.so.1";

  /** Made by NVIDIA's driver for the first GPU there is. */
  private static final Path FIRST_GPU = Path.of("/dev/nvidia0");

  public CudaSupport {
    faults = List.copyOf(faults);
  }

  static CudaSupport of(List<Optional<String>> faults) {
    return new CudaSupport(faults, Optional.empty(), false);
  }

  static CudaSupport none(String obstacle, boolean surprising) {
    return new CudaSupport(List.of(), Optional.of(obstacle), surprising);
  }

  /**
   * In a build for the CPU.
   *
   * @param gpu is there if there is a GPU
   */
  static CudaSupport none(Path gpu) {
    String build = "this build has libtorch for the CPU only; build with -Pgpu";
    return Files.exists(gpu)
        ? none("this machine has an NVIDIA GPU (" + gpu + "), but " + build, true)
        : none(build, false);
  }

  /** How many there are, whether our kernels run there or not. */
  public int devices() {
    return faults.size();
  }

  /**
   * Looks. JavaCPP goes on without libtorch's CUDA part where that cannot be loaded, and says
   * nothing; so it is loaded once more here, for the sake of the reason.
   */
  public static CudaSupport probe() {
    Natives.load();
    for (String part : TORCH_CUDA) {
      URL resource = torch.class.getResource(GPU_NATIVES + part);
      if (resource == null) {
        return none(FIRST_GPU);
      }
      Optional<String> failure = failure(extracted(resource));
      if (failure.isPresent()) {
        return none(
            "libtorch's CUDA part could not be loaded ("
                + failure.get()
                + "); install CUDA 13 with cuBLAS, cuSPARSE and cuSOLVER, cuDNN 9 and NCCL",
            true);
      }
    }
    int ours = Kernels.cudaDevices();
    if (torch.cuda_is_available() && ours > 0) {
      int both = Math.min(torch.cuda_device_count(), ours);
      return of(IntStream.range(0, both).mapToObj(Kernels::cudaFault).toList());
    }
    return none(obstacle(torch.cuda_is_available(), failure(DRIVER), Kernels.cudaFault()), true);
  }

  /**
   * Why there are no devices although libtorch's CUDA part is loaded.
   *
   * @param torchHasDevices whether libtorch finds any; our own library then does not
   * @param driver what the system's loader says against the driver
   * @param fault what the CUDA runtime says against it
   */
  static String obstacle(boolean torchHasDevices, Optional<String> driver, Optional<String> fault) {
    return driver
        .map(f -> "the NVIDIA driver could not be loaded (" + f + "); install it")
        .or(() -> fault)
        .orElse(
            torchHasDevices
                ? "our own library was built without CUDA kernels; install nvcc and build again"
                : "the NVIDIA driver offers no device that libtorch can use");
  }

  private static String extracted(URL resource) {
    try {
      return Loader.cacheResource(resource).getPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the system's loader says against a library: which one is missing in the end. */
  private static Optional<String> failure(String library) {
    try {
      Loader.loadGlobal(library);
      return Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
