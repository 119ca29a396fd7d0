package dev.espalier.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneJobTest {
  @TempDir Path temp;
  private Path model;

  @BeforeEach
  void makeModel() throws IOException {
    model = TinyModel.folder(temp.resolve("model"));
  }

  private PruneRequest request(List<Path> evaluation) {
    return builder().allocation(new UniformAllocation()).evaluate(evaluation).build();
  }

  private PruneRequest.Builder builder() {
    return PruneRequest.builder(model)
        .output(temp.resolve("out"))
        .method(new MagnitudePruning())
        .sparsity(0.5)
        .calibration(Samples.CALIBRATION)
        .samples(2)
        .seqLen(32)
        .device("cpu");
  }

  @Test
  void whatIsFinishedOutlivesAnOutputThatAppearedMeanwhile() throws IOException {
    PruneRequest request = request(List.of());
    Path intruder = temp.resolve("out").resolve("notes.txt");
    Progress intrusion = new RecordingProgress().atEnd(() -> write(intruder, "mine"));
    Exception refusal =
        assertThrows(BadInputException.class, () -> PruneJob.run(request, intrusion));
    assertTrue(refusal.getMessage().contains("out"), refusal.getMessage());
    assertEquals("mine", Files.readString(intruder));
    Files.delete(intruder);
    Files.delete(intruder.getParent());

    RecordingProgress heard = new RecordingProgress();
    assertEquals(0.5, PruneJob.run(request, heard).achievedSparsity(), 1e-3);
    assertTrue(
        heard.notes().contains("Resuming after 3 finished blocks."), heard.notes()::toString);
    assertEquals(List.of(), heard.tasks());
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aRefusalCostsNoTrials() throws IOException {
    Path trials = Files.writeString(temp.resolve("out.trials.json"), "{}");
    PruneRequest impossible = builder().allocation(new AtpAllocation(5)).build();
    assertThrows(BadInputException.class, () -> PruneJob.run(impossible, Progress.NONE));
    assertTrue(Files.exists(trials));
  }

  @Test
  void whatIsReadIsNotReplaced() throws IOException {
    Files.createDirectory(temp.resolve("out"));
    Path text = Files.writeString(temp.resolve("out/text.txt"), "once upon a time ".repeat(50));
    PruneRequest request = request(List.of(text));
    Exception refusal =
        assertThrows(BadInputException.class, () -> PruneJob.run(request, Progress.NONE));
    assertTrue(refusal.getMessage().contains("which is to be replaced"), refusal.getMessage());
  }

  @Test
  void anAllocationThatIsReadIsNotReplaced() throws IOException {
    Files.createDirectory(temp.resolve("out"));
    Path file = Files.writeString(temp.resolve("out/mine.json"), "[0.5, 0.5, 0.5]");
    PruneRequest request = builder().overwrite(true).allocation(FileAllocation.read(file)).build();
    Exception refusal =
        assertThrows(BadInputException.class, () -> PruneJob.run(request, Progress.NONE));
    assertTrue(refusal.getMessage().contains("which is to be replaced"), refusal.getMessage());
  }

  @Test
  void aTextOfTokensThatTheModelDoesNotHaveIsRefusedBeforeAnythingIsPruned() throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path tokenizer = model.resolve("tokenizer.json");
    ObjectNode document = (ObjectNode) json.readTree(tokenizer.toFile());
    ObjectNode added = document.withArray("added_tokens").get(0).deepCopy();
    document.withArray("added_tokens").add(added.put("id", 4096).put("content", "<more>"));
    Files.writeString(tokenizer, document.toString());
    Path text =
        Files.writeString(temp.resolve("text.txt"), "<more>" + " once upon a time".repeat(50));

    RecordingProgress heard = new RecordingProgress();
    Exception refusal =
        assertThrows(BadInputException.class, () -> PruneJob.run(request(List.of(text)), heard));
    assertTrue(refusal.getMessage().contains("<more> (id 4096)"), refusal.getMessage());
    assertEquals(List.of(), heard.tasks());
    assertFalse(Files.exists(temp.resolve("out.partial")));
  }
}
