package dev.espalier.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.espalier.BadInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
  private static final CudaSupport CPU_BUILD = CudaSupport.none("build with -Pgpu", false);
  private static final CudaSupport BROKEN =
      CudaSupport.none("libcublas.so.13 could not be loaded", true);

  private final List<String> notes = new ArrayList<>();

  private static CudaSupport devices(int count) {
    return CudaSupport.of(Collections.nCopies(count, Optional.empty()));
  }

  private String choose(String name, CudaSupport cuda) {
    return DeviceChoice.of(name, () -> cuda, notes::add).toString();
  }

  private String refusal(String name, CudaSupport cuda) {
    return assertThrows(BadInputException.class, () -> choose(name, cuda)).getMessage();
  }

  @Test
  void autoTakesTheFirstCudaDeviceWhereThereIsOne() {
    assertEquals("cuda:0", choose("auto", devices(2)));
    assertEquals("cpu", choose("auto", CPU_BUILD));
    assertEquals(List.of(), notes);
  }

  @Test
  void autoSaysWhyABuildForCudaComputesOnTheCpu() {
    assertEquals("cpu", choose("auto", BROKEN));
    assertEquals(List.of("Computing on the CPU: libcublas.so.13 could not be loaded."), notes);
  }

  @Test
  void aDeviceThatIsTooOldIsRefusedAndAutoTakesTheNextOne() {
    Optional<String> old = Optional.of("CUDA device 0 has compute capability 7.5, too old");
    CudaSupport first = CudaSupport.of(List.of(old, Optional.empty()));
    assertEquals(
        "the device cuda cannot be used: CUDA device 0 has compute capability 7.5, too old",
        refusal("cuda", first));
    assertEquals("cuda:1", choose("cuda:1", first));
    assertEquals(List.of(), notes);
    assertEquals("cuda:1", choose("auto", first));
    assertEquals("cpu", choose("auto", CudaSupport.of(List.of(old))));
    assertEquals(
        List.of(
            "Computing on cuda:1: CUDA device 0 has compute capability 7.5, too old.",
            "Computing on the CPU: CUDA device 0 has compute capability 7.5, too old."),
        notes);
    assertEquals("cuda:0", choose("auto", CudaSupport.of(List.of(Optional.empty(), old))));
    assertEquals(2, notes.size());
  }

  @Test
  void theCpuNeedsNoLookAtCuda() {
    Runnable choice = () -> DeviceChoice.of("cpu", () -> fail("looked"), notes::add);
    choice.run();
    assertEquals(List.of(), notes);
  }

  @Test
  void aBareCudaIsTheFirstDevice() {
    assertEquals("cuda:0", choose("cuda", devices(1)));
    assertEquals("cuda:0", choose("cuda:0", devices(1)));
    assertEquals("cuda:3", choose("cuda:3", devices(4)));
  }

  @Test
  void saysWhatKeepsCudaFromBeingUsed() {
    assertEquals("the device cuda cannot be used: build with -Pgpu", refusal("cuda", CPU_BUILD));
    assertEquals(
        "the device cuda:1 cannot be used: libcublas.so.13 could not be loaded",
        refusal("cuda:1", BROKEN));
  }

  @Test
  void saysHowManyDevicesThereAre() {
    assertEquals(
        "the device cuda:1 is not there: the only CUDA device is cuda:0",
        refusal("cuda:1", devices(1)));
    assertEquals(
        "the device cuda:400 is not there: the 4 CUDA devices are cuda:0 to cuda:3",
        refusal("cuda:400", devices(4)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpu", "cuda:", "cuda:-1", "cuda:x", "CUDA", "", "cuda:1234567890", "cpu:0"})
  void refusesOtherNames(String name) {
    String message = refusal(name, devices(1));
    assertEquals(
        "the device \"" + name + "\" is not known; choose among auto, cpu, cuda and cuda:N",
        message);
  }
}
