package dev.espalier.model.family;

import dev.espalier.model.description.ExpertsDescription;
import dev.espalier.model.description.GateUpDescription;
import dev.espalier.model.description.GatedMlpDescription;
import dev.espalier.model.description.LinearDescription;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The experts of a block, a linear each for gate, up and down.
 *
 * @param expert each of them by itself
 * @param count how many there are
 * @param chosen how many of them read a token
 * @param normalised whether the shares of those are brought to a sum of 1
 * @param linears what gate, up and down are called
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
   */
  ExpertsDescription of(String module) {
    return new ExpertsDescription(
        module + "gate.weight",
        chosen,
        normalised,
        IntStream.range(0, count).mapToObj(i -> expert(module + "experts." + i + ".", i)).toList());
  }

  private GatedMlpDescription expert(String module, int number) {
    String input = "expert_" + number;
    GateUpDescription gateUp =
        new GateUpDescription.Separate(
            up(module + linears.get(0), input), up(module + linears.get(1), input));
    LinearDescription down =
        LinearDescription.ofModule(
            module + linears.get(2), input + "_output", expert.hidden(), expert.size(), false);
    return new GatedMlpDescription(expert.activation(), gateUp, down);
  }

  private LinearDescription up(String module, String input) {
    return LinearDescription.ofModule(module, input, expert.size(), expert.hidden(), false);
  }
}
