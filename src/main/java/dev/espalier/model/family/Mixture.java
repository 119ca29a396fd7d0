package dev.espalier.model.family;

import dev.espalier.checkpoint.SliceName;
import dev.espalier.model.description.ExpertsDescription;
import dev.espalier.model.description.GateUpDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.LinearDescription;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The experts of a block.
 *
 * @param expert each of them by itself
 * @param count how many there are
 * @param chosen how many of them read a token
 * @param normalised whether the shares of those are brought to a sum of 1
 * @param linears what gate, up and down are called where each is a tensor
 */
record Mixture(
    FeedForward expert, int count, int chosen, boolean normalised, List<String> linears) {

  /** How many experts read a token: not more than there are. */
  static int chosen(ConfigReader config, int usual, int experts) {
    String key = "num_experts_per_tok";
    int chosen = config.size(key, usual);
    if (chosen > experts) {
      throw config.wrong(key, "at most the number of experts (%d)".formatted(experts));
    }
    return chosen;
  }

  /**
   * @param module of the router and the experts, up to a dot
   * @param stacked whether their matrices are one tensor: gate and up as {@code gate_up_proj}, of
   *     which each expert's is one matrix, and {@code down_proj}
   */
  ExpertsDescription of(String module, boolean stacked) {
    String experts = module + "experts.";
    return new ExpertsDescription(
        module + "gate.weight",
        chosen,
        normalised,
        IntStream.range(0, count)
            .mapToObj(i -> stacked ? slices(experts, i) : apart(experts + i + ".", i))
            .toList());
  }

  private GatedMlpDescription apart(String module, int number) {
    String input = input(number);
    return described(
        new GateUpDescription.Separate(
            up(module + linears.get(0) + ".weight", input, 1),
            up(module + linears.get(1) + ".weight", input, 1)),
        module + linears.get(2) + ".weight",
        input);
  }

  private GatedMlpDescription slices(String module, int number) {
    String input = input(number);
    return described(
        new GateUpDescription.Fused(
            up(new SliceName(module + "gate_up_proj", number).toString(), input, 2)),
        new SliceName(module + "down_proj", number).toString(),
        input);
  }

  private GatedMlpDescription described(GateUpDescription gateUp, String down, String input) {
    return new GatedMlpDescription(
        expert.activation(),
        gateUp,
        new LinearDescription(down, input + "_output", expert.hidden(), expert.size(), null));
  }

  private LinearDescription up(String name, String input, int times) {
    return new LinearDescription(name, input, times * expert.size(), expert.hidden(), null);
  }

  private static String input(int number) {
    return "expert_" + number;
  }
}
