package dev.espalier.model;

import dev.espalier.BadInputException;
import dev.espalier.Plural;
import dev.espalier.Printable;
import dev.espalier.checkpoint.WeightSource;
import dev.espalier.model.description.BlockDescription;
import dev.espalier.model.description.DecoderDescription;
import dev.espalier.model.description.NormDescription;
import dev.espalier.model.description.TensorShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tensors of a checkpoint that its decoder does not read: without effect, outside of the
 * decoder, or a sign that another model lies there than config.json describes.
 */
final class OtherTensors {
  private static final int NAMED = 3;

  private final DecoderDescription decoder;
  private final Set<String> read;
  private final List<String> inBlocks = new ArrayList<>();
  private final List<String> beyond = new ArrayList<>();
  private final List<String> besideRead = new ArrayList<>();
  private final List<String> outside = new ArrayList<>();
  private int lastBlock;

  private OtherTensors(DecoderDescription decoder) {
    this.decoder = decoder;
    this.read =
        decoder.tensors().stream().map(TensorShape::name).collect(Collectors.toUnmodifiableSet());
  }

  static OtherTensors of(DecoderDescription decoder, WeightSource weights) {
    OtherTensors others = new OtherTensors(decoder);
    Pattern block = Pattern.compile(blocksBegin(decoder) + "(\\d{1,9})\\..*");
    List<String> modules = others.modules();
    for (String name : new TreeSet<>(weights.names())) {
      boolean tied = decoder.head().tied() && name.equals(decoder.head().weight());
      if (!others.read.contains(name) && !tied && !WithoutEffect.is(name, weights)) {
        others.sort(name, block.matcher(name), modules);
      }
    }
    return others;
  }

  private static String blocksBegin(DecoderDescription decoder) {
    BlockDescription first = decoder.blocks().get(0);
    String prefix = first.prefix();
    String number = first.index() + ".";
    return Pattern.quote(prefix.substring(0, prefix.length() - number.length()));
  }

  /** The modules outside of the blocks that the decoder has, such as {@code lm_head.}. */
  private List<String> modules() {
    NormDescription norm = decoder.head().norm();
    return Stream.of(
            decoder.embedding().tokens(),
            norm == null ? null : norm.weight(),
            decoder.head().weight())
        .filter(Objects::nonNull)
        .map(name -> name.substring(0, name.lastIndexOf('.') + 1))
        .toList();
  }

  private void sort(String name, Matcher block, List<String> modules) {
    if (block.matches()) {
      int index = Integer.parseInt(block.group(1));
      (index < decoder.blockCount() ? inBlocks : beyond).add(name);
      lastBlock = Math.max(lastBlock, index);
    } else if (modules.stream().anyMatch(name::startsWith) || isOfDecoder(name)) {
      besideRead.add(name);
    } else {
      outside.add(name);
    }
  }

  /** Beside the blocks, and not what models for images or sounds have there. */
  private boolean isOfDecoder(String name) {
    return !decoder.prefix().isEmpty()
        && name.startsWith(decoder.prefix())
        && !WithoutEffect.isOfAnotherPart(name);
  }

  /**
   * @throws BadInputException if there are some inside of the blocks, or more blocks than there
   *     should be
   */
  void requireNoneInBlocks() {
    if (!inBlocks.isEmpty()) {
      throw refusal("holds %s in its blocks, which its config.json does not call for", inBlocks);
    }
    if (!beyond.isEmpty()) {
      throw new BadInputException(
          ("config.json says \"num_hidden_layers\": %d, but the checkpoint holds %d blocks (%s); use the"
                  + " config.json that came with the model.")
              .formatted(decoder.blockCount(), lastBlock + 1, some(beyond)));
    }
  }

  /**
   * @throws BadInputException if there are some that would belong to embedding, last norm or head
   */
  void requireNoneBesideRead() {
    if (!besideRead.isEmpty()) {
      throw refusal("holds %s, which its config.json does not call for", besideRead);
    }
  }

  /** Tells of those that are no part of the decoder. */
  Optional<String> outside() {
    return outside.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Outside of the decoder, and left as it is: %s (%s)."
                .formatted(Plural.of(outside.size(), "tensor"), some(outside)));
  }

  private BadInputException refusal(String problem, List<String> names) {
    return new BadInputException(
        "The checkpoint %s: %s."
            .formatted(
                problem.formatted(some(names)), UncalledFor.advice(names, decoder.family())));
  }

  private static String some(List<String> names) {
    String first =
        names.stream()
            .limit(NAMED)
            .map(name -> "\"" + Printable.of(name) + "\"")
            .collect(Collectors.joining(", "));
    return names.size() > NAMED ? "%s and %d more".formatted(first, names.size() - NAMED) : first;
  }
}
