package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.run.RunSettings;
import dev.espalier.search.Candidates;
import dev.espalier.text.TextSource;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which allocations to try on which model. {@link #builder} makes one; what is not set is as on the
 * command line.
 *
 * @param run model, method, calibration text, device
 * @param candidates the allocations to try
 * @param test a text to judge by, as the published search does; absent for held-out windows of the
 *     calibration corpus
 * @param windows how many of the criterion's windows at most, at least 1
 * @param exhaustive whether trials that are worse at half of the windows go on
 * @param output the JSON file to write the best allocation to; a page will lie beside it
 * @param overwrite whether another result may be replaced there
 */
public record SearchRequest(
    RunSettings run,
    Candidates candidates,
    Optional<TextSource> test,
    int windows,
    boolean exhaustive,
    Path output,
    boolean overwrite) {
  /** How many windows judge where nothing else is asked for. */
  public static final int USUAL_WINDOWS = 64;

  /** Where the best allocation goes where nothing else is asked for. */
  public static final Path USUAL_OUTPUT = Path.of("search-result.json");

  public SearchRequest {
    if (run.pruning().pattern() instanceof SparsityPattern.NofM nofM) {
      throw new BadInputException(
          ("the pattern %d:%d removes the same share everywhere, so there is nothing to search; take"
                  + " the mixed pattern N:%d")
              .formatted(nofM.keep(), nofM.group(), nofM.group()),
          Setting.PATTERN);
    }
    if (windows < 1) {
      throw new BadInputException(
          "the number of windows to judge by is " + windows + "; at least 1 is needed",
          Setting.WINDOWS);
    }
  }

  /**
   * Begins a request.
   *
   * @param model a Hugging Face model folder, or in its place a name on the Hub
   */
  public static Builder builder(Path model) {
    return new Builder(model);
  }

  /** Collects what a search is to be. */
  public static final class Builder extends RunSettings.Builder<Builder> {
    private Candidates candidates = new Candidates.Usual();
    private Optional<Path> test = Optional.empty();
    private int windows = USUAL_WINDOWS;
    private boolean exhaustive;
    private Path output = USUAL_OUTPUT;
    private boolean overwrite;

    private Builder(Path model) {
      super(model);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** The allocations to try; the usual ones if not set. */
    public Builder candidates(Candidates value) {
      candidates = value;
      return this;
    }

    /** A test text to judge by, as published, in place of held-out calibration text. */
    public Builder test(Path text) {
      test = Optional.of(text);
      return this;
    }

    /** How many windows judge at most; 64 if not set. */
    public Builder windows(int value) {
      windows = value;
      return this;
    }

    /** Whether trials that are worse at half of the windows go on; not, if not set. */
    public Builder exhaustive(boolean value) {
      exhaustive = value;
      return this;
    }

    /** The JSON file to write; {@code search-result.json} if not set. */
    public Builder output(Path file) {
      output = file;
      return this;
    }

    /** Whether another result may be replaced; not, if not set. */
    public Builder overwrite(boolean value) {
      overwrite = value;
      return this;
    }

    /**
     * The request.
     *
     * @throws BadInputException if its parts are impossible or contradict each other
     */
    public SearchRequest build() {
      return new SearchRequest(
          calibratedSettings(candidates.known()),
          candidates,
          test.map(this::source),
          windows,
          exhaustive,
          output,
          overwrite);
    }
  }
}
