package dev.espalier.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.job.InspectJob;
import dev.espalier.model.DecoderModel;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.ResidentMemory;
import dev.espalier.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where tensors can only be read as copies, none of the copies is kept. */
class CheckpointMemoryTest {
  private static final long MEGABYTE = 1 << 20;
  private static final ComputeSettings CPU =
      new ComputeSettings("cpu", Optional.empty(), OptionalInt.empty());

  @TempDir Path temp;
  private Path model;

  @BeforeEach
  void makeModel() throws IOException {
    model = Samples.unaligned(temp.resolve("model"));
  }

  @Test
  void inspectingKeepsNoTensor() {
    List<Long> objects = new ArrayList<>();
    RecordingProgress counting =
        new RecordingProgress().atStep(() -> objects.add(Pointer.totalCount()));
    assertEquals(70, InspectJob.run(model, List.of(), counting).linears().size());
    assertEquals(70, counting.done());
    assertEquals(objects.get(0), Collections.max(objects), "native objects are kept");
  }

  @Test
  void anOpenModelKeepsNoTensor() {
    long before = Pointer.totalCount();
    try (LoadedModel loaded = LoadedModel.open(model, CPU, Progress.NONE)) {
      DecoderModel decoder = loaded.decoder();
      long opened = Pointer.totalCount() - before;
      assertTrue(opened < 10, () -> opened + " native objects are kept");
      ResidentMemory.assertSteady(
          2, 10, 16 * MEGABYTE, () -> decoder.blocks().forEach(block -> {}));
    }
  }

  @Test
  void aModelWithoutATokenizerLeavesNothingBehind() throws IOException {
    Files.delete(model.resolve("tokenizer.json"));
    ResidentMemory.assertSteady(2, 10, 16 * MEGABYTE, () -> refused("tokenizer.json"));
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"unknown\"}");
    refused("\"unknown\"");
  }

  private void refused(String named) {
    var e =
        assertThrows(BadInputException.class, () -> LoadedModel.open(model, CPU, Progress.NONE));
    assertTrue(e.getMessage().contains(named), e::getMessage);
  }
}
