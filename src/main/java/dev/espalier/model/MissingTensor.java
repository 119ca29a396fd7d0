package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.Printable;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Why a checkpoint does not have a tensor that its config.json calls for, as far as names tell. */
final class MissingTensor {
  /** Parts of names that wrappers put in. */
  private enum Wrapper {
    ADAPTER(
        "base_model\\.model\\.|base_layer\\.",
        "PEFT's wrapper",
        "merge the adapter (merge_and_unload) and save the result"),
    COMPILED("_orig_mod\\.", "torch.compile's wrapper", "save the model inside of it (_orig_mod)"),
    PARALLEL(
        "module\\.",
        "the wrapper of DataParallel, DistributedDataParallel or DeepSpeed",
        "save the model inside of it (module)"),
    SHARDED(
        "_fsdp_wrapped_module\\.|_checkpoint_wrapped_module\\.|_forward_module\\.",
        "a trainer's wrapper",
        "save the model inside of it"),
    MULTIMODAL(
        "language_model\\.|text_model\\.|llm\\.|thinker\\.",
        "the language model inside of a multimodal one",
        "take or save the language model on its own");

    private final Pattern part;
    private final String what;
    private final String remedy;

    Wrapper(String part, String what, String remedy) {
      this.part = Pattern.compile("(^|(?<=\\.))(" + part + ")");
      this.what = what;
      this.remedy = remedy;
    }
  }

  private final DecoderDescription decoder;
  private final WeightSource weights;
  private final String name;

  private MissingTensor(DecoderDescription decoder, WeightSource weights, String name) {
    this.decoder = decoder;
    this.weights = weights;
    this.name = name;
  }

  static BadInputException explain(DecoderDescription decoder, WeightSource weights, String name) {
    MissingTensor missing = new MissingTensor(decoder, weights, name);
    return new BadInputException(
        "The checkpoint has no tensor \"%s\", which its config.json calls for; %s."
            .formatted(
                name,
                missing
                    .alias()
                    .or(missing::wrapped)
                    .or(missing::prefixed)
                    .or(missing::otherFormat)
                    .or(missing::fewerBlocks)
                    .orElse("check that the model folder is complete")));
  }

  private Optional<String> alias() {
    return Optional.ofNullable(weights.aliases().get(name))
        .map(
            stands ->
                ("its metadata say that \"%s\" stands for it, but tensors of blocks cannot be shared,"
                        + " so save the model with each of its own")
                    .formatted(Printable.of(stands)));
  }

  /** Known parts of names, wherever they are. */
  private Optional<String> wrapped() {
    return weights.names().stream()
        .flatMap(
            given ->
                Arrays.stream(Wrapper.values())
                    .filter(wrapper -> wrapper.part.matcher(given).find())
                    .filter(wrapper -> isWrapped(given))
                    .map(
                        wrapper ->
                            "it is called \"%s\" there, as in %s: %s"
                                .formatted(Printable.of(given), wrapper.what, wrapper.remedy)))
        .findFirst();
  }

  private boolean isWrapped(String given) {
    String bare = given;
    for (Wrapper wrapper : Wrapper.values()) {
      bare = wrapper.part.matcher(bare).replaceAll("");
    }
    return bare.equals(name) || bare.equals(withoutPrefix()) || bare.endsWith("." + name);
  }

  /** Any other first part, in the place of the family's own. */
  private Optional<String> prefixed() {
    String end = "." + withoutPrefix();
    return weights.names().stream()
        .filter(given -> given.endsWith(end) || given.endsWith("." + name))
        .findFirst()
        .map(
            given ->
                ("it is called \"%s\" there: the names begin with \"%s\" and not with \"%s\", so rename"
                        + " the tensors or save the model anew with save_pretrained")
                    .formatted(
                        Printable.of(given),
                        Printable.of(given.substring(0, given.length() - end.length() + 1)),
                        decoder.prefix()));
  }

  private String withoutPrefix() {
    return name.startsWith(decoder.prefix()) ? name.substring(decoder.prefix().length()) : name;
  }

  private Optional<String> otherFormat() {
    if (weights.names().contains("tok_embeddings.weight")) {
      return Optional.of(
          "its tensors are named as in Meta's or Mistral's own format, so convert it with"
              + " transformers");
    }
    if (weights.names().contains("token_embd.weight")) {
      return Optional.of(
          "its tensors are named as llama.cpp names them, so take the model that it was made from");
    }
    return Optional.empty();
  }

  private boolean isThere(String prefix) {
    return weights.names().stream().anyMatch(given -> given.startsWith(prefix));
  }

  private Optional<String> fewerBlocks() {
    List<BlockDescription> present =
        decoder.blocks().stream().filter(block -> isThere(block.prefix())).toList();
    if (present.isEmpty()) {
      return weights.names().stream()
          .findFirst()
          .map(
              first ->
                  ("it has no blocks of the type \"%s\" at all, and its first tensor is \"%s\", so"
                          + " config.json and weights do not belong together")
                      .formatted(Printable.of(decoder.family()), Printable.of(first)));
    }
    int blocks = present.size();
    return blocks < decoder.blockCount() && present.get(blocks - 1).index() == blocks - 1
        ? Optional.of(
            ("config.json says \"num_hidden_layers\": %d, but the checkpoint holds %d blocks, so use"
                    + " the config.json that came with the model or fetch the rest")
                .formatted(decoder.blockCount(), blocks))
        : Optional.empty();
  }
}
