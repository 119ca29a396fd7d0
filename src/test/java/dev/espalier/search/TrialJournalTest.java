package dev.espalier.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.BadInputException;
import dev.espalier.allocation.AtpAllocation;
import dev.espalier.allocation.UniformAllocation;
import dev.espalier.files.Json;
import dev.espalier.report.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrialJournalTest {
  private static final AtpAllocation ATP = new AtpAllocation(0.02);

  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void chooseFile() {
    file = temp.resolve("trials.json");
  }

  private TrialJournal open(String model, boolean discard) {
    ObjectNode identity = Json.object().put("model", model);
    return TrialJournal.open(file, identity, discard);
  }

  @Test
  void trialsAreThereAgain() {
    TrialJournal journal = open("m", false);
    journal.add(Trial.measured(ATP, 9.5, 10.25));
    journal.add(Trial.failed(new UniformAllocation()));
    TrialJournal again = open("m", false);
    assertEquals(2, again.size());
    assertEquals(10.25, again.find(ATP).orElseThrow().perplexity());
    assertTrue(Double.isNaN(again.find(new UniformAllocation()).orElseThrow().perplexity()));
  }

  @Test
  void trialsOfAnotherSearchAreDiscardedOnlyWithLeave() {
    open("m", false).add(Trial.measured(ATP, 9.5, 10.25));
    assertThrows(BadInputException.class, () -> open("other", false));
    assertEquals(0, open("other", true).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "\"trials\"", "{} {}", "{\"identity\":", "[5]"})
  void whatIsNoJournalIsMadeAgain(String text) throws IOException {
    Files.writeString(file, text);
    assertEquals(0, open("m", true).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "[5]", "[{\"allocation\": 1, \"perplexity\": \"none\"}]", "null"})
  void trialsThatAreNoneAreMadeAgain(String trials) throws IOException {
    Files.writeString(file, "{\"identity\": {\"model\": \"m\"}, \"trials\": " + trials + "}");
    assertEquals(0, open("m", false).size());
  }
}
