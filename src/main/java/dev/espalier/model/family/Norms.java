package dev.espalier.model.family;

import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.NormKind;
import dev.espalier.model.description.OperationDescription;
import dev.espalier.model.description.Step;
import dev.espalier.model.description.SubBlock;
import java.util.List;

/** The root-mean-square normalisations of a family, and where a block has them. */
record Norms(NormKind kind, int hidden, double epsilon) {
  static Norms read(ConfigReader config, NormKind kind, int hidden, double usualEpsilon) {
    return new Norms(kind, hidden, config.number("rms_norm_eps", usualEpsilon));
  }

  NormDescription named(String module) {
    return NormDescription.rms(kind, module, hidden, epsilon);
  }

  /** Attention, then feed-forward part, a norm before each: the usual block. */
  BlockDescription before(
      int index, Names names, OperationDescription attention, OperationDescription mlp) {
    String block = names.block(index);
    return block(
        index,
        new SubBlock(named(block + "input_layernorm"), attention),
        new SubBlock(named(block + "post_attention_layernorm"), mlp));
  }

  /** A norm after each. */
  BlockDescription after(
      int index, Names names, OperationDescription attention, OperationDescription mlp) {
    String block = names.block(index);
    return block(
        index,
        new SubBlock(null, attention, named(block + "post_attention_layernorm")),
        new SubBlock(null, mlp, named(block + "post_feedforward_layernorm")));
  }

  /** A norm before and a norm after each. */
  BlockDescription around(
      int index, Names names, OperationDescription attention, OperationDescription mlp) {
    String block = names.block(index);
    return block(
        index,
        new SubBlock(
            named(block + "input_layernorm"), attention, named(block + "post_attention_layernorm")),
        new SubBlock(
            named(block + "pre_feedforward_layernorm"),
            mlp,
            named(block + "post_feedforward_layernorm")));
  }

  private static BlockDescription block(int index, SubBlock attention, SubBlock mlp) {
    return new BlockDescription(index, List.of(Step.of(attention), Step.of(mlp)));
  }
}
