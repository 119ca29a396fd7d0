package dev.espalier.device;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The device that is meant by {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
public final class DeviceChoice {
  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,9}))?");

  private DeviceChoice() {}

  /**
   * Finds a device: {@code auto} is the first CUDA device that our kernels run on where there is
   * one, else the CPU.
   *
   * @param cuda asked only where it matters
   * @param notes told if {@code auto} does not become the first CUDA device although there seems to
   *     be one, or the build was made for it
   * @throws BadInputException if the name is not known, or there is no such device, or our kernels
   *     do not run on it
   */
  public static ComputeDevice of(String name, Supplier<CudaSupport> cuda, Consumer<String> notes) {
    Matcher matcher = CUDA.matcher(name);
    if (matcher.matches()) {
      return cuda(name, matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)), cuda);
    }
    return switch (name) {
      case "cpu" -> ComputeDevice.CPU;
      case "auto" -> auto(cuda.get(), notes);
      default ->
          throw new BadInputException(
              "the device \"%s\" is not known; choose among auto, cpu, cuda and cuda:N"
                  .formatted(name),
              Setting.DEVICE);
    };
  }

  private static ComputeDevice auto(CudaSupport cuda, Consumer<String> notes) {
    List<Optional<String>> faults = cuda.faults();
    int first =
        IntStream.range(0, faults.size())
            .filter(i -> faults.get(i).isEmpty())
            .findFirst()
            .orElse(-1);
    ComputeDevice found = first < 0 ? ComputeDevice.CPU : new ComputeDevice(first);
    Optional<String> reason =
        faults.isEmpty() ? cuda.obstacle().filter(o -> cuda.surprising()) : faults.get(0);
    reason.ifPresent(
        r -> notes.accept("Computing on %s: %s.".formatted(first < 0 ? "the CPU" : found, r)));
    return found;
  }

  private static ComputeDevice cuda(String name, int ordinal, Supplier<CudaSupport> cuda) {
    CudaSupport support = cuda.get();
    support.obstacle().ifPresent(obstacle -> refuse(name, obstacle));
    if (ordinal >= support.devices()) {
      throw new BadInputException(
          support.devices() == 1
              ? "the device %s is not there: the only CUDA device is cuda:0".formatted(name)
              : "the device %s is not there: the %d CUDA devices are cuda:0 to cuda:%d"
                  .formatted(name, support.devices(), support.devices() - 1),
          Setting.DEVICE);
    }
    support.faults().get(ordinal).ifPresent(fault -> refuse(name, fault));
    return new ComputeDevice(ordinal);
  }

  private static void refuse(String name, String reason) {
    throw new BadInputException(
        "the device %s cannot be used: %s".formatted(name, reason), Setting.DEVICE);
  }
}
