package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far a prune has come, as its files tell: 0 before it has any, {@link #TRIALS}, then the
 * number of finished blocks more, then {@link #copied} and {@link #renamed}.
 */
final class RunStage {
  static final int TRIALS = 1;

  private static final String PROGRESS = "espalier-progress.";

  private final Path output;
  private final Path partial;
  private final int blocks;
  private final int tensors;

  /**
   * @param tensors of a block that are pruned
   */
  RunStage(Path output, int blocks, int tensors) {
    this.output = output;
    this.partial = output.resolveSibling(output.getFileName() + ".partial");
    this.blocks = blocks;
    this.tensors = tensors;
  }

  /** All blocks are written, the rest is not copied yet. */
  int pruned() {
    return TRIALS + blocks;
  }

  /** The model's other files are there, too. */
  int copied() {
    return pruned() + 1;
  }

  /** The output has its name. */
  int renamed() {
    return copied() + 1;
  }

  int now() {
    if (Files.exists(output)) {
      return renamed();
    }
    if (Files.exists(partial.resolve("config.json"))) {
      return copied();
    }
    try {
      JsonNode journal = Folders.JSON.readTree(partial.resolve(PROGRESS + "json").toFile());
      return TRIALS + journal.path("written").size() / tensors;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether {@code --resume} finds what to repeat. */
  boolean isResumable() {
    return Files.exists(partial.resolve(PROGRESS + "command.json"))
        || Files.exists(output.resolve(PROGRESS + "command.json"));
  }

  String name(int stage) {
    if (stage == 0) {
      return "before the output";
    }
    if (stage == TRIALS) {
      return "trials and block 1";
    }
    if (stage < pruned()) {
      return "block %d".formatted(stage - TRIALS + 1);
    }
    return stage == pruned() ? "finishing" : stage == copied() ? "last files" : "renamed";
  }
}
