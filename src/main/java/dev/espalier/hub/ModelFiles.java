package dev.espalier.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.BadInputException;
import dev.espalier.files.FileFaults;
import dev.espalier.files.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What is needed of a model: its weights as safetensors, once, and what is small beside them
 * (configuration, tokenizer, templates, documents); nothing of other formats.
 */
record ModelFiles(HubRepo repo) implements FileChoice {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private static final Pattern SMALL =
      Pattern.compile(
          ".*\\.(json|txt|md|py|jinja|model|tiktoken|spm|bpe|vocab)|(license|notice|use_policy).*");

  /** Indices of weights that are not fetched, and what trainers leave behind. */
  private static final Pattern OTHERS =
      Pattern.compile(
          ".*\\.index\\.json|adapter_.*|trainer_state\\.json|.*_results\\.json|training_args.*");

  /** Where a model is, as these look for it: a folder that has one has this. */
  @Override
  public Optional<String> index(List<String> listing) {
    return listing.contains(WEIGHTS)
        ? Optional.empty()
        : listing.stream().filter(INDEX::equals).findFirst();
  }

  @Override
  public List<String> needed(List<String> listing, Path snapshot) {
    requireModel(listing);
    List<String> needed = new ArrayList<>();
    for (String path : listing) {
      String name = path.toLowerCase(Locale.ROOT);
      if (!path.contains("/") && SMALL.matcher(name).matches() && !OTHERS.matcher(name).matches()) {
        needed.add(path);
      }
    }
    if (index(listing).isPresent()) {
      needed.add(INDEX);
      for (String shard : shards(snapshot.resolve(INDEX))) {
        if (!listing.contains(shard)) {
          throw new BadInputException(
              "%s: the Hub has no file %s, though %s names it: name another revision"
                  .formatted(repo, FileFaults.quote(shard), INDEX));
        }
        needed.add(shard);
      }
    } else {
      needed.add(WEIGHTS);
    }
    return needed;
  }

  private void requireModel(List<String> listing) {
    boolean weights = listing.contains(WEIGHTS) || listing.contains(INDEX);
    if (listing.contains(CONFIG) && weights) {
      return;
    }
    if (weights) {
      throw new BadInputException(
          "%s: the Hub has weights of that name, but no %s beside them: name another model"
              .formatted(repo, CONFIG));
    }
    Optional<String> other =
        listing.stream()
            .filter(
                name -> name.matches("(?i).*\\.(bin|safetensors|gguf|pth?|h5|onnx|msgpack|npz)"))
            .findFirst();
    throw new BadInputException(
        "%s: the Hub has no weights of it as %s%s: %s"
            .formatted(
                repo,
                WEIGHTS,
                other.map(name -> ", but " + FileFaults.quote(name)).orElse(""),
                "name a revision that has them (a conversion often waits in refs/pr/1), or convert"
                    + " them with transformers' save_pretrained and give the folder"));
  }

  private static Set<String> shards(Path index) {
    Set<String> shards = new TreeSet<>();
    for (JsonNode shard : Json.readObject(index).path("weight_map")) {
      shards.add(shard.asText());
    }
    return shards;
  }

  @Override
  public Optional<String> missing(Path snapshot) {
    if (!Files.isRegularFile(snapshot.resolve(CONFIG))) {
      return Optional.of(CONFIG);
    }
    if (Files.isRegularFile(snapshot.resolve(WEIGHTS))) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(snapshot.resolve(INDEX))) {
      return Optional.of(WEIGHTS);
    }
    return shards(snapshot.resolve(INDEX)).stream()
        .filter(shard -> !Files.isRegularFile(snapshot.resolve(shard)))
        .findFirst();
  }
}
