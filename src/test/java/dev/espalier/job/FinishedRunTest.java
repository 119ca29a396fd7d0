package dev.espalier.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import dev.espalier.Progress;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.files.DurableFiles;
import dev.espalier.files.OutputLock;
import dev.espalier.pruning.MagnitudePruning;
import dev.espalier.report.PruneReport;
import dev.espalier.report.SearchReport;
import dev.espalier.run.RunSettings;
import dev.espalier.search.Candidates;
import dev.espalier.testing.RecordingProgress;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The same once more, and something else in its place. */
class FinishedRunTest {
  @TempDir Path temp;
  private Path model;

  @BeforeEach
  void makeModel() throws IOException {
    model = TinyModel.folder(temp.resolve("model"));
  }

  private static <B extends RunSettings.Builder<B>> B small(B builder) {
    return builder
        .method(new MagnitudePruning())
        .sparsity(0.5)
        .calibration(Samples.CALIBRATION)
        .samples(2)
        .seqLen(32)
        .device("cpu");
  }

  private PruneRequest.Builder prune() {
    return small(PruneRequest.builder(model))
        .output(temp.resolve("out"))
        .allocation(new AtpAllocation(0.02))
        .evaluate(Samples.TEST)
        .compareUniform(true);
  }

  private SearchRequest.Builder search() {
    return small(SearchRequest.builder(model))
        .windows(2)
        .candidates(
            new Candidates.Listed(List.of(new AtpAllocation(0.01), new AtpAllocation(0.02))))
        .output(temp.resolve("found.json"));
  }

  private AllocateRequest.Builder allocate() {
    return small(AllocateRequest.builder(model))
        .allocation(new AtpAllocation(0.02))
        .output(temp.resolve("plans.html"));
  }

  private static void assertRefused(Executable action, String... parts) {
    String message = assertThrows(BadInputException.class, action).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }

  private static RecordingProgress assertDone(RecordingProgress heard) {
    assertTrue(
        heard.notes().stream().anyMatch(note -> note.endsWith("already; nothing was done.")),
        heard.notes()::toString);
    assertFalse(heard.taskNames().contains("Pruning"), heard.taskNames()::toString);
    return heard;
  }

  @Test
  void theSamePruningAgainGivesTheSameReportAndDoesNothing() throws IOException {
    PruneReport first = PruneJob.run(prune().build(), Progress.NONE);
    byte[] json = Files.readAllBytes(temp.resolve("out/espalier.json"));
    RecordingProgress heard = new RecordingProgress();
    assertEquals(first, PruneJob.run(prune().build(), heard));
    assertDone(heard);
    assertEquals(List.of(), heard.tasks());
    assertRefused(() -> PruneJob.command(temp.resolve("out")), "is finished");
    assertEquals(new String(json), Files.readString(temp.resolve("out/espalier.json")));
    PruneReport anew = PruneJob.run(prune().overwrite(true).build(), Progress.NONE);
    assertEquals(first.blocks().size(), anew.blocks().size());
  }

  @Test
  void whatACrashAfterTheLastRenamingHasLeftIsRemoved() throws IOException {
    PruneJob.run(prune().build(), Progress.NONE);
    Path out = temp.resolve("out");
    List<Path> finished = DurableFiles.list(out);
    for (String trace : List.of("json", "json.tmp", "command.json", "lock")) {
      Files.writeString(out.resolve("espalier-progress." + trace), "{}");
    }
    Path emptied = Files.createDirectory(out.resolve("espalier-progress.partial"));
    Files.writeString(emptied.resolve("espalier-progress.json"), "{}");
    RecordingProgress heard = new RecordingProgress();
    PruneJob.run(prune().build(), heard);
    assertDone(heard);
    assertEquals(Set.copyOf(finished), Set.copyOf(DurableFiles.list(out)));
  }

  @Test
  void whatIsBeingMadeToReplaceItStays() throws IOException {
    PruneJob.run(prune().build(), Progress.NONE);
    Path partial = Files.createDirectory(temp.resolve("out/espalier-progress.partial"));
    Path shard = Files.writeString(partial.resolve("model.safetensors"), "begun");
    PruneJob.run(prune().build(), Progress.NONE);
    assertTrue(Files.exists(shard));
  }

  @Test
  void anotherPruningIsToldFromIt() throws IOException {
    PruneJob.run(prune().build(), Progress.NONE);
    assertRefused(
        () -> PruneJob.run(prune().sparsity(0.6).samples(3).build(), Progress.NONE),
        "written with other settings (sparsity 0.5 there, 0.6 here; calibration samples 2 there, 3"
            + " here)",
        "allow overwriting");
    assertRefused(
        () -> PruneJob.run(prune().compareUniform(false).build(), Progress.NONE),
        "comparison with uniform true there, false here");
    Files.writeString(temp.resolve("out/tokenizer.json"), " ");
    assertRefused(
        () -> PruneJob.run(prune().build(), Progress.NONE),
        "of the same run, but tokenizer.json was changed since");
  }

