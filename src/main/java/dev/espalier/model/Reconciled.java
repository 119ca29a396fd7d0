package dev.espalier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.family.ModelFamilies;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A decoder as config.json and the checkpoint together make it: every tensor that it needs is
 * there, and of every tensor that is there it is known why it is or is not needed.
 *
 * @param description with the names that the checkpoint uses
 * @param remarks what was decided on the way, for people
 */
record Reconciled(DecoderDescription description, List<String> remarks) {
  Reconciled {
    remarks = List.copyOf(remarks);
  }

  /**
   * @throws BadInputException if they do not belong together
   */
  static Reconciled of(JsonNode config, WeightSource weights) {
    List<String> remarks = new ArrayList<>(ModelFamilies.remarks(config));
    DecoderDescription named = named(config, weights, remarks);
    DecoderDescription description = TiedHead.reconcile(named, weights, remarks::add);
    OtherTensors others = OtherTensors.of(description, weights);
    others.requireNoneInBlocks();
    WeightCheck.run(description, weights);
    others.requireNoneBesideRead();
    others.outside().ifPresent(remarks::add);
    return new Reconciled(description, remarks);
  }

  /** By the names that the checkpoint has, or the usual ones if it has none that are known. */
  private static DecoderDescription named(
      JsonNode config, WeightSource weights, List<String> remarks) {
    List<DecoderDescription> known = ModelFamilies.describeAll(config);
    DecoderDescription usual = known.get(0);
    DecoderDescription named =
        known.stream()
            .filter(decoder -> hasBlocks(decoder, weights.names()))
            .findFirst()
            .orElse(usual);
    if (isOfBase(named, usual)) {
      remarks.add(
          "The tensors are named as in a checkpoint without a head, beginning with \"%s\"."
              .formatted(named.blocks().get(0).prefix()));
    }
    return named;
  }

  private static boolean isOfBase(DecoderDescription named, DecoderDescription usual) {
    return named.head().weight().equals(usual.head().weight())
        && named.prefix().length() < usual.prefix().length();
  }

  private static boolean hasBlocks(DecoderDescription decoder, Set<String> names) {
    return decoder.blocks().get(0).tensors().stream()
        .anyMatch(tensor -> names.contains(tensor.name()));
  }
}
