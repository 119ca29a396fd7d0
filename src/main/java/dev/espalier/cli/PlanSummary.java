package dev.espalier.cli;

import dev.espalier.ByteCount;
import dev.espalier.Plural;
import dev.espalier.forward.Footprint;
import dev.espalier.forward.Space;
import dev.espalier.report.Quantities;
import dev.espalier.report.RunPlan;
import dev.espalier.report.Table;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code prune --plan} tells a person. */
final class PlanSummary {
  private PlanSummary() {}

  static String of(RunPlan plan) {
    boolean cuda = !plan.compute().device().equals("cpu");
    StringBuilder text = new StringBuilder();
    text.append(
        "%s in %s on %s%n"
            .formatted(plan.model(), plan.compute().dtype(), plan.compute().device()));
    text.append(phases(plan, cuda)).append('\n');
    text.append(
        "The process has taken %s of memory already.%n".formatted(ByteCount.of(plan.taken())));
    text.append(files("Reads", plan.read()));
    text.append(files("Writes", plan.written()));
    text.append(
        "Passes of a window through a block: about %s%s%n"
            .formatted(
                Quantities.count(plan.passes()),
                plan.seconds().isEmpty()
                    ? "."
                    : ", %s at the first block's speed; choosing weights comes on top."
                        .formatted(
                            Quantities.duration(plan.passes() * plan.seconds().getAsDouble()))));
    text.append(plan.fits() ? "It fits.\n" : "It does not fit: the run would be refused.\n");
    return text.toString();
  }

  private static Table phases(RunPlan plan, boolean cuda) {
    Table table =
        cuda
            ? new Table("phase", plan.compute().device(), "memory", "spill file", "activations")
            : new Table("phase", "memory", "spill file", "activations");
    for (RunPlan.Phase phase : plan.phases()) {
      row(table, cuda, phase.name(), phase.footprint().space(), states(phase.footprint()));
    }
    row(table, cuda, "free", plan.free(), "");
    return table;
  }

  private static void row(Table table, boolean cuda, String name, Space space, String states) {
    String host = ByteCount.of(space.host());
    String spill = ByteCount.of(space.spill());
    if (cuda) {
      table.row(name, ByteCount.of(space.device()), host, spill, states);
    } else {
      table.row(name, host, spill, states);
    }
  }

  private static String states(Footprint footprint) {
    return footprint.states().stream()
        .map(
            stay ->
                "%s of %d: %s, %s"
                    .formatted(
                        Plural.of(stay.windows(), "window"),
                        stay.seqLen(),
                        ByteCount.of(stay.bytes()),
                        stay.home()))
        .collect(Collectors.joining("; "));
  }

  private static String files(String verb, List<RunPlan.Files> files) {
    return files.stream()
        .map(file -> "%s %s (%s)%n".formatted(verb, file.path(), ByteCount.of(file.bytes())))
        .collect(Collectors.joining());
  }
}
