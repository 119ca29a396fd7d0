package dev.espalier.device;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The device that is meant by {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
public final class DeviceChoice {
  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,9}))?");

  private DeviceChoice() {}

  /**
   * Finds a device: {@code auto} is the first CUDA device where there is one, else the CPU.
   *
   * @param cuda asked only where it matters
   * @param notes told if {@code auto} becomes the CPU although the build was made for CUDA
   * @throws BadInputException if the name is not known, or there is no such device
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
    if (cuda.devices() > 0) {
      return new ComputeDevice(0);
    }
    if (cuda.surprising()) {
      notes.accept("Computing on the CPU: " + cuda.obstacle().orElseThrow() + ".");
    }
    return ComputeDevice.CPU;
  }

  private static ComputeDevice cuda(String name, int ordinal, Supplier<CudaSupport> cuda) {
    CudaSupport support = cuda.get();
    support
        .obstacle()
        .ifPresent(
            obstacle -> {
              throw new BadInputException(
                  "the device %s cannot be used: %s".formatted(name, obstacle), Setting.DEVICE);
            });
    if (ordinal >= support.devices()) {
      throw new BadInputException(
          support.devices() == 1
              ? "the device %s is not there: the only CUDA device is cuda:0".formatted(name)
              : "the device %s is not there: the %d CUDA devices are cuda:0 to cuda:%d"
                  .formatted(name, support.devices(), support.devices() - 1),
          Setting.DEVICE);
    }
    return new ComputeDevice(ordinal);
  }
}
