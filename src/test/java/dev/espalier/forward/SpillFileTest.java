package dev.espalier.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.StorageException;
import dev.espalier.files.DurableFiles;
import dev.espalier.testing.Scoped;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import dev.espalier.testing.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Scoped.class)
class SpillFileTest {
  @TempDir Path folder;

  @Test
  void holdsWhatIsWrittenAndWhatIsChanged() {
    Tensor first = Tensors.random(1, ScalarType.Float, 3, 5);
    Tensor second = Tensors.random(2, ScalarType.Float, 2, 5);
    Tensor mapped;
    try (SpillFile file = SpillFile.create(folder, 100)) {
      file.append(first);
      file.append(second);
      mapped = file.map(ScalarType.Float, 5, 5);
    }
    Tensors.assertSameBits(first, mapped.narrow(0, 0, 3), "first");
    Tensors.assertSameBits(second, mapped.narrow(0, 3, 2), "second");
    mapped.narrow(0, 0, 3).zero_();
    assertEquals(0, mapped.narrow(0, 0, 3).abs().sum().item_double());
    Tensors.assertSameBits(second, mapped.narrow(0, 3, 2), "second");
    mapped.close();
  }

  @Test
  void isNowhereToBeFound() throws IOException {
    try (SpillFile file = SpillFile.create(folder, 4)) {
      assertEquals(List.of(), DurableFiles.list(folder), "a killed process leaves nothing");
      file.append(Tensors.random(1, ScalarType.Float, 1));
      file.map(ScalarType.Float, 1).close();
    }
    assertEquals(List.of(), DurableFiles.list(folder));
  }

  @Test
  void whatAKilledProcessLeftAtTheWorstMomentIsRemoved() throws IOException {
    Path left = Files.createFile(folder.resolve(".espalier-spill-1"));
    Path other = Files.createFile(folder.resolve("mine"));
    SpillFile.create(folder, 4).close();
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(other));
  }

  @Test
  void tooLittleSpaceIsSaidBeforehand() {
    BadInputException e =
        assertThrows(BadInputException.class, () -> SpillFile.create(folder, Long.MAX_VALUE / 2));
    assertTrue(e.getMessage().startsWith(folder + ": the activations need "), e.getMessage());
    assertEquals(List.of(Setting.WORK_DIR), e.settings());
  }

  @Slow
  @Test
  void aDiskThatRunsFullIsAnErrorAndNoCrash() throws Exception {
    SmallDisk.tell(RunsFull.class, 512, folder);
  }

  static final class RunsFull implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws IOException {
      Tensor much = Tensors.random(1, ScalarType.Float, 1 << 18);
      try (SpillFile file = SpillFile.create(disk, 1)) {
        StorageException e = assertThrows(StorageException.class, () -> file.append(much));
        assertTrue(e.getMessage().contains("the disk is full; free some space"), e.getMessage());
      }
      assertEquals(List.of(), DurableFiles.list(disk));
      assertTrue(Files.getFileStore(disk).getUsableSpace() > 400 << 10, "the space is free again");
    }
  }
}