  @Test
  void theSameSearchAgainGivesTheSameReportAndDoesNothing() throws IOException {
    SearchReport first = SearchJob.run(search().build(), Progress.NONE);
    RecordingProgress heard = new RecordingProgress();
    assertEquals(first, SearchJob.run(search().build(), heard));
    assertEquals(List.of(), assertDone(heard).tasks());
    assertRefused(
        () -> SearchJob.run(search().sparsity(0.6).build(), Progress.NONE),
        "found.json already exists",
        "sparsity 0.5 there, 0.6 here");
    SearchJob.run(search().sparsity(0.6).overwrite(true).build(), Progress.NONE);
    Files.writeString(temp.resolve("found.json"), "\n", StandardOpenOption.APPEND);
    assertRefused(
        () -> SearchJob.run(search().sparsity(0.6).build(), Progress.NONE),
        "of the same run, but found.json was changed since");
  }

  @Test
  void goldenSectionsAreToldApart() {
    DoubleFunction<SparsityAllocation> atp = AtpAllocation::new;
    SearchRequest.Builder first = search().candidates(new Candidates.Golden(atp, 0.01, 0.03, 2));
    SearchJob.run(first.build(), Progress.NONE);
    DoubleFunction<SparsityAllocation> same = beta -> new AtpAllocation(beta);
    RecordingProgress heard = new RecordingProgress();
    SearchJob.run(search().candidates(new Candidates.Golden(same, 0.01, 0.03, 2)).build(), heard);
    assertDone(heard);
    assertRefused(
        () ->
            SearchJob.run(
                search().candidates(new Candidates.Golden(atp, 0.01, 0.04, 2)).build(),
                Progress.NONE),
        "candidates");
  }

  @Test
  void theSameAllocationsAgainGiveTheSameReport() {
    Object first = AllocateJob.run(allocate().build(), Progress.NONE);
    RecordingProgress heard = new RecordingProgress();
    assertEquals(first, AllocateJob.run(allocate().build(), heard));
    assertDone(heard);
    assertRefused(
        () ->
            AllocateJob.run(allocate().allocation(new UniformAllocation()).build(), Progress.NONE),
        "plans.json already exists",
        "allocations");
    AllocateJob.run(
        allocate().allocation(new UniformAllocation()).overwrite(true).build(), Progress.NONE);
  }

  @Test
  void aComparisonIsReplacedOnlyWhereThatIsAllowed() throws IOException {
    PruneJob.run(prune().build(), Progress.NONE);
    Path other = temp.resolve("other");
    PruneJob.run(prune().sparsity(0.6).output(other).build(), Progress.NONE);
    Optional<Path> page = Optional.of(temp.resolve("comparison.html"));
    CompareJob.run(List.of(temp.resolve("out"), other), page, false);
    String written = Files.readString(page.get());
    CompareJob.run(List.of(temp.resolve("out"), other), page, false);
    assertEquals(written, Files.readString(page.get()));
    assertRefused(
        () -> CompareJob.run(List.of(other), page, false), "comparison.json already exists");
    CompareJob.run(List.of(other), page, true);
    assertFalse(written.equals(Files.readString(page.get())));
  }

  @Test
  void filesOfSomebodyElseAreNeverReplaced() throws IOException {
    for (String name : List.of("found.json", "found.html")) {
      Path file = Files.writeString(temp.resolve(name), "{\"name\":\"my-project\"}");
      for (boolean overwrite : new boolean[] {false, true}) {
        assertRefused(
            () -> SearchJob.run(search().overwrite(overwrite).build(), Progress.NONE),
            name + " already exists and is nothing that Espalier wrote");
      }
      assertEquals("{\"name\":\"my-project\"}", Files.readString(file));
      Files.delete(file);
    }
    Files.createFile(temp.resolve("found.json"));
    SearchJob.run(search().build(), Progress.NONE);
  }

  @Test
  void twoSearchesDoNotWriteToOneFile() throws IOException {
    Path json = temp.resolve("found.json");
    try (OutputLock lock = OutputLock.take(temp.resolve("found.json.lock"), json)) {
      assertRefused(() -> SearchJob.run(search().build(), Progress.NONE), "another run is writing");
    }
    SearchJob.run(search().build(), Progress.NONE);
    assertFalse(Files.exists(temp.resolve("found.json.lock")));
  }
}
