package dev.espalier.job;

import dev.espalier.BadInputException;
import dev.espalier.Setting;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.allocation.ModelAllocation;
import dev.espalier.allocation.SparsityAllocation;
import dev.espalier.pruning.SparsityPattern;
import dev.espalier.run.RunSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which allocations to look at, without pruning. {@link #builder} makes one; what is not set is as
 * on the command line.
 *
 * @param run model, sparsity, calibration text (absent if no allocation is to look at one, and no
 *     statistics are kept), device
 * @param allocations each settled when the model is known
 * @param output a page to write, with JSON beside it; absent for none
 * @param overwrite whether another result may be replaced there
 */
public record AllocateRequest(
    RunSettings run, List<ModelAllocation> allocations, Optional<Path> output, boolean overwrite) {
  public AllocateRequest {
    allocations = List.copyOf(allocations);
    if (run.pruning().pattern() instanceof SparsityPattern.NofM nofM
        && !known(allocations).stream().allMatch(allocation -> gives(nofM, allocation))) {
      throw new BadInputException(
          "the pattern %d:%d gives every block the same; take the mixed pattern N:%d"
              .formatted(nofM.keep(), nofM.group(), nofM.group()),
          Setting.PATTERN);
    }
  }

  /** As they are for any model: those from files are the same for all. */
  private static List<SparsityAllocation> known(List<ModelAllocation> allocations) {
    return allocations.stream().map(allocation -> allocation.of(0.5, 2)).toList();
  }

  private static boolean gives(SparsityPattern.NofM pattern, SparsityAllocation allocation) {
    return allocation instanceof FileAllocation file && file.gives(pattern.sparsity());
  }

  /**
   * Begins a request.
   *
   * @param model a Hugging Face model folder, or in its place a name on the Hub
   */
  public static Builder builder(Path model) {
    return new Builder(model);
  }

  /** Collects what is to be looked at. */
  public static final class Builder extends RunSettings.Builder<Builder> {
    private final List<ModelAllocation> allocations = new ArrayList<>();
    private Optional<Path> output = Optional.empty();
    private boolean overwrite;

    private Builder(Path model) {
      super(model);
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** One more allocation to look at. */
    public Builder allocation(SparsityAllocation allocation) {
      return allocation((sparsity, blocks) -> allocation);
    }

    /** One more, as the sparsity and the number of the model's blocks decide. */
    public Builder allocation(ModelAllocation allocation) {
      allocations.add(allocation);
      return this;
    }

    /** A page to write, with JSON beside it; none if not set. */
    public Builder output(Path page) {
      output = Optional.of(page);
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
    public AllocateRequest build() {
      return new AllocateRequest(settings(known(allocations)), allocations, output, overwrite);
    }
  }
}
