package dev.espalier.allocation;

import dev.espalier.BadInputException;
import dev.espalier.CoarseToFine;
import dev.espalier.Setting;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.description.LinearDescription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sparsities as multiples of 1/M, so that each block (or linear) can have an N:M pattern of its
 * own. The largest remainders are rounded up: the model's total is within one step of one unit of
 * the target, where each unit weighs as many weights as it has.
 */
public final class NofMRounding {
  private static final double HAIR = 1e-9;

  private NofMRounding() {}

  /**
   * What an allocation gives each linear within the budget, rounded. Where it gives multiples
   * already, and their total is within one step of one unit from the target, which is all that
   * rounding promises, they stay as they are: the file of a rounded plan gives that plan again.
   *
   * @param group M, at least 2
   * @param sparsity the model's target
   * @throws BadInputException if at least one weight of every group cannot stay
   */
  public static SparsityPlan plan(
      SparsityAllocation allocation,
      SparsityBudget budget,
      int group,
      double sparsity,
      MeasuredModel model) {
    if (sparsity > (group - 1.0) / group) {
      throw new BadInputException(
          "a sparsity of %s is more than groups of %d can lose, %d of %d; take larger groups"
              .formatted(sparsity, group, group - 1, group),
          Setting.PATTERN);
    }
    SparsityPlan asked = SparsityPlan.asAllocated(allocation, sparsity, model);
    List<Unit> units = units(asked, group, model);
    return isRounded(units, group, sparsity)
        ? plan(asked, removed(units), group)
        : round(budget.plan(allocation, sparsity, model), group, sparsity, model);
  }

  private static boolean isRounded(List<Unit> units, int group, double sparsity) {
    return units.stream().allMatch(unit -> unit.removed() >= 0 && unit.remainder() < HAIR)
        && Math.abs(missing(units, group, sparsity)) <= largestStep(units, group);
  }

  /**
   * @param plan what each unit would lose without a pattern
   */
  static SparsityPlan round(SparsityPlan plan, int group, double sparsity, MeasuredModel model) {
    List<Unit> units = units(plan, group, model);
    double missing = missing(units, group, sparsity);
    List<Unit> byRemainder = byRemainder(units);
    int[] removed = removed(units);
    // One round settles it, but where units that cannot lose more leave too much to the others.
    double largest = largestStep(units, group);
    boolean stepped;
    do {
      stepped = false;
      for (Unit unit : byRemainder) {
        double step = (double) unit.parameters() / group;
        if (missing > step / 2 && removed[unit.index()] < group - 1) {
          removed[unit.index()]++;
          missing -= step;
          stepped = true;
        }
      }
    } while (stepped && missing > largest);
    return plan(plan, removed, group);
  }

  /**
   * The largest first. Equal ones, as uniform sparsity gives, in an order that favours neither
   * early nor late blocks.
   */
  private static List<Unit> byRemainder(List<Unit> units) {
    return CoarseToFine.order(units.size())
        .mapToObj(units::get)
        .sorted(Comparator.comparingDouble((Unit u) -> Math.rint(u.remainder() / HAIR)).reversed())
        .toList();
  }

  /** How many more weights the units would have to lose. */
  private static double missing(List<Unit> units, int group, double sparsity) {
    double missing = sparsity * units.stream().mapToDouble(Unit::parameters).sum();
    for (Unit unit : units) {
      missing -= (double) unit.removed() / group * unit.parameters();
    }
    return missing;
  }

  private static double largestStep(List<Unit> units, int group) {
    return (double) units.stream().mapToLong(Unit::parameters).max().orElse(0) / group;
  }

  private static int[] removed(List<Unit> units) {
    return units.stream().mapToInt(Unit::removed).toArray();
  }

  /**
   * A block or a linear.
   *
   * @param removed of every M weights, rounded down
   * @param remainder what that leaves over, in [0, 1)
   */
  private record Unit(int index, long parameters, int removed, double remainder) {}

  private static List<Unit> units(SparsityPlan plan, int group, MeasuredModel model) {
    List<Unit> units = new ArrayList<>();
    for (int b = 0; b < plan.blocks().size(); b++) {
      List<LinearDescription> linears = model.blocks().get(b);
      List<Double> sparsities = plan.blocks().get(b).linears();
      for (int i = 0; i < sparsities.size(); i++) {
        long parameters =
            sparsities.size() == 1
                ? linears.stream().mapToLong(LinearDescription::parameters).sum()
                : linears.get(i).parameters();
        double exact = sparsities.get(i) * group;
        // A hair below a whole number is that number; at least one weight of a group stays.
        int removed = Math.min((int) Math.floor(exact + HAIR), group - 1);
        units.add(new Unit(units.size(), parameters, removed, Math.max(0, exact - removed)));
      }
    }
    return units;
  }

  private static SparsityPlan plan(SparsityPlan plan, int[] removed, int group) {
    int unit = 0;
    List<BlockSparsity> blocks = new ArrayList<>();
    for (BlockSparsity block : plan.blocks()) {
      int first = unit;
      unit += block.linears().size();
      blocks.add(
          new BlockSparsity(
              IntStream.range(first, unit).mapToObj(i -> (double) removed[i] / group).toList()));
    }
    return new SparsityPlan(blocks, plan.clamped());
  }
}
